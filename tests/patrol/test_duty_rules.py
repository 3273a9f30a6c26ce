"""Rules of duty as public rules have them: each fits the table, and asks of whom it is meant for."""

from datetime import date

import pytest

from contracts.language.division import Division
from contracts.law.lines import Faulty
from contracts.patrol import Condition
from services.patrol.duty.law import DUTY
from tests.patrol.looking import CITY, COUNTY, PROVINCE, TOWN, VILLAGE, Y, asked, opened_by_looking
from tests.patrol.variants import CHIEFS, MONTHLY, PATROL, ROUND, table


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
