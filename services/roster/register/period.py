"""The periods of a year, and what falls due once in each."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
_LETTERS = {3: "Q", 6: "H"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a year, from its first day to its last."""

    first: date
    last: date
    months: int

    @property
    def words(self) -> str:
        """As it is written: `2020`, `2020-H1`, `2020-Q2`, `2020-05`."""
        if self.months == 12:
            return str(self.first.year)
        if self.months == 1:
            return f"{self.first:%Y-%m}"
        n = (self.first.month - 1) // self.months + 1
        return f"{self.first.year}-{_LETTERS.get(self.months, 'P')}{n}"


def part_of(day: date, months: int) -> Part:
    """The part of so many months, a divisor of 12, in which a day lies."""
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    last_month = first.month + months - 1
    return Part(first, date(first.year, last_month, monthrange(first.year, last_month)[1]), months)


def parts_due(months: int, known_on: date, done_on: date | None, today: date, remind_days: int) -> Iterator[Part]:
    """The parts in which something was not done since their first day, up to the one that follows the present.

    Of the part in which it became known, only if its reminder was still to come.
    """
    part = part_of(known_on, months)
    if part.last - timedelta(days=remind_days) < known_on:
        part = part_of(part.last + DAY, months)
    while part.first <= part_of(today, months).last + DAY:
        if done_on is None or done_on < part.first:
            yield part
        part = part_of(part.last + DAY, months)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
