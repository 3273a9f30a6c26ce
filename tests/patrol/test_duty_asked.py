"""Which duties a post has: each period once, whatever the day on which one looks, and every rule that is found."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.division import Division
from contracts.language.values import Role
from contracts.law.lines import Faulty
from contracts.patrol import Condition, DutyPeriod
from services.patrol.duty.asked import Table, asked_of, ordered
from services.patrol.duty.law import DUTY
from services.patrol.duty.period import Days, beginning_in, parts_of, period_of
from tests.patrol.variants import CHIEFS, MONTHLY, PATROL, ROUND, table

PROVINCE, CITY, COUNTY = Division("360000000000"), Division("360200000000"), Division("360222000000")
TOWN, VILLAGE = Division("360222104000"), Division("360222104201")
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


def asked(law, role, division, after, today, conditions=(), anew=False):
    """Each rule that asks something, with the days that count."""
    found = asked_of(Role(role), division, law, conditions, after, today, anew)
    return [(one.rule_id, one.days.first, one.days.last) for one in found]


def opened_by_looking(law, role, division, first, last, steps, conditions=()):
    """What is asked of a post at which one looks first on a day, and then every so many days, up to another.

    Beside a duty that has begun the store opens no other of the same rule.
    """
    found, after, today, n = [], date.min, first, 0
    while True:
        for one in asked(law, role, division, after, today, conditions, anew=after == date.min):
            if not any(one[0] == begun[0] and one[1] <= begun[2] and begun[1] <= one[2] for begun in found):
                found.append(one)
        if today == last:
            return found
        after, today = today, min(today + timedelta(days=steps[n % len(steps)]), last)
        n += 1


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


def danger(level, first, last, division=COUNTY, kind="danger"):
    return Condition(
        id="c",
        kind=kind,
        division=division,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        level=level,
        source="s",
    )


Y, M = date(2020, 1, 1), date(2020, 6, 1)
VARIANTS = [
    # Jiangxi, April 2020: province once a year, city once in half a year, county once a quarter.
    ("province yearly", {**PATROL, "roles": CHIEFS, "levels": ["province"], "count": 1, "period": "year"},
     "general_chief", PROVINCE, (), [(Y, date(2020, 12, 31))]),
    ("city half-yearly", {**PATROL, "roles": CHIEFS, "levels": ["city"], "count": 1, "period": "half"},
     "deputy_general_chief", CITY, (), [(Y, date(2020, 6, 30)), (date(2020, 7, 1), date(2020, 12, 31))]),
    ("county quarterly", {**PATROL, "roles": CHIEFS, "levels": ["county"], "count": 1, "period": "quarter"},
     "chief", COUNTY, (), [(Y, date(2020, 3, 31)), (date(2020, 4, 1), date(2020, 6, 30)),
                           (date(2020, 7, 1), date(2020, 9, 30)), (date(2020, 10, 1), date(2020, 12, 31))]),
    # Taojiang: a town's chief within the first ten days of a month only; a village patrolman four times a month.
    ("days 1 to 10", {**MONTHLY, "levels": ["town"], "window": {"first": 1, "last": 10}},
     "chief", TOWN, (), [(date(2020, n, 1), date(2020, n, 10)) for n in range(1, 13)]),
    ("four a month", {**ROUND, "count": 4, "period": "month"}, "ranger", VILLAGE, (), 12),
    # "123": city 1, town 2, village 3, all in a month.
    ("123", {**MONTHLY, "levels": ["village"], "roles": ["village_chief"], "count": 3},
     "village_chief", VILLAGE, (), 12),
    # March to December only.
    ("March to December", {**MONTHLY, "season": "march"}, "chief", TOWN, (), 10),
    # Fujian: 15 days a month in the fire season, else 10; Ningshan: 22 all the year; public-welfare forest: 25 in it.
    ("fire season", {**ROUND, "count": 15, "counted": "days", "period": "month", "season": "key"},
     "ranger", VILLAGE, (), 7),
    ("outside it", {**ROUND, "count": 10, "counted": "days", "period": "month", "season": "other"},
     "ranger", VILLAGE, (), 5),
    ("every month", {**ROUND, "count": 22, "counted": "days", "period": "month"}, "ranger", VILLAGE, (), 12),
    # The rule by GPS of 2019: 20 days from October to May, spread over the ten-day parts, inside the own area only.
    ("spread", {**ROUND, "count": 20, "counted": "days", "period": "month", "season": "dry",
                "spread": {"over": "ten_days", "least": 1},
                "valid": {"metres": 3000, "minutes": 60, "inside_only": True, "no_repeat": True, "photos": 1,
                          "visits": [{"kind": "building_site", "least": 3}]}}, "ranger", VILLAGE, (), 8),
    # Zherong: every day at fire-danger level 3 or more, on holidays, in a ban.
    ("danger", {**ROUND, "count": 1, "period": "day", "trigger": {"danger_level": 3}}, "ranger", VILLAGE,
     (danger(3, "2020-02-28", "2020-03-01"), danger(2, "2020-05-01", "2020-05-03")),
     [(day, day) for day in (date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1))]),
    ("holiday", {**ROUND, "count": 1, "period": "day", "trigger": {"holiday": True}}, "ranger", VILLAGE, (),
     [(date(2020, 4, n), date(2020, 4, n)) for n in (4, 5, 6)] + [(date(2020, 10, n),) * 2 for n in range(1, 9)]),
    ("ban", {**ROUND, "count": 1, "period": "day", "trigger": {"ban": True, "holiday": True}}, "ranger", VILLAGE,
     (danger(0, "2020-04-06", "2020-04-07", kind="ban"), danger(0, "2020-08-01", "2020-08-31", TOWN, kind="danger")),
     [(date(2020, 4, n),) * 2 for n in (4, 5, 6, 7)] + [(date(2020, 10, n),) * 2 for n in range(1, 9)]),
    # Elsewhere: danger in another county is no danger here; a rule of another city does not hold here.
    ("elsewhere", {**ROUND, "count": 1, "period": "day", "trigger": {"danger_level": 3}}, "ranger", VILLAGE,
     (danger(5, "2020-02-28", "2020-03-01", Division("360281000000")),), []),
    ("another city's", {**MONTHLY, "divisions": ["360100000000"]}, "chief", COUNTY, (), []),
    ("this city's", {**MONTHLY, "divisions": ["360200000000"]}, "chief", COUNTY, (), 12),
    ("another role's", {**MONTHLY, "roles": ["village_chief"]}, "chief", COUNTY, (), []),
    ("another level's", {**MONTHLY, "levels": ["town"]}, "chief", COUNTY, (), []),
    # Linxia: a village weekly; ten-day parts; once, between two days.
    ("weekly", {**MONTHLY, "period": "week"}, "chief", VILLAGE, (), 53),
    ("ten-day parts", {**MONTHLY, "period": "ten_days"}, "chief", VILLAGE, (), 36),
    ("once", {**MONTHLY, "period": "once", "from_on": "2020-03-01", "to_on": "2020-04-30"}, "chief", COUNTY, (),
     [(date(2020, 3, 1), date(2020, 4, 30))]),
    # In force from a day to a day: a period goes by its first.
    ("from a day", {**MONTHLY, "from_on": "2020-04-23"}, "chief", COUNTY, (), 8),
    ("to a day", {**MONTHLY, "to_on": "2020-04-23"}, "chief", COUNTY, (), 4),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "role", "division", "conditions", "days"), [one[1:] for one in VARIANTS], ids=[one[0] for one in VARIANTS]
)
def test_every_rule_that_is_found_fits_the_table(rule, role, division, conditions, days):
    found = opened_by_looking(table({"a": rule}), role, division, Y, date(2020, 12, 31), [1], conditions)
    if isinstance(days, int):
        assert len(found) == days
    else:
        assert [one[1:] for one in found] == days


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


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({**MONTHLY, "spread": {"over": "month", "least": 1}}, "spread_shorter"),
        ({**MONTHLY, "trigger": {"order": True}}, "order_asks_once"),
        ({**MONTHLY, "period": "once"}, "once_has_days"),
        ({**MONTHLY, "period": "other"}, "one_of"),
        ({**MONTHLY, "trigger": {"holiday": True}}, "trigger_asks_daily"),
        ({**MONTHLY, "window": {"first": 10, "last": 1}}, "period_in_order"),
        ({**MONTHLY, "season": "spring"}, "one_of"),
        ({**MONTHLY, "valid": {"items": ["weather"]}}, "one_of"),
        ({**MONTHLY, "roles": []}, "too_short"),
        ({**MONTHLY, "roles": ["chief", "chef"]}, "one_of"),
        ({**MONTHLY, "counts": 1}, "extra_forbidden"),
    ],
)
def test_a_row_that_cannot_be_asked_is_refused_with_its_rule(rule, code):
    with pytest.raises(Faulty) as refused:
        table({"a": rule})
    assert [one.rule.code for one in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("role", "division", "rules"),
    [
        ("general_chief", PROVINCE, {"province_chief": 1}),
        ("chief", CITY, {"city_chief": 2}),
        ("deputy_general_chief", COUNTY, {"county_chief": 4}),
        ("chief", TOWN, {"town_chief": 12}),
        ("village_chief", VILLAGE, {"village_chief": 52}),
        ("ranger", VILLAGE, {"ranger_key": 7, "ranger": 5}),
        ("resource_supervisor", TOWN, {"supervisor": 12}),
        ("unit", COUNTY, {}),
        ("office", COUNTY, {}),
    ],
)
def test_the_defaults_ask_of_each_what_the_province_and_the_sources_say_in_2021(role, division, rules):
    found = asked(DUTY.shipped, role, division, date(2020, 12, 31), date(2021, 12, 31))
    counted = {rule: sum(one[0] == rule for one in found) for rule in dict.fromkeys(one[0] for one in found)}
    assert dict(sorted(counted.items())) == dict(sorted(rules.items()))
