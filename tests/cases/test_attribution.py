"""Who answered while it occurred: everybody who held the post on one of its days, else unknown (DOMAIN §5, A6)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.cases import Interval, RelapseCase
from contracts.language.values import PersonRef, UnitRef
from contracts.roster import Appointment
from services.cases.case import case as rules
from services.cases.post.post import Roster
from tests.cases import steps
from tests.cases.county import CHIEF, OFFICE, POSTS, STATION, VILLAGE, incident
from tests.cases.steps import NOW, case_in, decide, registered

CHIEF_POST = next(post for post in POSTS if post.id == "360222104201-village-chief")
FIRST, LAST = date(2020, 3, 1), date(2020, 3, 31)


def held(*terms, ended_on=None):
    """A roster in which only the village chief's post stands, held by each of these from a day to a day."""
    recorded_at = datetime(2019, 1, 1, tzinfo=UTC)
    appointments = tuple(
        Appointment(person=PersonRef(id=who, name=who), held_from=since, held_to=to, recorded_at=recorded_at)
        for who, since, to in terms
    )
    return Roster([CHIEF_POST.model_copy(update={"appointments": appointments, "ended_on": ended_on})])


def who(posts, first=FIRST, last=LAST):
    found = rules.answered(posts, [VILLAGE], Interval(from_on=first, to_on=last))
    return [post.holder and post.holder.id for post in found]


OLD = date(2019, 1, 1)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([("a", OLD, None)], ["a"]),
        # Came and went inside the interval.
        (
            [("a", OLD, date(2020, 3, 9)), ("b", date(2020, 3, 10), date(2020, 3, 12)), ("c", date(2020, 3, 13), None)],
            list("abc"),
        ),
        ([("a", OLD, FIRST), ("b", date(2020, 3, 2), None)], ["a", "b"]),
        ([("a", OLD, date(2020, 2, 29)), ("b", FIRST, None)], ["b"]),
        ([("a", OLD, date(2020, 3, 30)), ("b", LAST, None)], ["a", "b"]),
        ([("a", OLD, LAST), ("b", date(2020, 4, 1), None)], ["a"]),
        # Vacant in between: its unit acts.
        ([("a", OLD, date(2020, 3, 9)), ("b", date(2020, 3, 20), None)], ["a", None, "b"]),
        ([("a", OLD, date(2020, 3, 30))], ["a", None]),
        ([("a", date(2020, 3, 10), date(2020, 3, 10))], [None, "a"]),
        # Left and came back: once.
        (
            [("a", OLD, date(2020, 3, 9)), ("b", date(2020, 3, 10), date(2020, 3, 12)), ("a", date(2020, 3, 13), None)],
            ["a", "b"],
        ),
    ],
)
def test_everybody_answers_who_held_the_post_on_a_day_of_the_interval(terms, expected):
    assert who(held(*terms)) == expected


def test_an_interval_of_one_day_has_one_holder():
    posts = held(("a", OLD, date(2020, 3, 9)), ("b", date(2020, 3, 10), None))
    assert [who(posts, day, day) for day in (date(2020, 3, 9), date(2020, 3, 10))] == [["a"], ["b"]]


@pytest.mark.parametrize(("ended_on", "expected"), [(date(2020, 2, 29), []), (FIRST, ["a"]), (LAST, ["a"])])
def test_a_post_answers_to_its_last_day(ended_on, expected):
    assert who(held(("a", OLD, None), ended_on=ended_on)) == expected


def test_a_report_is_answered_for_by_who_held_the_post_when_it_was_seen_not_by_todays_roster(monkeypatch):
    """Seen on the 14th; the post changed hands on the 15th, the day on which the case is opened."""
    posts = held(("a", OLD, date(2020, 6, 14)), ("b", date(2020, 6, 15), None))
    roster = Roster([*(post for post in POSTS if post.id != CHIEF_POST.id), posts.by_id(CHIEF_POST.id)])
    case = rules.open_case(incident(), "2020-360222-000001", 1, roster, NOW)
    found = [[post.holder.id for post in refs if post.id == CHIEF_POST.id] for refs in (case.answerable, case.acting)]
    assert found == [["a"], ["b"]]


def test_the_case_of_what_was_found_on_a_patrol_names_it_and_no_other_names_one():
    patrol_id = UUID("11111111-1111-4111-8111-111111111111")
    found = incident().model_copy(update={"patrol_id": patrol_id})
    opened = [rules.open_case(one, "2020-360222-000001", 1, Roster(POSTS), NOW) for one in (found, incident())]
    assert [one.patrol_id for one in opened] == [patrol_id, None]
    assert ["patrol_id" in one.model_dump_json() for one in opened] == [True, False]


@pytest.mark.parametrize(
    ("seen_at", "expected"),
    [
        (datetime(2020, 6, 13, 15, 59, 59, tzinfo=UTC), "a"),  # 23:59:59 on the 13th in China
        (datetime(2020, 6, 13, 16, 0, tzinfo=UTC), "b"),  # midnight: the 14th
    ],
)
def test_the_day_on_which_a_report_was_seen_is_the_day_in_china(seen_at, expected):
    posts = held(("a", OLD, date(2020, 6, 13)), ("b", date(2020, 6, 14), None))
    roster = Roster([*(post for post in POSTS if post.id != CHIEF_POST.id), posts.by_id(CHIEF_POST.id)])
    seen = incident().model_copy(update={"seen_at": seen_at})
    case = rules.open_case(seen, "2020-360222-000001", 1, roster, NOW)
    assert [post.holder.id for post in case.answerable if post.id == CHIEF_POST.id] == [expected]


def test_a_recurrence_adds_the_chief_of_today_and_a_false_rectification_the_acceptor_and_the_unit_of_then(monkeypatch):
    closed = case_in("closed", unit=UnitRef(id="u-360222105000", name="承继单位"))
    posts = held(("old", OLD, date(2020, 6, 20)), ("new", date(2020, 6, 21), None))
    roster = Roster([*(post for post in POSTS if post.id != CHIEF_POST.id), posts.by_id(CHIEF_POST.id)])
    monkeypatch.setattr(steps, "ROSTER", roster)
    said = {"reason": "又见推土机"}
    week = NOW + timedelta(days=7)
    recurred = decide(closed, RelapseCase, OFFICE, week, why="recurrence", **said).case
    assert [one.post.holder.id for one in recurred.also_answerable] == ["new"]
    false = decide(closed, RelapseCase, OFFICE, week, why="false_rectification", **said).case
    assert [(one.account, one.unit) for one in false.also_answerable] == [(CHIEF, None), (None, STATION)]


def test_who_answered_once_stays_whoever_holds_the_post_now():
    assert [post.id for post in registered().answerable] == [
        "360222104201-g1-ranger",
        "360222104201-g1-resource-supervisor",
        "360222104201-village-chief",
        "360222104000-chief",
        "360222000000-chief",
    ]
