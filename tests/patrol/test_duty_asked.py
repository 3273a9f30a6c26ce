"""Which duties a post has: each period once, whatever the day on which one looks, and every rule that is found."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.division import Division
from contracts.language.values import Role
from contracts.patrol import DutyPeriod
from services.patrol.duty.asked import Table, ordered
from services.patrol.duty.period import Days, beginning_in, parts_of, period_of
from tests.patrol.looking import COUNTY, TOWN, VILLAGE, M, Y, asked, opened_by_looking
from tests.patrol.variants import CHIEFS, MONTHLY, PATROL, ROUND, table

KINDS = [kind for kind in DutyPeriod if kind not in (DutyPeriod.ONCE, DutyPeriod.OTHER)]
DAYS = st.dates(date(1999, 12, 20), date(2101, 3, 10))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        ("day", date(2020, 2, 29), date(2020, 2, 29), date(2020, 2, 29)),
        ("week", date(2021, 1, 3), date(2020, 12, 28), date(2021, 1, 3)),
        ("week", date(2021, 1, 4), date(2021, 1, 4), date(2021, 1, 10)),
        ("ten_days", date(2020, 2, 10), date(2020, 2, 1), date(2020, 2, 10)),
        ("ten_days", date(2020, 2, 20), date(2020, 2, 11), date(2020, 2, 20)),
        ("ten_days", date(2020, 2, 21), date(2020, 2, 21), date(2020, 2, 29)),
        ("ten_days", date(2019, 2, 28), date(2019, 2, 21), date(2019, 2, 28)),
        ("ten_days", date(2020, 1, 31), date(2020, 1, 21), date(2020, 1, 31)),
        ("month", date(2100, 2, 28), date(2100, 2, 1), date(2100, 2, 28)),
        ("month", date(2020, 12, 31), date(2020, 12, 1), date(2020, 12, 31)),
        ("quarter", date(2020, 6, 30), date(2020, 4, 1), date(2020, 6, 30)),
        ("half", date(2020, 7, 1), date(2020, 7, 1), date(2020, 12, 31)),
        ("half", date(2020, 6, 30), date(2020, 1, 1), date(2020, 6, 30)),
        ("year", date(2020, 12, 31), date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_a_period_has_its_first_and_its_last_day(kind, day, first, last):
    assert period_of(DutyPeriod(kind), day) == Days(first, last)


@given(st.sampled_from(KINDS), DAYS, st.integers(0, 800))
def test_periods_follow_each_other_without_a_gap_and_without_a_day_in_two(kind, begin, length):
    found = list(beginning_in(kind, begin, begin + timedelta(days=length)))
    assert all(one.last + timedelta(days=1) == after.first for one, after in pairwise(found))
    assert all(begin < one.first <= begin + timedelta(days=length) for one in found)
    every_day = [period_of(kind, begin + timedelta(days=n)) for n in range(1, length + 1)]
    assert found == sorted({one for one in every_day if one.first > begin})


@given(st.sampled_from(KINDS), DAYS, st.integers(0, 400))
def test_the_parts_of_some_days_are_those_days(kind, first, length):
    days = Days(first, first + timedelta(days=length))
    found = list(parts_of(days, kind))
    assert (found[0].first, found[-1].last) == (days.first, days.last)
    assert all(one.last + timedelta(days=1) == after.first for one, after in pairwise(found))


@given(
    st.sampled_from(KINDS),
    st.dates(date(2019, 11, 20), date(2020, 3, 10)),
    st.integers(1, 500),
    st.lists(st.integers(1, 90), min_size=1, max_size=5),
)
def test_no_duty_is_lost_and_none_is_doubled_on_whatever_days_the_clock_looks(kind, first, length, steps):
    law = table({"a": {**MONTHLY, "period": kind.value}})
    last = first + timedelta(days=length)
    every_day = opened_by_looking(law, "chief", COUNTY, first, last, [1])
    assert opened_by_looking(law, "chief", COUNTY, first, last, steps) == every_day
    wanted = sorted({period_of(kind, first + timedelta(days=n)) for n in range(length + 1)})
    assert every_day == [("a", one.first, one.last) for one in wanted]


@given(
    st.sampled_from(KINDS),
    st.sampled_from(KINDS),
    st.dates(date(2019, 12, 1), date(2020, 12, 31)),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_a_rule_that_is_changed_leaves_the_period_that_has_begun_and_doubles_none(before, after, changed_on, steps):
    amendment = {"from_on": str(changed_on), "version": "2", "source": "s", "rules": {"a": {"period": after.value}}}
    law = table({"a": {**MONTHLY, "period": before.value}}, [amendment])
    found = opened_by_looking(law, "chief", COUNTY, date(2019, 11, 1), date(2021, 6, 1), [1])
    days = [(first, last) for _, first, last in found]
    assert all(one[1] < other[0] for one, other in pairwise(days))
    old = [
        period_of(before, date(2019, 11, 1) + timedelta(days=n)) for n in range((changed_on - date(2019, 11, 1)).days)
    ]
    assert {(one.first, one.last) for one in old} <= set(days)
    new = [period for first, last in days if (period := Days(first, last)).first >= changed_on]
    assert all(period_of(after, one.first) == one for one in new)
    later = opened_by_looking(law, "chief", COUNTY, date(2019, 11, 1), date(2021, 6, 1), steps)
    assert sorted(set(later)) == sorted(later)


JUNE = date(2020, 6, 15)


@pytest.mark.parametrize(
    ("known_from", "today", "days"),
    [
        # Known on the first day of a month: that month, and no month before.
        ("2020-06-01", date(2020, 6, 1), [(date(2020, 6, 1), date(2020, 6, 30))]),
        # Known in the middle of one: what is under way can still be done, what is past is asked of nobody.
        ("2020-05-21", date(2020, 5, 21), [(date(2020, 5, 1), date(2020, 5, 31))]),
        ("2020-05-31", date(2020, 5, 31), [(date(2020, 5, 1), date(2020, 5, 31))]),
        # Known only later: nobody is asked today.
        ("2020-07-01", date(2020, 6, 30), []),
    ],
)
def test_a_rule_in_force_before_it_was_known_reminds_nobody_of_the_past(known_from, today, days):
    amendment = {
        "from_on": "2020-01-01",
        "known_from": known_from,
        "version": "2",
        "source": "s",
        "rules": {"a": MONTHLY},
    }
    law = table({}, [amendment])
    found = asked(law, "chief", COUNTY, date.min, today, anew=True)
    assert [one[1:] for one in found] == (days if date.fromisoformat(known_from) <= today else [])
    # A clock that comes late, too: months before the day on which it was known are nobody's.
    late = asked(law, "chief", COUNTY, date(2019, 12, 31), date(2020, 8, 1), anew=True)
    known = date.fromisoformat(known_from)
    assert [one[1:] for one in late] == [
        (one.first, one.last)
        for one in beginning_in(DutyPeriod.MONTH, date(2019, 12, 31), date(2020, 8, 1))
        if one.last >= known
    ]


def test_what_can_no_longer_be_done_is_not_asked_of_a_post_that_is_new():
    days = {**ROUND, "count": 15, "counted": "days", "period": "month"}
    law = table({"a": days, "b": {**days, "count": 10}, "c": {**days, "count": 1, "window": {"first": 1, "last": 10}}})
    assert [one[0] for one in asked(law, "ranger", VILLAGE, date.min, date(2020, 6, 21), anew=True)] == ["b"]
    assert [one[0] for one in asked(law, "ranger", VILLAGE, date.min, date(2020, 6, 16), anew=True)] == ["a", "b"]
    assert [one[0] for one in asked(law, "ranger", VILLAGE, date.min, date(2020, 6, 10), anew=True)] == ["a", "b", "c"]


ORDERED = {**PATROL, "roles": CHIEFS, "count": 1, "period": "once", "trigger": {"order": True}}


def ordered_in_march(rules, role, division):
    return ordered(Role(role), division, table(rules), date(2020, 3, 1), date(2020, 3, 31))


def test_an_order_asks_a_chief_once_up_to_its_last_day():
    one = ordered_in_march({"a": ORDERED}, "chief", TOWN)
    assert (one.rule_id, one.days, one.closes_on) == ("a", Days(date(2020, 3, 1), date(2020, 3, 31)), date(2020, 4, 3))
    assert ordered_in_march({"a": MONTHLY}, "chief", TOWN) is None
    assert opened_by_looking(table({"a": ORDERED}), "chief", TOWN, Y, M, [1]) == []


@pytest.mark.parametrize(
    ("role", "division", "rule"),
    [
        ("chief", COUNTY, "county"),
        ("chief", TOWN, "here"),
        ("chief", Division("360281100000"), None),
        ("ranger", VILLAGE, "ranger"),
        ("village_chief", VILLAGE, None),
    ],
)
def test_an_order_goes_by_the_first_rule_that_is_meant_for_the_post(role, division, rule):
    rules = {
        "county": {**ORDERED, "levels": ["county"]},
        "ranger": {**ORDERED, "roles": ["ranger"]},
        "here": {**ORDERED, "divisions": [COUNTY]},
    }
    found = ordered_in_march(rules, role, division)
    assert (found and found.rule_id) == rule


def test_a_month_that_begins_in_a_season_is_of_it_alone():
    rules = {
        "key": {**ROUND, "count": 25, "period": "month", "season": "key"},
        "other": {**ROUND, "count": 15, "period": "week", "season": "other"},
    }
    found = opened_by_looking(table(rules), "ranger", VILLAGE, date(2020, 4, 1), date(2020, 5, 12), [1])
    assert found == [
        ("key", date(2020, 4, 1), date(2020, 4, 30)),
        ("other", date(2020, 5, 4), date(2020, 5, 10)),
        ("other", date(2020, 5, 11), date(2020, 5, 17)),
    ]


def test_posts_that_are_alike_to_the_rules_are_asked_alike():
    here = Division("360200000000")
    rules = {"all": MONTHLY, "here": {**MONTHLY, "divisions": [here]}}
    rows = Table(table(rules), (), date(2020, 6, 1))
    asks = {
        one: [asked.rule_id for asked in rows.asks(Role.CHIEF, one, date(2020, 5, 31), anew=False)]
        for one in (COUNTY, Division("360100000000"), TOWN)
    }
    assert list(asks.values()) == [["all", "here"], ["all"], ["all", "here"]]
