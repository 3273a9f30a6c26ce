"""What a case says once its report is revised, and what stays because an office has decided it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from contracts.cases import CaseLeft, CaseRevised
from contracts.language.division import Division
from contracts.roster import Post
from services.cases.case.act import Act
from services.cases.post.post import Actor, Roster
from services.cases.scope import scope as moving
from tests.cases.county import COUNTY_OFFICE, POSTS, STATION, VILLAGE, incident, post
from tests.cases.steps import NOW, ROSTER, TODAY, case_in

OURSELVES = Actor("cases", ())
LATER = NOW + timedelta(days=3)
LEPING, NEXT_VILLAGE = Division("360281101201"), Division("360222105201")


def act(at=LATER):
    return Act(OURSELVES, at, at.date())


def follow(case, decided=(), posts=ROSTER, division=VILLAGE, kind="felling", revision=2, **changes):
    stated = incident(1, division=division, kind=kind).model_copy(update={"revision": revision, **changes})
    return moving.follow(case, stated, act(), posts, decided)


@pytest.mark.parametrize(
    ("state", "revision", "follows"),
    [
        ("registered", 2, True),
        ("registered", 1, False),
        ("registered", 0, False),
        ("rectifying", 2, True),
        ("relapsed", 2, True),
        ("closed", 2, False),
        ("dismissed", 2, False),
        ("voided", 2, False),
    ],
)
def test_an_open_case_follows_a_revision_that_it_does_not_say_yet(state, revision, follows):
    assert bool(follow(case_in(state), revision=revision, text="补充")) is follows


@pytest.mark.parametrize(
    ("decided", "severity", "expected"),
    [
        ((), "minor", "minor"),
        ((), "grave", "grave"),
        (("survive",), "minor", "serious"),
        (("survive",), "grave", "grave"),
        (("transfer", "record"), "minor", "minor"),
    ],
)
def test_a_survivor_is_no_less_grave_than_it_was(decided, severity, expected):
    (told,) = follow(case_in("verified"), decided, severity=severity)
    assert told.case.severity == expected


@pytest.mark.parametrize(
    ("decided", "trees", "volume_m3"),
    [
        ((), 30, None),
        (("survive",), 30, Decimal("2.5")),  # what only the duplicate said
        (("record",), 9, Decimal("2.5")),  # what the office said
        (("record", "survive"), 9, Decimal("2.5")),
    ],
)
def test_what_it_is_measured_by_follows_unless_the_office_recorded_it(decided, trees, volume_m3):
    before = case_in(
        "verified",
        measured=moving.measured_by(incident().model_copy(update={"details": {"trees": 9, "volume_m3": "2.5"}})),
    )
    (told,) = follow(before, decided, details={"trees": 30})
    said = told.case.measured
    assert (said.trees, said.volume_m3) == (trees, volume_m3)


def test_what_was_transferred_keeps_kind_and_place_and_takes_words_and_severity():
    case = case_in("verified", kind="waste", lon=1.0, lat=2.0, place="三龙镇")
    (told,) = follow(case, ("transfer",), division=LEPING, kind="poaching", text="补充", severity="grave", lon=117.9)
    kept = (told.case.kind, told.case.ref, told.case.area_id, told.case.place, told.case.lon, told.case.office)
    assert kept == ("waste", case.ref, case.area_id, "三龙镇", 1.0, COUNTY_OFFICE)
    assert (told.case.text, told.case.severity, told.entries) == ("补充", "grave", ())


def test_words_alone_are_told_on_the_day_of_the_last_move():
    case = case_in("verified")
    (told,) = follow(case, text="补充")
    assert (type(told), told.on, told.at, told.case.moved_on, told.case.since) == (
        CaseRevised, TODAY, LATER, TODAY, case.since,
    )  # fmt: skip
    (told,) = follow(
        case.model_copy(update={"moved_on": None, "since": datetime(2020, 6, 15, 16, tzinfo=UTC)}), text="补充"
    )
    assert told.on == date(2020, 6, 16)


def test_a_kind_that_changes_is_a_move_of_today_with_two_lines_of_the_ledger():
    (told,) = follow(case_in("verified"), kind="waste")
    assert (told.on, told.case.moved_on, told.case.since) == (LATER.date(), LATER.date(), LATER)
    assert [(one.line, one.scope.kind, one.other.kind) for one in told.entries] == [
        ("moved_out", "felling", "waste"),
        ("moved_in", "waste", "felling"),
    ]
    (told,) = follow(case_in("registered"), kind="waste")
    assert told.entries == ()


def test_a_place_that_changes_is_told_there_and_where_it_was():
    told, left = follow(case_in("verified"), division=LEPING)
    assert (type(told), type(left), left.left) == (CaseRevised, CaseLeft, VILLAGE)
    assert [(one.line, one.scope.division, one.other.division) for one in (*told.entries, *left.entries)] == [
        ("moved_in", LEPING, VILLAGE),
        ("moved_out", VILLAGE, LEPING),
    ]
    assert (told.case.ref.division, told.case.office.id) == (LEPING, "u-360281000000-office")
    # What is verified waits for its office, which is another now.
    assert (told.case.owner.unit.id, told.case.owner.since_on) == ("u-360281000000-office", LATER.date())
    assert left.case == told.case


def chief_of(area_id):
    return post(area_id, "chief", holder=f"p-{area_id}")


def test_who_answers_is_who_answered_in_the_areas_that_the_report_names_on_the_day_it_was_seen():
    roster = Roster([*POSTS, chief_of("360222105000")])
    told, _ = follow(case_in("verified"), posts=roster, division=NEXT_VILLAGE)
    assert [one.id for one in told.case.answerable] == ["360222105000-chief", "360222000000-chief"]
    assert told.case.acting == told.case.answerable


def changed_hands(on):
    """The chief of the county is another from a day on."""
    held = post("360222000000", "chief").appointments[0]
    terms = (
        held.model_copy(update={"held_to": on - timedelta(days=1)}),
        held.model_copy(update={"person": held.person.model_copy(update={"id": "p-after"}), "held_from": on}),
    )
    chief = Post.model_validate(post("360222000000", "chief").model_dump() | {"appointments": terms})
    return Roster([*(one for one in POSTS if one.id != chief.id), chief])


@pytest.mark.parametrize("decided", [(), ("transfer",)])
@pytest.mark.parametrize(
    ("seen_at", "answered"),
    [
        (datetime(2020, 6, 9, 15, 59, 59, tzinfo=UTC), "p-360222000000-chief"),
        (datetime(2020, 6, 9, 16, 0, tzinfo=UTC), "p-after"),  # midnight in China
    ],
)
def test_a_day_that_changes_changes_who_answered_and_not_who_must_act(decided, seen_at, answered):
    roster = changed_hands(date(2020, 6, 10))
    (told,) = follow(case_in("verified"), decided, roster, seen_at=seen_at)
    chiefs = [
        next(one.holder.id for one in posts if one.id == "360222000000-chief")
        for posts in (told.case.answerable, told.case.acting)
    ]
    assert chiefs == [answered, "p-after"]


def test_who_answers_stays_where_neither_place_nor_day_changes():
    roster = changed_hands(date(2020, 6, 10))
    (told,) = follow(case_in("verified"), posts=roster, text="补充", lon=117.9)
    assert told.case.answerable == case_in("verified").answerable


def test_who_answers_changes_with_the_place_though_the_nearest_area_lies_in_both():
    def in_the_farm(division):
        areas = incident(1, division=division).areas
        return (areas[0].model_copy(update={"id": "farm-1"}), *areas[1:])

    roster = Roster([*POSTS, chief_of("360222105000")])
    case = case_in("verified", area_id="farm-1")
    told, _ = follow(case, posts=roster, division=NEXT_VILLAGE, areas=in_the_farm(NEXT_VILLAGE))
    assert [one.id for one in told.case.answerable] == ["360222105000-chief", "360222000000-chief"]


def test_a_unit_that_has_it_keeps_it_where_the_place_changes():
    told, _ = follow(case_in("assigned"), division=NEXT_VILLAGE)
    assert (told.case.owner.unit, told.case.due_on) == (STATION, case_in("assigned").due_on)
