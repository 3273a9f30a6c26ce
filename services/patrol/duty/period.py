"""The periods of the calendar, whole days in China: none overlaps the next, none is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.patrol import DutyPeriod

A_DAY = timedelta(days=1)
_MONTHS = {DutyPeriod.MONTH: 1, DutyPeriod.QUARTER: 3, DutyPeriod.HALF: 6, DutyPeriod.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def window(self, first: int, last: int) -> Days:
        """Some of the days by their number, the first being 1, as far as there are so many."""
        begin = self.first + timedelta(days=first - 1)
        return Days(min(begin, self.last), min(self.first + timedelta(days=last - 1), self.last))


def period_of(kind: DutyPeriod, day: date) -> Days:
    """The period in which a day lies; weeks begin on Monday, the last ten-day part of a month ends with it."""
    if kind is DutyPeriod.DAY:
        return Days(day, day)
    if kind is DutyPeriod.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Days(monday, monday + timedelta(days=6))
    if kind is DutyPeriod.TEN_DAYS:
        part = min((day.day - 1) // 10, 2)
        last = day.replace(day=10 * part + 10) if part < 2 else _last_of(day.year, day.month)
        return Days(day.replace(day=10 * part + 1), last)
    months = _MONTHS[kind]
    first = (day.month - 1) // months * months + 1
    return Days(date(day.year, first, 1), _last_of(day.year, first + months - 1))


def _last_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - A_DAY


def beginning_in(kind: DutyPeriod, after: date, up_to: date) -> Iterator[Days]:
    """The periods whose first day lies after one day and not after another."""
    one = period_of(kind, after + A_DAY)
    while one.first <= up_to:
        if one.first > after:
            yield one
        one = period_of(kind, one.last + A_DAY)


def parts_of(days: Days, kind: DutyPeriod) -> Iterator[Days]:
    """The shorter periods that lie within some days, the first and the last perhaps cut."""
    at = days.first
    while at <= days.last:
        whole = period_of(kind, at)
        yield Days(max(whole.first, days.first), min(whole.last, days.last))
        at = whole.last + A_DAY
