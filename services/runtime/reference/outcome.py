"""What would come of a law: what is decided by it beside what is decided by the one in force, nothing being written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.every_service import LawEffect, LawOutcome
from contracts.law.versions import Change, Law
from services.runtime.transaction import Transaction

SHOWN = 10
"""So many things of a kind are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a law makes so: of a kind, of what it is, how it is, and of how many alike it stands for."""

    kind: str
    what: str
    how: Any = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Weighed:
    """What each of some laws makes of the same records: how many were looked at, of how many that there are."""

    things: Sequence[Sequence[Thing]]
    looked_at: int
    of: int


Weigh = Callable[[Transaction, Sequence[Law[Any]], date], Awaitable[Weighed]]
"""Looks at no more than it can in a command; what it makes of it on a day is what the clock would make of it then."""


def day_of_change(changes: Sequence[Change], today: date) -> date | None:
    """The first day from today on for which something is otherwise; None where nothing is."""
    later = [one for one in changes if one.to_on is None or one.to_on >= today]
    return min((max(one.from_on or today, today) for one in later), default=None)


def outcome_of(weighed: Weighed, on: date) -> LawOutcome:
    """What comes of the second law instead of the first."""
    before, after = ({(one.kind, one.what): one for one in things} for things in weighed.things)
    kinds = sorted({kind for kind, _ in (*before, *after)})
    found = [_effect(kind, before, after) for kind in kinds]
    effects = tuple(one for one in found if one.appear or one.vanish or one.otherwise)
    return LawOutcome(on=on, looked_at=weighed.looked_at, of=weighed.of, effects=effects)


def _effect(kind: str, before: Mapping[tuple[str, str], Thing], after: Mapping[tuple[str, str], Thing]) -> LawEffect:
    appear = [one for key, one in after.items() if key[0] == kind and key not in before]
    vanish = [one for key, one in before.items() if key[0] == kind and key not in after]
    otherwise = [one for key, one in after.items() if key[0] == kind and key in before and before[key].how != one.how]
    named = [f"{sign} {one.what}" for sign, some in (("+", appear), ("-", vanish), ("~", otherwise)) for one in some]
    return LawEffect(
        kind=kind,
        appear=sum(one.count for one in appear),
        vanish=sum(one.count for one in vanish),
        otherwise=sum(one.count for one in otherwise),
        first=tuple(one[:200] for one in named[:SHOWN]),
    )
