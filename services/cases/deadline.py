"""Days by which something must be done, counted in working days with the official make-up workdays (调休)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import chinese_calendar

SOURCE = f"国务院办公厅节假日安排 (chinesecalendar {version('chinesecalendar')})"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, and the calendar by which it was counted: a year that the calendar does not know is said."""

    on: date
    calendar: str


@cache
def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether people work on that day, and whether the calendar knows it; outside it, Monday to Friday."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:
        return day.weekday() < 5, False


@cache
def after(day: date, working_days: int) -> Deadline:
    """The last of so many working days that follow `day`."""
    unknown: list[int] = []
    left = working_days
    while left:
        day += timedelta(days=1)
        works, known = is_working_day(day)
        left -= works
        if not known and day.year not in unknown:
            unknown.append(day.year)
    years = "、".join(map(str, unknown))
    return Deadline(
        day, f"{years}: 节假日安排未知，按周一至周五计 / not known, Monday to Friday" if unknown else SOURCE
    )
