"""Whose hands a terminal is in, at each time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from contracts.patrol import Carrying


def hold(holdings: Iterable[Carrying], new: Carrying) -> tuple[Carrying, ...]:
    """The holdings with a new one: of the others stays what lies outside of its time; in the order of time."""
    kept = [new]
    for one in holdings:
        if one.carried_from < new.carried_from:
            kept.append(one.model_copy(update={"carried_to": _earlier(one.carried_to, new.carried_from)}))
        if new.carried_to is not None and (one.carried_to is None or one.carried_to > new.carried_to):
            kept.append(one.model_copy(update={"carried_from": max(one.carried_from, new.carried_to)}))
    return tuple(_joined(kept))


def give_back(holdings: Iterable[Carrying], at: datetime) -> tuple[Carrying, ...]:
    """The holdings without any from a time on."""
    kept = (one for one in holdings if one.carried_from < at)
    return tuple(one.model_copy(update={"carried_to": _earlier(one.carried_to, at)}) for one in kept)


def _joined(holdings: Iterable[Carrying]) -> list[Carrying]:
    """In the order of time, and one holding where one ends as the next of the same person and post begins."""
    found: list[Carrying] = []
    for one in sorted(holdings, key=lambda one: one.carried_from):
        last = found[-1] if found else None
        if last and (last.person_id, last.post_id, last.carried_to) == (one.person_id, one.post_id, one.carried_from):
            found[-1] = last.model_copy(update={"carried_to": one.carried_to})
        else:
            found.append(one)
    return found


def _earlier(carried_to: datetime | None, other: datetime) -> datetime:
    return other if carried_to is None else min(carried_to, other)
