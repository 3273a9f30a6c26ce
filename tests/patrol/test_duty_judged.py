"""What was walked is what was asked, or what it lacks is named; and what becomes of the duty by its days."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.division import Division
from contracts.language.values import PersonRef, Role
from contracts.law.duty import DutyRule
from contracts.patrol import Activity, DutyMet, DutyMissed, DutyReopened, DutyState, DutyVacant, PatrolWay
from services.patrol.duty.judging import Reached, Walk, reached
from services.patrol.duty.period import Days
from services.patrol.duty.standing import Placed, Standing, closed, duty_id, excused, walked
from tests.patrol.variants import MONTHLY, PATROL, ROUND, table

JUNE = Days(date(2020, 6, 1), date(2020, 6, 30))
GPS = {
    **ROUND, "count": 3, "counted": "days", "period": "month", "spread": {"over": "ten_days", "least": 1},
    "valid": {"metres": 3000, "minutes": 60, "inside_only": True, "no_repeat": True, "photos": 1,
              "visits": [{"kind": "building_site", "least": 3}]},
}  # fmt: skip


def rule(stated):
    (one,) = table({"a": stated}).newest.rules.values()
    return one


def walk(day, minutes=60, metres=3000, activity="round", **more):
    return Walk(date(2020, 6, day), Activity(activity), minutes=minutes, metres=metres, **more)


def good(day, **more):
    return walk(day, **{"own_share": 1.0, "photos": 1, "visited": {"building_site": 1}, **more})


def patrol(day, **more):
    return walk(day, activity="patrol", **more)


@pytest.mark.parametrize(
    ("stated", "walks", "done", "missing"),
    [
        (GPS, [good(1), good(11), good(21)], 3, ()),
        (GPS, [good(10), good(20), good(30)], 3, ()),
        # Three days, two of them in one ten-day part.
        (GPS, [good(1), good(10), good(21)], 3, ("spread",)),
        (GPS, [good(1), good(11)], 2, ("count", "spread", "visits.building_site")),
        # Enough on a day in two walks; twice a day is a day.
        (GPS, [good(1, minutes=30, metres=1500), good(1, minutes=30, metres=1500), good(11), good(21)], 3, ()),
        (GPS, [good(1), good(1), good(11), good(21)], 3, ()),
        (GPS, [good(1, metres=2999), good(11), good(21)], 2, ("count", "spread")),
        (GPS, [good(1, minutes=59), good(11), good(21)], 2, ("count", "spread")),
        # Only what lies inside the own area counts: half of 6 km does, an unknown share of it proves nothing.
        (GPS, [good(1, metres=6000, minutes=120, own_share=0.5), good(11), good(21)], 3, ()),
        (GPS, [good(1, metres=6000, minutes=120, own_share=0.49), good(11), good(21)], 2, ("count", "spread")),
        (GPS, [good(1, own_share=None), good(11), good(21)], 2, ("count", "spread")),
        (GPS, [good(1, repeats=True), good(11), good(21)], 2, ("count", "spread", "visits.building_site")),
        (GPS, [good(1, photos=0), good(11), good(21)], 2, ("count", "spread", "visits.building_site")),
        (GPS, [good(1, visited={}), good(11), good(21)], 3, ("visits.building_site",)),
        # Other days, other activities.
        (MONTHLY, [Walk(date(2020, 5, 31), Activity.PATROL), Walk(date(2020, 7, 1), Activity.PATROL)], 0, ("count",)),
        (MONTHLY, [patrol(1)], 1, ()),
        (MONTHLY, [patrol(30)], 1, ()),
        (MONTHLY, [walk(1)], 0, ("count",)),
        # A chief's patrol is not bound to a ranger's half hour, unless the rule says so.
        (MONTHLY, [patrol(1, minutes=0, metres=0)], 1, ()),
        ({**MONTHLY, "count": 2}, [patrol(1), patrol(1)], 2, ()),
        ({**MONTHLY, "count": 2, "counted": "days"}, [patrol(1), patrol(1)], 1, ("count",)),
        # Gathered or everyday.
        ({**MONTHLY, "ways": ["gathered"]}, [patrol(1, way=PatrolWay.EVERYDAY), patrol(2)], 0, ("count",)),
        ({**MONTHLY, "ways": ["gathered"]}, [patrol(1, way=PatrolWay.GATHERED)], 1, ()),
        ({**MONTHLY, "ways": ["gathered", "everyday"]}, [patrol(1, way=PatrolWay.EVERYDAY)], 1, ()),
        # The checklist.
        ({**MONTHLY, "valid": {"items": ["fire", "team"]}}, [patrol(1, items=frozenset({"fire"}))], 0, ("count",)),
        ({**MONTHLY, "valid": {"items": ["fire"]}}, [patrol(1, items=frozenset({"fire", "team"}))], 1, ()),
        # The whole area twice.
        ({**ROUND, "count": 1, "period": "month", "valid": {"whole_area": 2}},
         [walk(1, area_share=0.7), walk(2, area_share=0.7), walk(3, area_share=0.6)], 3, ()),
        ({**ROUND, "count": 1, "period": "month", "valid": {"whole_area": 2}},
         [walk(1, area_share=0.7), walk(2, area_share=None), walk(3, area_share=0.6)], 3, ("whole_area",)),
        # Grids seen, each once.
        ({**PATROL, "roles": ["resource_supervisor"], "activity": "visit", "count": 3, "counted": "grids",
          "period": "month"},
         [walk(1, activity="visit", grids=frozenset("ab")), walk(2, activity="visit", grids=frozenset("bc"))], 3, ()),
    ],
)  # fmt: skip
def test_what_was_walked_is_measured_by_the_rule(stated, walks, done, missing):
    assert reached(rule(stated), JUNE, walks) == Reached(done, missing)


def test_a_round_is_half_an_hour_and_two_kilometres_to_the_metre():
    ours = rule({**ROUND, "count": 1, "period": "month", "valid": {"minutes": 30, "metres": 2000}})
    ways = [(30, 2000), (29.99, 2000), (30, 1999.99)]
    assert [reached(ours, JUNE, [walk(1, minutes, metres)]).met for minutes, metres in ways] == [True, False, False]


def test_of_a_window_only_its_days_count():
    days = JUNE.window(1, 10)
    assert [reached(rule(MONTHLY), days, [patrol(day)]).met for day in (1, 10, 11)] == [True, True, False]
    february = Days(date(2019, 2, 1), date(2019, 2, 28))
    assert february.window(25, 31) == Days(date(2019, 2, 25), date(2019, 2, 28))


@given(st.integers(0, 2**32), st.integers(0, 12))
def test_the_order_in_which_patrols_become_known_changes_nothing(seed, count):
    chance = Random(seed)
    walks = [
        good(chance.randint(1, 30), metres=chance.choice([1500, 3000]), repeats=chance.random() < 0.2)
        for _ in range(count)
    ]
    mixed = chance.sample(walks, count)
    assert reached(rule(GPS), JUNE, walks) == reached(rule(GPS), JUNE, mixed)


HOLDER = PersonRef(id="p", name="张三")
AT = datetime(2020, 7, 4, 0, 0, tzinfo=UTC)
POST = Placed("a-1", Role.CHIEF, "360222104000", Division("360222104000"))
DONE, NOTHING = Reached(1, ()), Reached(0, ("count",))


def duty(state="open", done=0):
    whole = DutyRule(**{**MONTHLY, "roles": [Role.CHIEF], "activity": Activity.PATROL})
    id = duty_id("a-1", "a", "2020-06-01")
    return Standing(id, POST, "a", whole, "1", JUNE, date(2020, 7, 3), DutyState(state), done)


IN_TIME, LATE = date(2020, 7, 3), date(2020, 7, 4)


@pytest.mark.parametrize(
    ("before", "reach", "today", "after", "fact"),
    [
        ("open", NOTHING, IN_TIME, "open", None),
        ("open", DONE, IN_TIME, "met", DutyMet),
        ("met", DONE, IN_TIME, "met", None),
        # A patrol that was found invalid: there are days left, or there are none.
        ("met", NOTHING, IN_TIME, "open", DutyReopened),
        ("met", NOTHING, LATE, "missed", DutyMissed),
        # A late record.
        ("missed", DONE, LATE, "met", DutyMet),
        ("missed", NOTHING, LATE, "missed", None),
        ("vacant", DONE, LATE, "met", DutyMet),
        ("excused", DONE, LATE, "excused", None),
        ("excused", NOTHING, LATE, "excused", None),
    ],
)
def test_what_has_been_walked_moves_a_duty(before, reach, today, after, fact):
    now, told = walked(duty(before), reach, HOLDER, AT, today)
    assert (now.state, now.done, told and type(told)) == (DutyState(after), reach.done, fact)
    if fact is DutyMet:
        assert (told.before, told.done, told.holder) == (DutyState(before), 1, HOLDER)


@pytest.mark.parametrize(
    ("reach", "holder", "after", "fact"),
    [
        (NOTHING, HOLDER, "missed", DutyMissed),
        (NOTHING, None, "vacant", DutyVacant),
        (DONE, HOLDER, "met", DutyMet),
        (DONE, None, "met", DutyMet),
    ],
)
def test_a_duty_whose_days_have_passed_is_missed_or_vacant(reach, holder, after, fact):
    now, told = closed(duty(), reach, holder, AT)
    assert (now.state, type(told)) == (DutyState(after), fact)


def test_what_is_missed_is_told_with_what_it_lacks_and_who_held_the_post():
    _, told = closed(duty(), NOTHING, HOLDER, AT)
    assert (told.missing, told.holder, told.done) == (("count",), HOLDER, 0)
    named = told.duty
    assert (named.post_id, named.rule, named.first, named.last) == ("a-1", "a", JUNE.first, JUNE.last)


def test_it_is_excused_with_a_reason_and_by_whom():
    now, told = excused(duty("missed"), "抗洪", "office-1", AT)
    assert (now.state, now.reason) == (DutyState.EXCUSED, "抗洪")
    assert (told.before, told.reason, told.by) == (DutyState.MISSED, "抗洪", "office-1")


def test_a_duty_of_a_post_a_rule_and_a_period_has_one_id():
    june, july = "2020-06-01", "2020-07-01"
    keys = [("a-1", "a", june), ("a-1", "a", july), ("a-1", "b", june), ("a-2", "a", june)]
    assert len({duty_id(*key) for key in keys}) == 4
    assert duty_id(*keys[0]) == duty_id(*keys[0])
