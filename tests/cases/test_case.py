"""The machine of a case: every move from every state, and who may make it."""

from datetime import UTC, date, datetime

import pytest

from contracts.cases import CaseState
from services.cases import case as rules
from services.cases.post import NoOffice, Posts
from services.runtime.problem import Problem
from tests.cases.world import CHIEF, COUNTY_OFFICE, OFFICE, POSTS, STATION, UNIT, incident

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
TODAY = date(2020, 6, 15)
ROSTER = Posts(POSTS)
OFFICE_OWNS = COUNTY_OFFICE.id
UNIT_OWNS = STATION.id


def actor(person):
    return ROSTER.actor(person, TODAY)


def case_in(state, **changes):
    """A case as it stands after the moves that lead to `state`."""
    case = rules.open_case(incident(), "2020-360222-000001", 1, ROSTER, NOW)
    road = {
        "verified": lambda c: rules.move(c, "verify", actor(OFFICE), NOW),
        "assigned": lambda c: rules.assign(c, actor(OFFICE), NOW, STATION, date(2020, 7, 1)),
        "rectifying": lambda c: rules.move(c, "start", actor(UNIT), NOW),
        "submitted": lambda c: rules.submit(c, actor(UNIT), NOW),
        "accepted": lambda c: rules.accept(c, actor(CHIEF), NOW),
        "closed": lambda c: rules.move(c, "close", actor(OFFICE), NOW),
    }
    if state == "dismissed":
        return rules.move(case, "dismiss", actor(OFFICE), NOW)
    for reached, step in road.items():
        if case.state == state:
            break
        case = step(case)
        assert case.state == reached
    return case.model_copy(update=changes)


@pytest.mark.parametrize(
    ("before", "word", "by", "after", "owner", "due_on"),
    [
        ("registered", "verify", OFFICE, "verified", OFFICE_OWNS, date(2020, 6, 17)),
        ("registered", "dismiss", OFFICE, "dismissed", None, None),
        ("verified", "assign", OFFICE, "assigned", UNIT_OWNS, date(2020, 7, 1)),
        ("assigned", "start", UNIT, "rectifying", UNIT_OWNS, date(2020, 7, 1)),
        ("rectifying", "submit", UNIT, "submitted", OFFICE_OWNS, date(2020, 6, 22)),
        ("submitted", "send_back", OFFICE, "rectifying", UNIT_OWNS, date(2020, 7, 1)),
        ("submitted", "accept", CHIEF, "accepted", OFFICE_OWNS, date(2020, 6, 22)),
        ("accepted", "close", OFFICE, "closed", None, None),
    ],
)
def test_a_case_moves_and_has_an_owner_and_a_day(before, word, by, after, owner, due_on):
    case = case_in(before)
    if word == "assign":
        moved = rules.assign(case, actor(by), NOW, STATION, date(2020, 7, 1))
    else:
        decide = getattr(rules, word, None)
        moved = decide(case, actor(by), NOW) if decide else rules.move(case, word, actor(by), NOW)
    assert (moved.state, moved.owner and moved.owner.unit.id, moved.owner and moved.owner.due_on) == (
        after,
        owner,
        due_on,
    )


def test_a_registered_case_waits_for_the_office_of_its_county_for_three_working_days():
    case = rules.open_case(incident(), "2020-360222-000001", 1, ROSTER, NOW)
    assert (case.state, case.office, case.owner.unit, case.owner.due_on) == (
        "registered",
        COUNTY_OFFICE,
        COUNTY_OFFICE,
        date(2020, 6, 18),
    )
    assert "chinesecalendar" in case.owner.calendar


def test_the_answerable_are_the_posts_of_the_chain_smallest_first_with_their_holders():
    case = rules.open_case(incident(), "2020-360222-000001", 1, ROSTER, NOW)
    assert [(post.id, post.holder is not None) for post in case.answerable] == [
        ("360222104201-g1-ranger", True),
        ("360222104201-g1-resource-supervisor", False),
        ("360222104201-village-chief", True),
        ("360222104000-chief", True),
        ("360222000000-chief", True),
    ]
    assert case.place == "浮梁县三龙镇双龙村"


STATES = [state for state in CaseState if state is not CaseState.OTHER]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("word", rules.MOVES)
def test_a_move_that_the_machine_does_not_have_is_refused_with_what_is_allowed(state, word):
    if state in rules.MOVES[word].before:
        return
    with pytest.raises(Problem) as refused:
        rules.move(case_in(state), word, actor(OFFICE), NOW)
    assert (refused.value.status, refused.value.state, refused.value.moves_allowed) == (
        409,
        state,
        rules.allowed(state),
    )


@pytest.mark.parametrize(
    ("state", "word", "by"),
    [
        ("registered", "verify", UNIT),
        ("registered", "verify", CHIEF),
        ("registered", "verify", "p-360281000000-office"),
        ("registered", "verify", "operator"),
        ("assigned", "start", OFFICE),
        ("rectifying", "submit", CHIEF),
        ("submitted", "accept", UNIT),
        ("submitted", "accept", "p-360281000000-office"),
        ("accepted", "close", CHIEF),
    ],
)
def test_a_move_by_somebody_who_may_not_make_it_is_forbidden(state, word, by):
    with pytest.raises(Problem) as refused:
        rules.move(case_in(state), word, actor(by), NOW)
    assert (refused.value.status, refused.value.word) == (403, "not-yours-to-move")


def test_the_office_above_may_act_for_the_office_of_the_county():
    assert rules.move(case_in("registered"), "verify", actor("p-360200000000-office"), NOW).state == "verified"


def test_the_acceptor_is_never_the_rectifier():
    case = case_in("submitted", rectified_by=CHIEF)
    with pytest.raises(Problem) as refused:
        rules.accept(case, actor(CHIEF), NOW)
    assert refused.value.status == 403
    assert "never the rectifier" in refused.value.detail


def test_days_spent_waiting_for_the_acceptor_do_not_count_against_the_unit():
    later = datetime(2020, 6, 19, 2, 0, tzinfo=UTC)
    assert rules.send_back(case_in("submitted"), actor(OFFICE), later).owner.due_on == date(2020, 7, 5)


def test_an_assignment_names_each_field_that_is_wrong():
    with pytest.raises(Problem) as refused:
        rules.assign(case_in("verified"), actor(OFFICE), NOW, None, date(2020, 6, 14))
    assert [error["field"] for error in refused.value.errors] == ["unit.id", "due_on"]


def test_a_place_without_any_office_opens_no_case():
    with pytest.raises(NoOffice, match="360222104201"):
        rules.open_case(incident(), "2020-360222-000001", 1, Posts(()), NOW)


@pytest.mark.parametrize(
    ("kind", "opens"), [("felling", True), ("waste", True), ("fire", False), ("sick_wildlife", False)]
)
def test_fire_and_disease_are_alarms_and_open_no_case(kind, opens):
    assert rules.opens_case(incident(kind=kind)) is opens
