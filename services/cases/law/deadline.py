"""Days by which something must be done, counted in working days with the official make-up workdays (调休)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import chinese_calendar

UNKNOWN = (
    "节假日安排未知，按周一至周五计；装上含该年安排的 chinesecalendar 即可 / "
    "not known, Monday to Friday: install a chinesecalendar that has it"
)
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
    end = _walk(day, working_days, timedelta(days=1))
    return Deadline(end, counted_by(day, end))


@cache
def shifted(day: date, working_days: int) -> date:
    """The day so many working days after `day`, or before it where they are negative."""
    return _walk(day, abs(working_days), timedelta(days=1 if working_days > 0 else -1))


@cache
def working(day: date) -> Deadline:
    """The day, or the next working day where it is a day of rest: a term never ends on one."""
    end = day if is_working_day(day)[0] else after(day, 1).on
    return Deadline(end, counted_by(day, end))


def chosen(day: date) -> tuple[date, str | None]:
    """A day that a person chose, as it counts; and by which calendar, where that moved it or does not know its year."""
    counts = working(day)
    as_said = counts.on == day and is_working_day(day)[1]
    return counts.on, None if as_said else counts.calendar


def between(first: date, last: date) -> int:
    """How many working days lie after `first`, up to and with `last`."""
    days = (last - first).days
    return sum(is_working_day(first + timedelta(days=n))[0] for n in range(1, days + 1))


def _walk(day: date, working_days: int, step: timedelta) -> date:
    while working_days:
        day += step
        working_days -= is_working_day(day)[0]
    return day


def counted_by(first: date, last: date) -> str:
    """The years of the calendar that were used, with its source; years that it does not know are said."""
    years = range(first.year, last.year + 1)
    known = [str(year) for year in years if is_working_day(date(year, 6, 1))[1]]
    unknown = [str(year) for year in years if str(year) not in known]
    said = [f"{'、'.join(known)}年{SOURCE}"] if known else []
    said += [f"{'、'.join(unknown)}: {UNKNOWN}"] if unknown else []
    return "；".join(said)
