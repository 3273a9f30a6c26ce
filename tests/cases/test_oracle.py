"""The table of a case's moves, written down once more by hand: what is lawful where, by whom, and what must go."""

from contextlib import suppress
from datetime import date, timedelta

import pytest

from contracts.cases import (
    AcceptCase,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CaseState,
    CloseCase,
    GrantExtension,
    ReassignCase,
    RelapseCase,
    ReturnCase,
    SendBackCase,
    StartCase,
    SubmitCase,
    SubmitPlan,
    UpholdObjection,
    VerifyCase,
)
from services.cases.machine import MOVES, allowed
from services.runtime.problem import Problem
from tests.cases.county import EVIDENCE, STATION
from tests.cases.steps import DUE_ON, MEASURES, NOW, PROOFS, ROSTER, act_of, case_in, decide, stepped

SAME = "same"
ANYWHERE_OPEN = {
    "void": "voided",
    "merge": "merged",
    "transfer": SAME,
    "link_site": SAME,
    "record": SAME,
    "refer": SAME,
    "acknowledge": SAME,
    "conclude": SAME,
    "hand_up": SAME,
}
PLANNING = {
    "reassign": "assigned",
    "take_back": "verified",
    "submit_plan": SAME,
    "refuse_plan": SAME,
    "approve_plan": "rectifying",
    "ask_extension": SAME,
    "grant_extension": SAME,
    "refuse_extension": SAME,
}
TABLE = {
    "registered": {**ANYWHERE_OPEN, "verify": "verified", "dismiss": "dismissed"},
    "dismissed": {"reopen": "registered"},
    "verified": {**ANYWHERE_OPEN, "assign": "assigned"},
    "assigned": {
        **ANYWHERE_OPEN,
        **PLANNING,
        "return": "verified",
        "start": "rectifying",
        "show_no_violation": "submitted",
    },
    "rectifying": {**ANYWHERE_OPEN, **PLANNING, "submit": "submitted"},
    "submitted": {**ANYWHERE_OPEN, "send_back": "rectifying", "accept": "accepted", "succeed": SAME},
    "accepted": {**ANYWHERE_OPEN, "notice": "on_notice", "close": "closed", "succeed": SAME},
    "on_notice": {
        **ANYWHERE_OPEN,
        "object": SAME,
        "uphold": "rectifying",
        "overrule": SAME,
        "end_notice": "closed",
        "succeed": SAME,
    },
    "closed": {
        "record": SAME,
        "pass_look_back": SAME,
        "relapse": "relapsed",
        "void": "voided",
        "acknowledge": SAME,
        "conclude": SAME,
        "succeed": SAME,
    },
    "relapsed": {**ANYWHERE_OPEN, "assign": "assigned", "take_back": "verified", "succeed": SAME},
    "voided": {},
    "merged": {},
}
"""By state, every move that is lawful there and the state after it."""
NOT_ASKED = {"take_back", "succeed", "end_notice"}
"""Made by time, or where a unit is dissolved."""
NOT_NOW = {
    "submit_plan": "everyday cases need none",
    "refuse_plan": "none waits",
    "approve_plan": "none waits",
    "grant_extension": "none was asked for",
    "refuse_extension": "none was asked for",
    "notice": "everyday cases need none",
    "uphold": "no objection is open",
    "overrule": "no objection is open",
    "acknowledge": "nothing was referred",
    "conclude": "nothing was referred",
}
"""What cannot be made of the cases below as they stand."""

COUNTY_OFFICE, CITY_OFFICE, OTHER_OFFICE = (
    f"p-{area}-office" for area in ("360222000000", "360200000000", "360281000000")
)
COUNTY_CHIEF, TOWN_CHIEF = "p-360222000000-chief", "p-360222104000-chief"
VILLAGE_CHIEF, RANGER = "p-360222104201-village-chief", "p-360222104201-g1-ranger"
STATION_MEMBER, OTHER_MEMBER = "p-360222104000-unit", "p-360222105000-unit"
CLOCK = "cases"
CAST = {
    COUNTY_OFFICE,
    CITY_OFFICE,
    OTHER_OFFICE,
    COUNTY_CHIEF,
    TOWN_CHIEF,
    VILLAGE_CHIEF,
    RANGER,
    STATION_MEMBER,
    OTHER_MEMBER,
    CLOCK,
    "operator",
    "p-stranger",
}
OFFICES = {COUNTY_OFFICE, CITY_OFFICE}
OF_UNIT = {STATION_MEMBER, TOWN_CHIEF}  # the town's chief holds a post of that unit
ABOVE_UNIT = {COUNTY_OFFICE, CITY_OFFICE, COUNTY_CHIEF}
BY = {
    "verify": OFFICES,
    "dismiss": OFFICES,
    "reopen": CAST,
    "assign": OFFICES,
    "return": OF_UNIT,
    "reassign": OFFICES,
    "take_back": OFFICES,
    "succeed": OFFICES,
    "submit_plan": OF_UNIT,
    "refuse_plan": OFFICES,
    "approve_plan": OFFICES,
    "start": OF_UNIT,
    "show_no_violation": OF_UNIT,
    "ask_extension": OF_UNIT,
    "grant_extension": OFFICES,
    "refuse_extension": OFFICES,
    "submit": OF_UNIT,
    "send_back": ABOVE_UNIT,
    "accept": ABOVE_UNIT,
    "notice": OFFICES,
    "object": CAST,
    "uphold": OFFICES,
    "overrule": OFFICES,
    "close": OFFICES,
    "end_notice": {CLOCK},
    "pass_look_back": ABOVE_UNIT - {COUNTY_CHIEF},  # who accepted it
    "relapse": ABOVE_UNIT - {COUNTY_CHIEF},
    "void": OFFICES,
    "merge": OFFICES,
    "transfer": OFFICES,
    "link_site": OFFICES,
    "record": OFFICES,
    "refer": OFFICES,
    "acknowledge": OFFICES,
    "conclude": OFFICES,
    "hand_up": OFFICES,
}
STATES = tuple(TABLE)


def standing(state):
    return case_in(state, "green-shield-2018" if state == "on_notice" else None)


def test_the_table_has_every_state_and_every_move_of_the_machine_and_no_more():
    assert set(TABLE) == {state for state in CaseState if state != "other"}
    assert set(BY) == set(MOVES) == {word for moves in TABLE.values() for word in moves}


def can_make(state, by):
    """What the table lets somebody do with a case of a state, as it stands."""
    return {word for word in TABLE[state] if by in BY[word]} - NOT_ASKED - NOT_NOW.keys()


@pytest.mark.parametrize("state", STATES)
def test_somebody_is_offered_what_the_table_lets_them_do_and_nothing_else(state):
    case = standing(state)
    assert {by: set(allowed(case, act_of(case, by))) for by in CAST} == {by: can_make(state, by) for by in CAST}


@pytest.mark.parametrize("word", BY)
def test_each_move_leads_where_the_table_says(word):
    by = min(BY[word])
    expected = {state: TABLE[state][word] for state in STATES if word in TABLE[state]}
    actual = {state: stepped(standing(state), word, act_of(standing(state), by), ROSTER).state for state in expected}
    assert actual == {state: state if after == SAME else after for state, after in expected.items()}


@pytest.mark.parametrize("word", BY)
def test_a_move_that_the_table_does_not_have_is_refused_with_what_is_allowed(word):
    by = min(BY[word])
    for state in (state for state in STATES if word not in TABLE[state]):
        case = standing(state)
        with pytest.raises(Problem) as refused:
            stepped(case, word, act_of(case, by), ROSTER)
        assert (refused.value.status, refused.value.state) == (409, state)
        assert set(refused.value.moves_allowed) == can_make(state, by)


@pytest.mark.parametrize("word", BY)
def test_each_move_is_made_by_whom_the_table_says_and_by_nobody_else(word):
    for state in (state for state in STATES if word in TABLE[state]):
        case = standing(state)
        if state == "registered" or case.unit is None:
            case = case.model_copy(update={"unit": STATION})
        for by in sorted(CAST):
            if by in BY[word]:
                stepped(case, word, act_of(case, by), ROSTER)
                continue
            with pytest.raises(Problem) as refused:
                stepped(case, word, act_of(case, by), ROSTER)
            assert (refused.value.status, refused.value.word) == (403, "not-yours-to-move"), by


def test_the_approver_is_of_the_tier_that_the_campaign_names():
    for campaign, may in (("green-shield-2018", OFFICES), ("green-shield-2019", {CITY_OFFICE})):
        case = case_in("assigned", campaign)
        for word in ("approve_plan", "refuse_plan"):
            found = set()
            for by in CAST:
                with suppress(Problem):
                    stepped(case, word, act_of(case, by), ROSTER)
                    found.add(by)
            assert found == may


REASON = {"reason": "有理由"}
OTHER_UNIT = {"unit": {"id": "u-360222105000", "name": "蛟潭镇"}, "due_on": DUE_ON}
GIVEN = {
    "plan": {"measures": MEASURES, "state": "approved", "by": "a"},
    "route": "put_right",
    "proofs": PROOFS,
    "extension": {"due_on": "2020-08-03", "reason": "r"},
    "extensions": 1,
    "rectified_by": STATION_MEMBER,
    "rectified_unit": STATION,
    "submitted_on": "2020-06-14",
    "accepted_by": COUNTY_CHIEF,
    "notice_until": "2020-06-30",
    "objection": {"by": "a", "reason": "r", "days_left": 2},
    "closed_on": "2020-06-14",
    "look_back_on": "2020-09-01",
    "not_referred": "r",
}


def full(state, *left_out):
    """A case in a state with everything that any move could have left in it."""
    case = case_in(state)
    given = {name: value for name, value in GIVEN.items() if name not in left_out}
    return case.model_validate({**case.model_dump(), **given})


@pytest.mark.parametrize(
    ("state", "command", "by", "said", "gone"),
    [
        (
            "closed",
            RelapseCase,
            COUNTY_OFFICE,
            {"why": "closed_in_error", **REASON},
            ("route proofs accepted_by submitted_on notice_until objection closed_on look_back_on not_referred"),
        ),
        (
            "relapsed",
            AssignCase,
            COUNTY_OFFICE,
            OTHER_UNIT,
            "plan route proofs extension rectified_by rectified_unit accepted_by",
        ),
        ("assigned", ReturnCase, STATION_MEMBER, REASON, "unit due_on assigned_at plan route proofs extension"),
        (
            "rectifying",
            ReassignCase,
            COUNTY_OFFICE,
            {**OTHER_UNIT, **REASON},
            "plan route proofs extension rectified_by",
        ),
        ("rectifying", SubmitCase, STATION_MEMBER, {"measures": "已补植", "evidence": [EVIDENCE]}, "extension"),
        ("submitted", SendBackCase, COUNTY_OFFICE, REASON, "route proofs"),
        (
            "on_notice",
            UpholdObjection,
            COUNTY_OFFICE,
            {"due_on": DUE_ON, **REASON},
            "route proofs accepted_by submitted_on notice_until objection not_referred",
        ),
        ("accepted", CloseCase, COUNTY_OFFICE, {"cause": "profit"}, "due_on owner"),
    ],
)
def test_a_move_leaves_nothing_of_what_it_undoes(state, command, by, said, gone):
    case = (
        full(state)
        if state != "on_notice"
        else case_in("on_notice", "green-shield-2018").model_validate(
            {**case_in("on_notice", "green-shield-2018").model_dump(), **GIVEN}
        )
    )
    moved = decide(case, command, by, **said).case
    assert {name: getattr(moved, name) for name in gone.split()} == {
        name: () if name == "proofs" else None for name in gone.split()
    }


@pytest.mark.parametrize(
    ("state", "command", "unit", "extensions"),
    [
        ("relapsed", AssignCase, "u-360222105000", 0),
        ("relapsed", AssignCase, STATION.id, 0),
        ("assigned", ReassignCase, "u-360222105000", 0),
        ("assigned", ReassignCase, STATION.id, 1),
    ],
)
def test_extensions_begin_anew_with_another_unit_and_another_cycle(state, command, unit, extensions):
    said = {"unit": {"id": unit, "name": "?"}, "due_on": DUE_ON, **(REASON if command is ReassignCase else {})}
    assert decide(full(state), command, COUNTY_OFFICE, **said).case.extensions == extensions


def test_each_relapse_is_one_cycle_further():
    case = case_in("closed")
    for cycle in (2, 3):
        case = decide(case, RelapseCase, COUNTY_OFFICE, why="recurrence", **REASON).case
        assert case.cycle == cycle
        for command, by, said in (
            (AssignCase, COUNTY_OFFICE, {"unit": STATION, "due_on": DUE_ON}),
            (StartCase, STATION_MEMBER, {}),
            (SubmitCase, STATION_MEMBER, {"measures": "已补植", "evidence": [EVIDENCE]}),
            (AcceptCase, COUNTY_CHIEF, {}),
            (CloseCase, COUNTY_OFFICE, {"cause": "profit"}),
        ):
            case = decide(case, command, by, **said).case
            assert case.cycle == cycle


def test_a_case_is_new_once_a_dismissed_one_that_is_reopened_and_verified_too():
    verified = decide(case_in("registered"), VerifyCase, COUNTY_OFFICE)
    assert [entry.line for entry in verified.entries] == ["new"]
    returned = decide(case_in("assigned"), ReturnCase, STATION_MEMBER, **REASON)
    again = decide(returned.case, AssignCase, COUNTY_OFFICE, unit=STATION, due_on=DUE_ON)
    assert (returned.entries, again.entries) == ((), ())


@pytest.mark.parametrize(
    ("hours", "may"), [(timedelta(hours=24), True), (timedelta(hours=24, microseconds=1), False), (timedelta(0), True)]
)
def test_a_unit_returns_a_case_to_the_last_of_its_hours(hours, may):
    if may:
        assert decide(case_in("assigned"), ReturnCase, STATION_MEMBER, NOW + hours, **REASON).case.state == "verified"
    else:
        with pytest.raises(Problem, match="within 24 hours"):
            decide(case_in("assigned"), ReturnCase, STATION_MEMBER, NOW + hours, **REASON)


@pytest.mark.parametrize(
    ("command", "by", "said", "first"),
    [
        (AssignCase, COUNTY_OFFICE, {"unit": STATION}, date(2020, 6, 15)),
        (AskExtension, STATION_MEMBER, REASON, date(2020, 7, 2)),  # its day is the 1st
    ],
)
def test_a_day_is_taken_from_the_first_that_can_be_meant(command, by, said, first):
    case = case_in("verified" if command is AssignCase else "rectifying")
    assert decide(case, command, by, due_on=first, **said).case.state in ("assigned", "rectifying")
    with pytest.raises(Problem) as refused:
        decide(case, command, by, due_on=first - timedelta(days=1), **said)
    assert [error["field"] for error in refused.value.errors] == ["due_on"]


def test_an_extension_that_was_granted_is_the_day_that_was_asked_for():
    asked = decide(case_in("rectifying"), AskExtension, STATION_MEMBER, due_on=date(2020, 7, 2), **REASON).case
    granted = decide(asked, GrantExtension, COUNTY_OFFICE).case
    assert (granted.due_on, granted.owner.due_on, granted.extensions, granted.extension) == (date(2020, 7, 2),) * 2 + (
        1,
        None,
    )


@pytest.mark.parametrize(
    ("due_on", "may"),
    [(DUE_ON, True), (DUE_ON + timedelta(days=1), False), (date(2020, 6, 15), True), (date(2020, 6, 14), False)],
)
def test_a_measure_is_due_from_today_to_the_very_day_of_the_case(due_on, may):
    case = case_in("assigned", "green-shield-2018")
    said = {"measures": [{"text": "复绿", "due_on": due_on}]}
    if may:
        planned = decide(case, SubmitPlan, STATION_MEMBER, **said).case
        assert decide(planned, ApprovePlan, COUNTY_OFFICE).case.state == "rectifying"
    else:
        with pytest.raises(Problem) as refused:
            decide(case, SubmitPlan, STATION_MEMBER, **said)
        assert [error["field"] for error in refused.value.errors] == ["measures.0.due_on"]


def test_on_the_very_day_of_the_case_a_measure_is_still_bound_by_it():
    case, on_the_day = case_in("assigned", "green-shield-2018"), NOW + timedelta(days=16)
    decide(case, SubmitPlan, STATION_MEMBER, on_the_day, measures=[{"text": "复绿", "due_on": DUE_ON}])
    late = [{"text": "复绿", "due_on": DUE_ON + timedelta(days=1)}]
    with pytest.raises(Problem) as refused:
        decide(case, SubmitPlan, STATION_MEMBER, on_the_day, measures=late)
    assert refused.value.errors[0]["field"] == "measures.0.due_on"
