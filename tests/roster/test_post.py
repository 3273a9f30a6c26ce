"""Who holds a post, who held it, and what was known of that when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.language.values import PersonRef
from services.roster.post import post as rules
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import TOWN, TOWN_AREA, WEST, WEST_AREA, held, post
from tests.servers import NOW

LONG_AGO = datetime(2019, 6, 1, tzinfo=UTC)
CHIEF = post(TOWN, "chief", None, held("p-a"))


def person(id):
    return PersonRef(id=id, name=f"岗位 {id}")


def appoint(before, id, held_from, held_to=None, now=NOW):
    to = held_to and date.fromisoformat(held_to)
    return rules.appoint(before, person(id), date.fromisoformat(held_from), to, now)


def holder(of, day, known_at=None):
    found = of.holder_on(date.fromisoformat(day), known_at)
    return found and found.id


@pytest.mark.parametrize(
    ("appointments", "days"),
    [
        ([("p-b", "2020-03-01")], {"2020-02-29": "p-a", "2020-03-01": "p-b", "2030-01-01": "p-b"}),
        ([("p-b", "2020-03-01", "2020-05-31")], {"2020-02-29": "p-a", "2020-05-31": "p-b", "2020-06-01": None}),
        ([("p-b", "2019-01-01")], {"2018-12-31": None, "2019-01-01": "p-b"}),
        ([("p-b", "2018-06-01", "2018-12-31")], {"2018-06-01": "p-b", "2019-01-01": "p-a"}),
        ([("p-b", "2020-03-01"), ("p-c", "2020-03-01")], {"2020-02-29": "p-a", "2020-03-01": "p-c"}),
        (
            [("p-b", "2020-03-01"), ("p-a", "2020-04-01")],
            {"2020-02-29": "p-a", "2020-03-31": "p-b", "2020-04-01": "p-a"},
        ),
    ],
)
def test_a_successor_takes_the_post_and_the_one_before_ends_the_day_before(appointments, days):
    after = CHIEF
    for one in appointments:
        after = appoint(after, *one)
    assert {day: holder(after, day) for day in days} == days
    assert rules.problems_of([after], {TOWN: TOWN_AREA}, NOW) == []


def test_a_change_recorded_late_leaves_what_was_known_before_as_it_was():
    after = appoint(CHIEF, "p-b", "2020-03-01", "2020-04-30")
    before_it_was_known = datetime(2020, 6, 1, tzinfo=UTC)
    assert holder(after, "2020-03-15") == holder(after, "2020-03-15", NOW) == "p-b"
    assert holder(after, "2020-03-15", before_it_was_known) == "p-a"
    assert holder(after, "2020-05-15") is None
    assert holder(after, "2020-05-15", before_it_was_known) == "p-a"
    assert holder(after, "2020-03-15", datetime(2018, 1, 1, tzinfo=UTC)) is None


def test_an_appointment_leaves_what_was_recorded_and_records_what_is_known_from_now_on():
    (was,) = CHIEF.appointments
    earlier = was.model_copy(update={"held_from": date(2018, 1, 1), "held_to": date(2018, 12, 31)})
    before = CHIEF.model_copy(update={"appointments": (earlier, was)})
    after = appoint(before, "p-b", "2020-03-01", "2020-03-31")
    recorded = [
        (one.person.id, str(one.held_from), str(one.held_to), one.recorded_at, one.superseded_at)
        for one in after.appointments
    ]
    assert recorded == [
        ("p-a", "2018-01-01", "2018-12-31", was.recorded_at, None),
        ("p-a", "2019-01-01", "None", was.recorded_at, NOW),
        ("p-a", "2019-01-01", "2020-02-29", NOW, None),
        ("p-b", "2020-03-01", "2020-03-31", NOW, None),
    ]


def test_the_same_appointment_again_changes_nothing():
    after = appoint(CHIEF, "p-b", "2020-03-01")
    assert appoint(after, "p-b", "2020-03-01", now=datetime(2020, 7, 1, tzinfo=UTC)) == after


@pytest.mark.parametrize(
    ("before", "appointment", "field"),
    [
        (CHIEF, ("p-b", "2020-03-02", "2020-03-01"), "held_to"),
        (CHIEF, ("p-b", "2018-06-01"), "held_to"),
        (CHIEF, ("p-b", "2018-06-01", "2019-01-01"), "held_to"),
        (post(TOWN, "chief", ended_on=date(2020, 1, 1)), ("p-b", "2020-03-01", "2020-04-01"), "held_from"),
        (post(TOWN, "chief", ended_on=date(2020, 3, 31)), ("p-b", "2020-03-01", "2020-04-01"), "held_to"),
    ],
)
def test_days_that_cannot_be_are_refused_with_their_field(before, appointment, field):
    with pytest.raises(Problem) as refused:
        appoint(before, *appointment)
    assert refused.value.status == 422
    assert [error["field"] for error in refused.value.errors] == [field]


def test_a_statement_makes_nobody_forgotten_who_was_appointed_since():
    after = appoint(CHIEF, "p-b", "2020-03-01")
    assert rules.merged(CHIEF, after) == after
    assert rules.merged(CHIEF, None) == CHIEF
    renamed = CHIEF.model_copy(update={"title": "镇级林长"})
    assert rules.merged(renamed, after) == after.model_copy(update={"title": "镇级林长"})


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (post("nowhere", "chief", TOWN), "area_id"),
        (post(TOWN, "chief", WEST), "division"),
        (post(TOWN, "chief", None, held("p-a"), held("p-b", "2020-01-01")), "appointments"),
        (post(TOWN, "chief", None, held("p-a", "2020-01-02", "2020-01-01")), "appointments"),
        (post(TOWN, "chief", None, held("p-a", recorded_at="2031-01-01T00:00:00Z")), "appointments"),
        (post(TOWN, "chief", None, held("p-a", superseded_at="2031-01-01T00:00:00Z")), "appointments"),
    ],
)
def test_a_broken_rule_is_told_with_its_field(stated, field):
    told = rules.problems_of([post(TOWN, "unit"), stated], {TOWN: TOWN_AREA}, NOW)
    assert [one["field"] for one in told] == [f"posts.1.{field}"]


def test_an_id_stands_once_in_a_command():
    twice = [post(TOWN, "chief"), post(TOWN, "unit"), post(TOWN, "chief", ended_on=date(2020, 6, 30))]
    rule = "must stand once in a command"
    assert rules.problems_of(twice, {TOWN: TOWN_AREA}, NOW) == [
        {"field": "posts.0.id", "rule": rule},
        {"field": "posts.2.id", "rule": rule},
    ]


@pytest.mark.parametrize(
    ("offices", "actor", "allowed"),
    [
        ([post("360222000000", "office", None, held("p-o"))], "p-o", True),
        ([post(TOWN, "office", None, held("p-o"))], "p-o", True),
        ([post(TOWN, "office", None, held("p-o"))], "p-x", False),
        ([post(TOWN, "office", None, held("p-o", held_to="2020-06-14"))], "p-o", False),
        ([post(TOWN, "office", None, held("p-o"), ended_on=date(2020, 6, 14))], "p-o", False),
        ([post("360222105000", "office", None, held("p-o"))], "p-o", False),
        ([], "p-o", False),
    ],
)
def test_who_holds_the_office_at_or_above_today_may_appoint(offices, actor, allowed):
    assert rules.may_appoint(actor, offices, WEST_AREA.division, date(2020, 6, 15)) is allowed


def test_somebody_may_hold_a_post_for_one_day():
    day = date(2020, 6, 15)
    one = rules.appoint(post(TOWN, "chief"), PersonRef(id="p-b", name="乙"), day, day, NOW)
    assert [one.holder_on(date(2020, 6, n)) and one.holder_on(date(2020, 6, n)).id for n in (14, 15, 16)] == [
        None,
        "p-b",
        None,
    ]


def test_somebody_may_be_appointed_until_the_last_day_of_a_post_and_for_it_alone():
    ending = post(TOWN, "chief", ended_on=date(2020, 6, 30))
    last = rules.appoint(ending, PersonRef(id="p-b", name="乙"), date(2020, 6, 30), date(2020, 6, 30), NOW)
    assert last.holder_on(date(2020, 6, 30)).id == "p-b"
    for held_from, held_to, field in [
        (date(2020, 6, 30), date(2020, 7, 1), "held_to"),
        (date(2020, 6, 30), None, "held_to"),
        (date(2020, 7, 1), date(2020, 7, 1), "held_from"),
    ]:
        with pytest.raises(Problem) as refused:
            rules.appoint(ending, PersonRef(id="p-b", name="乙"), held_from, held_to, NOW)
        assert [error["field"] for error in refused.value.errors] == [field]


def test_one_who_comes_for_a_few_days_between_two_leaves_the_post_vacant_where_nobody_follows():
    ended = post(TOWN, "chief", None, held("p-a", held_to="2020-06-10"), held("p-c", held_from="2020-06-20"))
    between = rules.appoint(ended, PersonRef(id="p-b", name="乙"), date(2020, 6, 12), date(2020, 6, 18), NOW)
    holders = [between.holder_on(date(2020, 6, n)) for n in (10, 11, 12, 18, 19, 20)]
    assert [one and one.id for one in holders] == ["p-a", None, "p-b", "p-b", None, "p-c"]


def test_a_successor_must_go_by_the_day_before_the_next_one_comes():
    followed = post(TOWN, "chief", None, held("p-c", held_from="2020-06-20"))
    person = PersonRef(id="p-b", name="乙")
    assert (
        rules.appoint(followed, person, date(2020, 6, 12), date(2020, 6, 19), NOW).holder_on(date(2020, 6, 19)).id
        == "p-b"
    )
    with pytest.raises(Problem):
        rules.appoint(followed, person, date(2020, 6, 12), date(2020, 6, 20), NOW)


def test_what_was_known_at_an_instant_is_known_from_that_instant_on():
    changed = rules.appoint(CHIEF, PersonRef(id="p-b", name="乙"), date(2020, 6, 1), None, NOW)
    day = date(2020, 6, 10)
    assert changed.holder_on(day, NOW).id == "p-b"
    assert changed.holder_on(day, NOW - timedelta(microseconds=1)).id == "p-a"
    assert changed.holder_on(date(2020, 5, 31), NOW).id == "p-a"
