"""Duties of single days as the clock opens them: on each holiday, through each season and change, once."""

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.language.values import SHANGHAI
from services.patrol.duty import clock
from services.patrol.duty.law import DUTY
from services.runtime.reference import law
from tests.patrol.rounds import RANGER, enrol
from tests.patrol.variants import HOLIDAYS, ROUND, SEASONS
from tests.servers import transaction

FIRST = date(2019, 12, 20)
DAY = timedelta(days=1)
STEPS = st.lists(st.integers(1, 20), min_size=1, max_size=6)
HOLIDAY = st.tuples(st.integers(1, 70), st.integers(0, 8))
"""So many days after the first, and for so many days more."""


def stated(rules, holidays=HOLIDAYS, amendments=()):
    return json.dumps(
        {
            "law": "patrol.duty",
            "version": "1",
            "source": "s",
            "grace_days": 3,
            "seasons": SEASONS,
            "holidays": holidays,
            "checklist": {},
            "rules": rules,
            "amendments": list(amendments),
        }
    )


async def opened(dsn, text, days):
    """The days of all duties of a ranger, after a clock has looked on some days, at any hour in China."""
    async with transaction(dsn, at(FIRST)) as tx:
        await enrol(tx, RANGER)
        await law.take_up(tx, DUTY, text, 1, "operator")
        for n, day in enumerate(days):
            tx.now = at(day, n % 24)
            while await clock.open_duties(tx):
                pass
        rows = await tx.sql.fetch("SELECT rule, first, last FROM duties WHERE post_id = 'r-1' ORDER BY first, rule")
    return [tuple(row) for row in rows]


def at(day, hour=0):
    return datetime.combine(day, time(hour), SHANGHAI).astimezone(UTC)


def looked_on(steps, last):
    """Days that are so far apart in turn, up to the last one."""
    days = [FIRST]
    while days[-1] < last:
        days.append(min(days[-1] + steps[len(days) % len(steps)] * DAY, last))
    return days


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(HOLIDAY, max_size=5), STEPS)
def test_each_day_of_a_holiday_asks_once_also_over_new_year_and_leap_day_and_where_two_overlap(dsn, drawn, steps):
    spans = [(FIRST + after * DAY, FIRST + (after + more) * DAY) for after, more in drawn]
    holidays = [{"name": f"节{n}", "first": str(first), "last": str(last)} for n, (first, last) in enumerate(spans)]
    rule = {**ROUND, "count": 1, "period": "day", "trigger": {"holiday": True}}
    found = asyncio.run(opened(dsn, stated({"holiday": rule}, holidays), looked_on(steps, FIRST + 80 * DAY)))
    feast = {first + n * DAY for first, last in spans for n in range((last - first).days + 1)}
    assert found == [("holiday", day, day) for day in sorted(feast)]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.integers(1, 75), STEPS)
def test_of_a_rule_that_is_changed_no_day_is_lost_or_asked_twice_whenever_the_clock_looks(dsn, after, steps):
    changed_on = FIRST + after * DAY
    amendment = {"from_on": str(changed_on), "version": "2", "source": "s", "rules": {"a": {"period": "day"}}}
    text = stated({"a": {**ROUND, "count": 1, "period": "week"}}, amendments=[amendment])
    last = FIRST + 80 * DAY
    found = asyncio.run(opened(dsn, text, looked_on(steps, last)))
    monday = FIRST - FIRST.weekday() * DAY
    weeks = []
    while monday < changed_on:
        weeks.append(("a", monday, monday + 6 * DAY))
        monday += 7 * DAY
    days = [("a", day, day) for n in range((last - monday).days + 1) for day in [monday + n * DAY]]
    assert found == weeks + days
