"""The machine of a case: every move from every state, who may make it, and whose the case is afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    AskExtension,
    AssignCase,
    CaseState,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    GiveNotice,
    GrantExtension,
    HandUp,
    MergeCase,
    PassLookBack,
    RaiseObjection,
    ReassignCase,
    ReferCase,
    RefuseExtension,
    RelapseCase,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    VerifyCase,
    VoidCase,
)
from contracts.language.values import UnitRef
from services.cases.case import case as rules
from services.cases.case.act import acting
from services.cases.ladder import ladder
from services.cases.machine import MOVES
from services.cases.post.by import By
from services.cases.post.post import NoOffice, Roster
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, COUNTY_OFFICE, EVIDENCE, OFFICE, POSTS, STATION, UNIT, incident
from tests.cases.said import CITY_OFFICE, OTHER, REASON, REFERRAL, SHIELD, SUBMITTED, TO_UNIT
from tests.cases.steps import (
    DUE_ON,
    MEASURES,
    NOW,
    PROOFS,
    ROSTER,
    TODAY,
    act_of,
    actor,
    case_in,
    decide,
    registered,
    stepped,
)


def by_day(working_days):
    return {0: DUE_ON, 2: date(2020, 6, 17), 3: date(2020, 6, 18), 5: date(2020, 6, 22)}.get(working_days)


OFFICE_OWNS, UNIT_OWNS = COUNTY_OFFICE.id, STATION.id


STATES = [state for state in CaseState if state is not CaseState.OTHER]


@pytest.mark.parametrize(
    ("before", "campaign", "command", "by", "said", "after", "owner", "working_days", "lines"),
    [
        ("registered", None, VerifyCase, OFFICE, {}, "verified", OFFICE_OWNS, 2, ["new"]),
        ("registered", None, DismissCase, OFFICE, REASON, "dismissed", None, None, []),
        ("dismissed", None, ReopenCase, UNIT, {**REASON, "evidence": [EVIDENCE]}, "registered", OFFICE_OWNS, 3, []),
        ("verified", None, AssignCase, OFFICE, TO_UNIT, "assigned", UNIT_OWNS, 0, []),
        ("relapsed", None, AssignCase, OFFICE, TO_UNIT, "assigned", UNIT_OWNS, 0, []),
        ("assigned", None, ReturnCase, UNIT, REASON, "verified", OFFICE_OWNS, 2, []),
        ("assigned", None, ReassignCase, OFFICE, {**TO_UNIT, **REASON}, "assigned", UNIT_OWNS, 0, []),
        ("rectifying", None, ReassignCase, OFFICE, {**TO_UNIT, **REASON}, "assigned", UNIT_OWNS, 0, []),
        ("assigned", SHIELD, SubmitPlan, UNIT, {"measures": MEASURES}, "assigned", UNIT_OWNS, 0, []),
        ("assigned", None, StartCase, UNIT, {}, "rectifying", UNIT_OWNS, 0, []),
        (
            "assigned",
            None,
            ShowNoViolation,
            UNIT,
            {"measures": "查无违法", "proofs": PROOFS},
            "submitted",
            OFFICE_OWNS,
            5,
            [],
        ),
        ("rectifying", None, AskExtension, UNIT, {"due_on": "2020-07-10", **REASON}, "rectifying", UNIT_OWNS, 0, []),
        ("rectifying", None, SubmitCase, UNIT, SUBMITTED, "submitted", OFFICE_OWNS, 5, []),
        ("submitted", None, SendBackCase, OFFICE, REASON, "rectifying", UNIT_OWNS, 0, []),
        ("submitted", None, AcceptCase, CHIEF, {}, "accepted", OFFICE_OWNS, 5, []),
        ("accepted", SHIELD, GiveNotice, OFFICE, {"cause": "profit"}, "on_notice", OFFICE_OWNS, 5, []),
        ("on_notice", SHIELD, RaiseObjection, UNIT, REASON, "on_notice", OFFICE_OWNS, 5, []),
        ("accepted", None, CloseCase, OFFICE, {"cause": "profit"}, "closed", None, None, ["closed"]),
        ("closed", None, PassLookBack, OFFICE, {}, "closed", None, None, []),
        (
            "closed",
            None,
            RelapseCase,
            OFFICE,
            {"why": "recurrence", **REASON},
            "relapsed",
            UNIT_OWNS,
            5,
            ["relapsed"],
        ),
        ("registered", None, VoidCase, OFFICE, REASON, "voided", None, None, []),
        ("rectifying", None, VoidCase, OFFICE, REASON, "voided", None, None, ["voided"]),
        ("closed", None, VoidCase, OFFICE, REASON, "voided", None, None, ["unclosed"]),
        ("registered", None, MergeCase, OFFICE, {"into": OTHER, **REASON}, "merged", None, None, []),
        ("verified", None, MergeCase, OFFICE, {"into": OTHER, **REASON}, "merged", None, None, ["merged"]),
        (
            "verified",
            None,
            TransferCase,
            OFFICE,
            {"campaign": "forest-inspection-2020", **REASON},
            "verified",
            OFFICE_OWNS,
            2,
            ["moved_out", "moved_in"],
        ),
        (
            "registered",
            None,
            TransferCase,
            OFFICE,
            {"kind": "forest_land_taken", **REASON},
            "registered",
            OFFICE_OWNS,
            3,
            [],
        ),
        ("verified", None, ReferCase, OFFICE, REFERRAL, "verified", OFFICE_OWNS, 2, []),
        ("assigned", None, HandUp, OFFICE, REASON, "assigned", UNIT_OWNS, 0, []),
    ],
)
def test_a_case_moves_and_has_an_owner_and_a_day(
    before, campaign, command, by, said, after, owner, working_days, lines
):
    fact = decide(case_in(before, campaign), command, by, **said)
    moved = fact.case
    assert (moved.state, moved.owner and moved.owner.unit.id, moved.owner and moved.owner.due_on) == (
        after,
        owner,
        by_day(working_days),
    )
    assert [entry.line for entry in fact.entries] == lines


def test_what_the_office_itself_put_right_waits_for_the_office_above():
    case = decide(case_in("verified"), AssignCase, OFFICE, unit=COUNTY_OFFICE, due_on=DUE_ON).case
    started = decide(case, StartCase, OFFICE).case
    submitted = decide(started, SubmitCase, OFFICE, measures="已补植", evidence=[EVIDENCE], proofs=PROOFS).case
    assert submitted.owner.unit.id == "u-360200000000-office"


def test_a_unit_that_is_no_longer_in_the_roster_owns_nothing():
    closed = case_in("closed", unit=UnitRef(id="u-gone", name="已撤销"))
    relapsed = decide(closed, RelapseCase, OFFICE, why="recurrence", reason="又见").case
    assert relapsed.owner.unit == COUNTY_OFFICE


def test_a_unit_that_leaves_the_roster_no_longer_owns_what_stays_in_its_state():
    assigned = case_in("assigned")
    without = Roster(post for post in POSTS if post.unit.id != STATION.id)
    referred = stepped(assigned, "refer", act_of(assigned, OFFICE), without)
    assert (referred.state, referred.owner.unit) == ("assigned", COUNTY_OFFICE)


def test_an_office_that_has_left_the_roster_is_followed_by_the_one_that_runs_the_book_now():
    without = Roster(post for post in POSTS if post.unit != COUNTY_OFFICE)
    act = acting(without.actor(CITY_OFFICE, TODAY), NOW, None, case_in("registered"))
    verified = stepped(case_in("registered"), "verify", act, without)
    assert (verified.office.id, verified.owner.unit.id) == ("u-360200000000-office", "u-360200000000-office")


def test_handing_a_relapsed_case_up_gives_its_unit_no_later_day():
    relapsed = case_in("relapsed")
    handed = decide(relapsed, HandUp, OFFICE, NOW + timedelta(days=2), **REASON).case
    assert (handed.office.id, handed.owner) == ("u-360200000000-office", relapsed.owner)


def test_a_merge_or_link_is_not_before_the_last_move_of_the_other_case():
    case, other = case_in("verified"), case_in("verified", ref=registered(2).ref, moved_on=TODAY)
    earlier = case.model_copy(update={"moved_on": date(2020, 6, 10)})
    with pytest.raises(Problem) as refused:
        acting(actor(OFFICE), NOW, date(2020, 6, 12), earlier, other)
    assert refused.value.errors[0]["field"] == "on"


def test_a_referral_is_acknowledged_and_concluded_once_each_in_that_order():
    case = decide(case_in("verified"), ReferCase, OFFICE, **REFERRAL).case
    assert case.referrals[0].due_on == date(2020, 6, 30)
    with pytest.raises(Problem, match="after it was acknowledged"):
        decide(case, ConcludeReferral, OFFICE, n=1, outcome="不予立案")
    known = decide(case, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case
    with pytest.raises(Problem, match="was acknowledged on"):
        decide(known, AcknowledgeReferral, OFFICE, n=1, their_number="2号")
    ended = decide(known, ConcludeReferral, OFFICE, n=1, outcome="已判决").case
    assert (ended.state, ended.referrals[0].outcome) == ("verified", "已判决")
    with pytest.raises(Problem) as unknown:
        decide(ended, ConcludeReferral, OFFICE, n=2, outcome="已判决")
    assert unknown.value.errors[0]["field"] == "n"


def test_a_unit_returns_a_case_within_twenty_four_hours_and_not_later():
    case = case_in("assigned")
    returned = decide(case, ReturnCase, UNIT, NOW + timedelta(hours=24), **REASON).case
    assert (returned.state, returned.unit, returned.due_on) == ("verified", None, None)
    with pytest.raises(Problem, match="within 24 hours"):
        decide(case, ReturnCase, UNIT, NOW + timedelta(hours=24, seconds=1), **REASON)


def test_a_year_that_the_calendar_does_not_know_is_said_wherever_working_days_are_counted_into_it():
    year_end = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
    noticed = decide(case_in("accepted", SHIELD), GiveNotice, OFFICE, year_end, cause="profit").case
    assert noticed.notice_until == date(2027, 1, 5)  # New Year's day is a Friday, and no holiday that anybody decreed
    referral = decide(case_in("verified"), ReferCase, OFFICE, year_end, **REFERRAL).case.referrals[0]
    (letter,) = ladder.due(case_in("assigned"), (), year_end.date())
    for counted in (noticed.owner, referral, letter):
        assert counted.calendar.startswith("2026年国务院办公厅")
        assert "2027: 节假日安排未知" in counted.calendar


def test_one_extension_is_asked_for_and_granted_and_no_second():
    case = decide(case_in("rectifying"), AskExtension, UNIT, due_on=date(2020, 7, 10), reason="连日暴雨").case
    granted = decide(case, GrantExtension, OFFICE).case
    assert (granted.due_on, granted.owner.due_on, granted.extensions) == (date(2020, 7, 10), date(2020, 7, 10), 1)
    with pytest.raises(Problem, match="the rules allow 1"):
        decide(granted, AskExtension, UNIT, due_on=date(2020, 7, 20), reason="仍有暴雨")
    refused = decide(case, RefuseExtension, OFFICE, **REASON).case
    assert (refused.due_on, refused.extension) == (DUE_ON, None)
    with pytest.raises(Problem, match="no extension has been asked for"):
        decide(refused, GrantExtension, OFFICE)


def test_a_case_reassigned_to_the_unit_that_had_it_gains_no_extension_nor_hours_to_return_it():
    asked = decide(case_in("assigned"), AskExtension, UNIT, due_on=date(2020, 7, 10), reason="连日暴雨").case
    extended = decide(asked, GrantExtension, OFFICE).case
    tomorrow = NOW + timedelta(hours=25)
    same = decide(extended, ReassignCase, OFFICE, tomorrow, **TO_UNIT, **REASON).case
    with pytest.raises(Problem, match="the rules allow 1"):
        decide(same, AskExtension, UNIT, tomorrow, due_on=date(2020, 7, 20), reason="仍有暴雨")
    with pytest.raises(Problem, match="within 24 hours"):
        decide(same, ReturnCase, UNIT, tomorrow, **REASON)
    other = {"unit": {"id": "u-360222104201", "name": "双龙村"}, "due_on": DUE_ON}
    another = decide(extended, ReassignCase, OFFICE, tomorrow, **other, **REASON).case
    assert (another.extensions, another.assigned_at) == (0, tomorrow)


@pytest.mark.parametrize("word", MOVES)
def test_a_move_that_the_machine_does_not_have_is_refused_with_the_state(word):
    for state in (one for one in STATES if one not in MOVES[word].before):
        case = case_in(state, SHIELD if state == "on_notice" else None)
        with pytest.raises(Problem) as refused:
            stepped(case, word, act_of(case, OFFICE), ROSTER)
        assert (refused.value.status, refused.value.state) == (409, state)


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
        ("closed", "relapse", UNIT),
        ("verified", "void", CHIEF),
    ],
)
def test_a_move_by_somebody_who_may_not_make_it_is_forbidden(state, word, by):
    case = case_in(state)
    with pytest.raises(Problem) as refused:
        stepped(case, word, act_of(case, by), ROSTER)
    assert (refused.value.status, refused.value.word) == (403, "not-yours-to-move")


def test_the_office_above_may_act_for_the_office_of_the_county():
    assert decide(registered(), VerifyCase, CITY_OFFICE).case.state == "verified"


def test_the_acceptor_is_never_the_rectifier():
    with pytest.raises(Problem) as refused:
        decide(case_in("submitted", rectified_by=CHIEF), AcceptCase, CHIEF)
    assert (refused.value.status, "never the rectifier" in refused.value.detail) == (403, True)


def test_days_spent_waiting_for_the_acceptor_do_not_count_against_the_unit():
    later = NOW + timedelta(days=4)
    assert decide(case_in("submitted"), SendBackCase, OFFICE, later, **REASON).case.owner.due_on == date(2020, 7, 7)


def test_an_assignment_names_each_field_that_is_wrong():
    with pytest.raises(Problem) as refused:
        decide(case_in("verified"), AssignCase, OFFICE, unit={"id": "u-1", "name": "无"}, due_on=date(2020, 6, 14))
    assert [error["field"] for error in refused.value.errors] == ["unit.id", "due_on"]


@pytest.mark.parametrize("on", [TODAY - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_business_date_is_not_before_the_last_move_nor_after_today(on):
    with pytest.raises(Problem) as refused:
        decide(registered(), VerifyCase, OFFICE, on=on)
    assert refused.value.errors[0]["field"] == "on"


def test_a_move_entered_late_counts_on_its_business_date():
    on = date(2020, 6, 18)
    fact = decide(registered(), VerifyCase, OFFICE, NOW + timedelta(days=10), on=on)
    assert (fact.on, fact.entries[0].on, fact.case.moved_on) == (on, on, on)


def test_a_registered_case_waits_for_the_office_of_its_county_for_three_working_days():
    case = registered()
    assert (case.state, case.office, case.owner.unit, case.owner.due_on) == (
        "registered",
        COUNTY_OFFICE,
        COUNTY_OFFICE,
        date(2020, 6, 18),
    )
    assert case.owner.calendar.startswith("2020年国务院办公厅")


def test_the_answerable_are_the_posts_of_the_chain_smallest_first_with_their_holders():
    case = registered()
    assert [(post.id, post.holder is not None) for post in case.answerable] == [
        ("360222104201-g1-ranger", True),
        ("360222104201-g1-resource-supervisor", False),
        ("360222104201-village-chief", True),
        ("360222104000-chief", True),
        ("360222000000-chief", True),
    ]
    assert case.place == "浮梁县三龙镇双龙村"


def test_a_place_without_any_office_opens_no_case():
    with pytest.raises(NoOffice, match="360222104201"):
        rules.open_case(incident(), "2020-360222-000001", 1, Roster(()), NOW)


@pytest.mark.parametrize(
    ("kind", "opens"), [("felling", True), ("waste", True), ("fire", False), ("sick_wildlife", False)]
)
def test_fire_and_disease_are_alarms_and_open_no_case(kind, opens):
    assert rules.opens_case(incident(kind=kind)) is opens


def test_every_move_of_the_machine_says_who_makes_it_and_by_which_rule():
    assert all(isinstance(move.by, By) and move.before for move in MOVES.values())
    assert {word for word, move in MOVES.items() if not move.rule} == set()
