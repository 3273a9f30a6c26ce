"""Working days with the official make-up workdays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.law.cases.rules import BySeverity, CaseDays
from services.cases.law.deadline import SOURCE, after, between, is_working_day, shifted


def days(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


OFF_2020 = [
    *days(date(2020, 1, 1), date(2020, 1, 1)),
    *days(date(2020, 1, 24), date(2020, 2, 2)),
    *days(date(2020, 4, 4), date(2020, 4, 6)),
    *days(date(2020, 5, 1), date(2020, 5, 5)),
    *days(date(2020, 6, 25), date(2020, 6, 27)),
    *days(date(2020, 10, 1), date(2020, 10, 8)),
]
MADE_UP_2020 = [date(2020, *day) for day in ((1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10))]
"""国办发明电〔2019〕16号, with the spring festival of 国办发明电〔2020〕1号."""


def test_every_day_of_2020_is_as_the_state_council_announced_it():
    every = days(date(2020, 1, 1), date(2020, 12, 31))
    works = {day for day in every if day in MADE_UP_2020 or (day.weekday() < 5 and day not in OFF_2020)}
    assert {day: is_working_day(day) for day in every} == {day: (day in works, True) for day in every}


@pytest.mark.parametrize(
    ("day", "working_days", "on"),
    [
        (date(2020, 6, 15), 1, date(2020, 6, 16)),
        (date(2020, 6, 19), 1, date(2020, 6, 22)),
        (date(2020, 6, 24), 1, date(2020, 6, 28)),  # dragon boat festival 25-27 June; Sunday the 28th is worked
        (date(2020, 4, 30), 1, date(2020, 5, 6)),  # labour day 1-5 May
        (date(2020, 9, 30), 1, date(2020, 10, 9)),  # national day and mid-autumn 1-8 October
        (date(2020, 9, 30), 2, date(2020, 10, 10)),  # Saturday the 10th is worked
        (date(2020, 6, 15), 0, date(2020, 6, 15)),
    ],
)
def test_working_days_are_those_of_the_official_calendar(day, working_days, on):
    found = after(day, working_days)
    assert (found.on, found.calendar) == (on, f"2020年{SOURCE}")


def test_a_year_that_the_calendar_does_not_know_is_said():
    found = after(date(2031, 1, 3), 1)
    assert found.on == date(2031, 1, 6)
    assert found.calendar.startswith("2031: ")
    assert "install a chinesecalendar that has it" in found.calendar


def test_a_deadline_that_reaches_into_an_unknown_year_names_both():
    first = next(year for year in range(2021, 2100) if not is_working_day(date(year, 6, 1))[1])
    found = after(date(first - 1, 12, 30), 20)
    assert found.calendar.startswith(f"{first - 1}年{SOURCE}；{first}: ")
    assert len(found.calendar) <= 200


@given(st.dates(date(2015, 1, 1), date(2021, 1, 1)), st.integers(0, 60))
def test_counting_working_days_forth_and_back_agrees(day, working_days):
    end = after(day, working_days).on
    assert (between(day, end), shifted(day, working_days)) == (working_days, end)
    start = shifted(day, -working_days)
    assert sum(is_working_day(one)[0] for one in days(start, day)[:-1]) == working_days


@pytest.mark.parametrize("first", [date(2016, 12, 30), date(2024, 12, 30), date(2026, 11, 28)])
def test_the_calendar_of_as_many_working_days_as_a_rule_may_have_is_named_in_a_line(first):
    most = CaseDays.model_fields["verify"].metadata[-1].le
    assert len(after(first, most).calendar) <= 200
    with pytest.raises(ValidationError):
        BySeverity(minor=1, serious=1, grave=most + 1)
