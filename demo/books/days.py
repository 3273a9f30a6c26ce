"""Working days by the State Council's yearly notices: kept apart from the calendar that the services use."""

from __future__ import annotations

from datetime import date, datetime, timedelta

FREE = (
    ("2016-12-31", "2017-01-02"),
    ("2017-01-27", "2017-02-02"),
    ("2017-04-02", "2017-04-04"),
    ("2017-04-29", "2017-05-01"),
    ("2017-05-28", "2017-05-30"),
    ("2017-10-01", "2017-10-08"),
    ("2017-12-30", "2018-01-01"),
    ("2018-02-15", "2018-02-21"),
    ("2018-04-05", "2018-04-07"),
    ("2018-04-29", "2018-05-01"),
    ("2018-06-16", "2018-06-18"),
    ("2018-09-22", "2018-09-24"),
    ("2018-10-01", "2018-10-07"),
    ("2018-12-30", "2019-01-01"),
    ("2019-02-04", "2019-02-10"),
    ("2019-04-05", "2019-04-07"),
    ("2019-05-01", "2019-05-04"),
    ("2019-06-07", "2019-06-09"),
    ("2019-09-13", "2019-09-15"),
    ("2019-10-01", "2019-10-07"),
    ("2020-01-01", "2020-01-01"),
    ("2020-01-24", "2020-02-02"),
    ("2020-04-04", "2020-04-06"),
    ("2020-05-01", "2020-05-05"),
    ("2020-06-25", "2020-06-27"),
    ("2020-10-01", "2020-10-08"),
)
"""First and last day of each holiday."""
MADE_UP = {
    "2017-01-22",
    "2017-02-04",
    "2017-04-01",
    "2017-05-27",
    "2017-09-30",
    "2018-02-11",
    "2018-02-24",
    "2018-04-08",
    "2018-04-28",
    "2018-09-29",
    "2018-09-30",
    "2018-12-29",
    "2019-02-02",
    "2019-02-03",
    "2019-04-28",
    "2019-05-05",
    "2019-09-29",
    "2019-10-12",
    "2020-01-19",
    "2020-04-26",
    "2020-05-09",
    "2020-06-28",
    "2020-09-27",
    "2020-10-10",
}
"""Days at weekends on which people work for a holiday."""


def day_in_china(at: datetime) -> date:
    return (at + timedelta(hours=8)).date()


def works(day: date) -> bool:
    said = str(day)
    return said in MADE_UP or (day.weekday() < 5 and not any(first <= said <= last for first, last in FREE))


def or_next_working_day(day: date) -> date:
    """A term that ends on a day of rest ends on the working day after."""
    return day if works(day) else working_days_after(day, 1)


def working_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= works(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """How many lie after `first`, up to and with `last`."""
    return sum(works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
