"""What all that is enrolled has in common: its lawfulness and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from contracts.language.message import Command
from contracts.language.rules import Wrong, broken
from contracts.roster import Area, Post
from services.runtime.messages import Ask
from services.runtime.problem import Problem

MOST_TOLD = 50
"""How many broken rules one problem names."""
ThingT = TypeVar("ThingT", Area, Post)


def require_within(ask: Ask[Command], things: Sequence[Area | Post]) -> None:
    for thing in things:
        ask.require_within(thing.division)


def require_lawful(what: str, wrong: Sequence[Wrong]) -> None:
    if wrong:
        told = broken("rules_broken", count=len(wrong))
        raise Problem(422, f"{what}-not-lawful", told, errors=wrong[:MOST_TOLD])


def states_to_tell(changed: Sequence[ThingT], before: Mapping[str, ThingT], today: date) -> list[ThingT]:
    """What to tell: each new state, after the ending of a thing on the subject of the division that it has left."""
    told: list[ThingT] = []
    for thing in changed:
        left = before.get(thing.id)
        if left is not None and left.division != thing.division:
            yesterday = today - timedelta(days=1)
            told.append(left.model_copy(update={"ended_on": min(left.ended_on or yesterday, yesterday)}))
        told.append(thing)
    return told
