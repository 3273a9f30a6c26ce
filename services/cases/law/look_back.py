"""When a closed case is looked at again (回头看): days after its close, and with all others in a phase (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from services.cases.law.rules import LAW


def next_look_back(closed_on: date, last_on: date) -> date | None:
    """The next day to look at a case again, after `last_on`, when it was closed or last looked at."""
    return min((day for day in _days(closed_on, last_on) if day > last_on), default=None)


def _days(closed_on: date, last_on: date) -> Iterator[date]:
    phases = [phase for phase in LAW.seen.on(last_on).look_backs_of_all if phase.from_on > closed_on]
    yield from (phase.from_on for phase in phases)
    alone = closed_on + timedelta(days=LAW.seen.on(closed_on).look_back_after_days)
    if not any(phase.from_on <= alone <= phase.to_on for phase in phases):
        yield alone
