"""Working days with the official make-up workdays."""

from datetime import date

import pytest

from services.cases.deadline import SOURCE, after


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
    assert (found.on, found.calendar) == (on, SOURCE)


def test_a_year_that_the_calendar_does_not_know_is_said():
    found = after(date(2031, 1, 3), 1)
    assert found.on == date(2031, 1, 6)
    assert found.calendar.startswith("2031: ")
