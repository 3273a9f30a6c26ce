"""The machine of a case: every move from every state, who may make it, and whose the case is afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CaseState,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    GiveNotice,
    GrantExtension,
    HandUp,
    LinkSite,
    MergeCase,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    ReassignCase,
    ReferCase,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
    VerifyCase,
    VoidCase,
)
from contracts.language.division import Division
from contracts.language.values import UnitRef
from services.cases.case import case as rules
from services.cases.case import closing
from services.cases.case.act import acting
from services.cases.ladder import ladder
from services.cases.machine import MOVES, make
from services.cases.post.by import By
from services.cases.post.post import NoOffice, Roster
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, COUNTY_OFFICE, EVIDENCE, OFFICE, POSTS, STATION, UNIT, incident
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
    notice_ended,
    registered,
    stepped,
)

CITY_OFFICE = "p-360200000000-office"
SHIELD = "green-shield-2018"
OTHER = registered(2).ref.id
OFFICE_OWNS, UNIT_OWNS = COUNTY_OFFICE.id, STATION.id
REASON = {"reason": "有理由"}
SUBMITTED = {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS}
TO_UNIT = {"unit": STATION, "due_on": DUE_ON}
REFERRAL = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}


def by_day(working_days):
    return {0: DUE_ON, 2: date(2020, 6, 17), 3: date(2020, 6, 18), 5: date(2020, 6, 22)}.get(working_days)


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


def test_a_plan_is_submitted_refused_submitted_again_and_approved_by_the_tier_that_the_campaign_names():
    assigned = case_in("assigned", "env-inspection-lookback")
    planned = decide(assigned, SubmitPlan, UNIT, measures=MEASURES).case
    with pytest.raises(Problem) as forbidden:
        decide(planned, ApprovePlan, OFFICE)
    assert forbidden.value.word == "not-yours-to-move"
    refused = decide(planned, RefusePlan, CITY_OFFICE, reason="措施不具体").case
    assert (refused.state, refused.plan.state, refused.plan.decided_by) == ("assigned", "refused", CITY_OFFICE)
    with pytest.raises(Problem, match="no plan waits"):
        decide(refused, ApprovePlan, CITY_OFFICE)
    again = decide(refused, SubmitPlan, UNIT, measures=MEASURES).case
    approved = decide(again, ApprovePlan, CITY_OFFICE).case
    assert (approved.state, approved.plan.state, approved.owner.due_on) == ("rectifying", "approved", DUE_ON)


def test_a_kind_that_needs_a_plan_does_not_start_without_one_and_the_other_way_round():
    with pytest.raises(Problem, match="needs an approved plan"):
        decide(case_in("assigned", SHIELD), StartCase, UNIT)
    with pytest.raises(Problem, match="needs no plan"):
        decide(case_in("assigned"), SubmitPlan, UNIT, measures=MEASURES)


def test_a_plan_that_was_never_approved_is_not_bypassed_by_an_application_that_was_sent_back():
    shown = decide(case_in("assigned", SHIELD), ShowNoViolation, UNIT, measures="查无违法", proofs=PROOFS).case
    back = decide(shown, SendBackCase, OFFICE, **REASON).case
    with pytest.raises(Problem, match="needs an approved plan"):
        decide(back, SubmitCase, UNIT, **SUBMITTED)
    planned = decide(back, SubmitPlan, UNIT, measures=MEASURES).case
    approved = decide(planned, ApprovePlan, OFFICE).case
    assert decide(approved, SubmitCase, UNIT, **SUBMITTED).case.state == "submitted"


def test_what_was_proved_for_one_campaign_does_not_close_a_case_in_another_that_asks_for_more():
    case = decide(case_in("rectifying"), SubmitCase, UNIT, measures="已补植", evidence=[EVIDENCE]).case
    with pytest.raises(Problem) as refused:
        decide(case, TransferCase, OFFICE, campaign="forest-inspection-2020", **REASON)
    assert {error["field"] for error in refused.value.errors} == {"campaign", "proofs"}


def test_a_move_entered_late_presses_nobody_for_days_before_it_was_known():
    case = decide(registered(), VerifyCase, OFFICE, NOW + timedelta(days=10), on=date(2020, 6, 16)).case
    assert (case.owner.due_on, case.owner.since_on) == (date(2020, 6, 18), date(2020, 6, 25))


def test_a_measure_after_the_cases_own_day_is_named():
    measures = [*MEASURES, {"text": "复绿", "due_on": "2020-07-02"}]
    with pytest.raises(Problem) as refused:
        decide(case_in("assigned", SHIELD), SubmitPlan, UNIT, measures=measures)
    assert [error["field"] for error in refused.value.errors] == ["measures.1.due_on"]


def test_a_case_whose_day_has_passed_may_still_be_planned():
    late = NOW + timedelta(days=30)
    measures = [{"text": "复绿", "due_on": "2020-08-01"}]
    planned = decide(case_in("assigned", SHIELD), SubmitPlan, UNIT, late, measures=measures)
    assert planned.case.plan.state == "submitted"
    with pytest.raises(Problem) as refused:
        decide(case_in("assigned", SHIELD), SubmitPlan, UNIT, late, measures=MEASURES)
    assert [error["field"] for error in refused.value.errors] == ["measures.0.due_on"]


def test_an_application_for_close_out_is_refused_naming_what_is_missing():
    with pytest.raises(Problem) as refused:
        decide(case_in("rectifying", SHIELD), SubmitCase, UNIT, **{**SUBMITTED, "proofs": PROOFS[:1]})
    rules_named = [error["rule"] for error in refused.value.errors]
    assert [rule.partition(" ")[0] for rule in rules_named] == ["land_recovered", "accountability"]
    assert "林地回收到位" in rules_named[0]


def test_natural_forest_destroyed_under_a_pretext_is_punished_in_every_campaign():
    """E12: the everyday checklist would let a photograph do."""
    case = case_in("rectifying").model_copy(update={"kind": "natural_forest_destroyed"})
    with pytest.raises(Problem) as refused:
        decide(case, SubmitCase, UNIT, **{**SUBMITTED, "proofs": PROOFS[:1]})
    assert [error["field"] for error in refused.value.errors] == ["proofs", "proofs"]
    assert decide(case, SubmitCase, UNIT, **SUBMITTED).case.state == "submitted"


def test_handed_to_justice_needs_a_referral_that_was_acknowledged_and_the_land_settled():
    case = case_in("rectifying", SHIELD)
    referred = decide(case, ReferCase, OFFICE, **REFERRAL, flags=["grave"]).case
    with pytest.raises(Problem) as refused:
        decide(referred, SubmitCase, UNIT, measures="移送", evidence=[EVIDENCE], route="justice")
    assert [error["field"] for error in refused.value.errors] == ["proofs", "route"]
    known = decide(referred, AcknowledgeReferral, OFFICE, n=1, their_number="浮公立字〔2020〕12号").case
    proofs = [proof for proof in PROOFS if proof["item"] == "land_recovery_settled"]
    submitted = decide(known, SubmitCase, UNIT, measures="移送", evidence=[EVIDENCE], route="justice", proofs=proofs)
    assert (submitted.case.route, submitted.case.referrals[0].their_number) == ("justice", "浮公立字〔2020〕12号")
    assert submitted.case.flags == ("grave",)


def test_a_referral_before_a_relapse_hands_nothing_to_justice_after_it():
    known = decide(
        decide(case_in("closed"), RelapseCase, OFFICE, why="recurrence", reason="又见").case,
        AssignCase,
        OFFICE,
        unit=STATION,
        due_on=DUE_ON,
    ).case
    before = decide(case_in("verified"), ReferCase, OFFICE, **REFERRAL).case
    old = decide(before, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case.referrals
    started = decide(known.model_copy(update={"referrals": old}), StartCase, UNIT).case
    with pytest.raises(Problem) as refused:
        decide(started, SubmitCase, UNIT, measures="移送", evidence=[EVIDENCE], route="justice", proofs=PROOFS)
    assert "route" in [error["field"] for error in refused.value.errors]


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


def test_an_objection_stops_the_clock_of_the_notice_and_the_remaining_days_run_on():
    case = case_in("on_notice", SHIELD)
    assert case.notice_until == date(2020, 6, 22)
    later = NOW + timedelta(days=2)  # the 17th: three working days are left
    objected = decide(case, RaiseObjection, UNIT, later, **REASON).case
    assert objected.objection.days_left == 3
    assert (objected.owner.unit, objected.owner.due_on) == (COUNTY_OFFICE, date(2020, 6, 24))  # to answer it
    assert closing.notice_ends_on(objected) is None
    with pytest.raises(Problem, match="open already"):
        decide(objected, RaiseObjection, UNIT, later, **REASON)
    overruled = decide(objected, OverruleObjection, OFFICE, NOW + timedelta(days=7), **REASON).case  # the 22nd
    # The 23rd and 24th, and the Sunday after the dragon boat festival, which is worked.
    assert (overruled.notice_until, overruled.owner.due_on) == (date(2020, 6, 28), date(2020, 6, 28))
    assert overruled.owner.calendar.startswith("2020年国务院办公厅")
    assert closing.notice_ends_on(overruled) == date(2020, 6, 28)
    upheld = decide(objected, UpholdObjection, OFFICE, later, due_on=date(2020, 7, 20), **REASON).case
    assert (upheld.state, upheld.owner.unit, upheld.owner.due_on) == ("rectifying", STATION, date(2020, 7, 20))
    with pytest.raises(Problem, match="no objection is open"):
        decide(case, UpholdObjection, OFFICE, due_on=date(2020, 7, 20), **REASON)
    with pytest.raises(Problem, match="must not be before 2020-06-17"):
        decide(objected, UpholdObjection, OFFICE, later, due_on=date(2020, 6, 16), **REASON)
    on_the_day = decide(objected, UpholdObjection, OFFICE, later, due_on=date(2020, 6, 17), **REASON).case
    assert on_the_day.owner.due_on == date(2020, 6, 17)


def test_a_referral_is_acknowledged_by_the_office_and_not_once_the_case_is_gone():
    referred = decide(case_in("verified"), ReferCase, OFFICE, **REFERRAL).case
    with pytest.raises(Problem) as forbidden:
        decide(referred, AcknowledgeReferral, UNIT, n=1, their_number="12号")
    voided = decide(referred, VoidCase, OFFICE, **REASON).case
    with pytest.raises(Problem) as gone:
        decide(voided, AcknowledgeReferral, OFFICE, n=1, their_number="12号")
    assert (forbidden.value.status, gone.value.status, gone.value.state) == (403, 409, "voided")


def test_nobody_but_time_ends_a_notice_and_a_campaign_says_whether_one_is_required():
    case = case_in("on_notice", SHIELD)
    ended = notice_ended(case, act_of(case, "cases"))
    assert (ended.case.state, ended.case.closed_on) == ("closed", TODAY)
    assert [one.line for one in ended.entries] == ["closed"]
    with pytest.raises(Problem) as forbidden:
        notice_ended(case, act_of(case, OFFICE))
    assert forbidden.value.status == 403
    with pytest.raises(Problem, match="requires a public notice"):
        decide(case_in("accepted", SHIELD), CloseCase, OFFICE, cause="profit")
    with pytest.raises(Problem, match="requires no public notice"):
        decide(case_in("accepted"), GiveNotice, OFFICE, cause="profit")


def test_a_case_is_closed_with_a_cause_of_the_list_and_a_day_to_look_back():
    for cause in (None, "just_so"):
        with pytest.raises(Problem) as refused:
            decide(case_in("accepted"), CloseCase, OFFICE, cause=cause)
        assert refused.value.errors[0]["field"] == "cause"
    closed = decide(case_in("accepted"), CloseCase, OFFICE, cause="profit").case
    assert (closed.cause, closed.look_back_on) == ("profit", date(2020, 9, 1))


@pytest.mark.parametrize(
    ("closed_on", "since"),
    [
        (date(2020, 6, 15), date(2018, 6, 15)),
        (date(2021, 3, 1), date(2019, 3, 1)),
        (date(2020, 2, 29), date(2018, 2, 28)),
    ],
)
def test_repeats_are_counted_for_two_years_to_the_day(closed_on, since):
    assert rules.repeats_since(closed_on) == since


@pytest.mark.parametrize(
    ("why", "added"),
    [
        ("recurrence", [("post", "360222104201-village-chief")]),
        ("false_rectification", [("account", CHIEF), ("unit", STATION.id)]),
        ("closed_in_error", []),
    ],
)
def test_a_relapse_is_the_same_case_one_cycle_further_and_adds_who_answers_besides(why, added):
    fact = decide(case_in("closed"), RelapseCase, OFFICE, why=why, reason="又见推土机")
    case = fact.case
    told = [
        ("post", one.post.id) if one.post else ("unit", one.unit.id) if one.unit else ("account", one.account)
        for one in case.also_answerable
    ]
    assert (case.cycle, case.campaign, told) == (2, "daily-2020", added)
    assert [(one.line, one.reason, one.route) for one in fact.entries] == [("relapsed", why, "put_right")]


def test_whoever_accepted_a_case_does_not_look_back_at_it():
    with pytest.raises(Problem) as forbidden:
        decide(case_in("closed"), PassLookBack, CHIEF)
    assert "never the acceptor" in forbidden.value.detail


def test_the_survivor_of_a_merge_keeps_the_earlier_deadline():
    early = case_in("assigned")
    owner = early.owner.model_copy(update={"due_on": date(2020, 8, 1)})
    late = case_in("assigned", ref=registered(2).ref, due_on=owner.due_on, owner=owner)
    asked = MergeCase(case_id=early.ref.id, into=late.ref.id, reason="同一地块")
    merged, (_, kept) = make(early, act_of(early, OFFICE), asked, ROSTER, late)
    assert (merged.case.merged_into, kept.case.due_on, kept.case.owner.due_on) == (late.ref, DUE_ON, DUE_ON)


def test_a_survivor_that_no_unit_has_yet_is_assigned_by_the_earlier_deadline():
    early, late = case_in("assigned"), case_in("verified", ref=registered(2).ref)
    asked = MergeCase(case_id=early.ref.id, into=late.ref.id, reason="同一地块")
    _, (_, kept) = make(early, act_of(early, OFFICE), asked, ROSTER, late)
    with pytest.raises(Problem) as refused:
        decide(kept.case, AssignCase, OFFICE, unit=STATION, due_on=DUE_ON + timedelta(days=1))
    assert [error["field"] for error in refused.value.errors] == ["due_on"]
    assert decide(kept.case, AssignCase, OFFICE, **TO_UNIT).case.owner.due_on == DUE_ON
    passed = NOW + timedelta(days=30)
    assert decide(kept.case, AssignCase, OFFICE, passed, unit=STATION, due_on=date(2020, 8, 1)).case.state == "assigned"


@pytest.mark.parametrize(
    "asked",
    [
        MergeCase(case_id=registered().ref.id, into=OTHER, reason="同一地块"),
        LinkSite(case_id=registered().ref.id, other=OTHER),
    ],
)
def test_an_office_touches_no_case_in_the_book_of_another(asked):
    case, other = case_in("verified"), registered(2, division=Division("360281101201"))
    with pytest.raises(Problem) as forbidden:
        make(case, act_of(case, OFFICE), asked, ROSTER, other)
    assert forbidden.value.status == 403


def test_a_site_is_linked_once_wherever_its_case_was_moved():
    case, other = case_in("verified"), registered(2, SHIELD)
    linked, _ = make(case, act_of(case, OFFICE), LinkSite(case_id=case.ref.id, other=other.ref.id), ROSTER, other)
    moved = other.model_copy(update={"ref": other.ref.model_copy(update={"division": "360222105000"})})
    asked = LinkSite(case_id=case.ref.id, other=other.ref.id)
    with pytest.raises(Problem) as refused:
        make(linked.case, act_of(case, OFFICE), asked, ROSTER, moved)
    assert refused.value.errors[0]["rule"].endswith("is linked already")


@pytest.mark.parametrize(
    ("into", "rule"),
    [
        (lambda: case_in("verified"), "must be another case"),
        (lambda: case_in("closed", ref=registered(2).ref), "must be open"),
        (lambda: registered(2, SHIELD), "must be of daily-2020"),
    ],
)
def test_a_merge_goes_into_another_open_case_of_the_campaign(into, rule):
    case, survivor = case_in("verified"), into()
    asked = MergeCase(case_id=case.ref.id, into=survivor.ref.id, reason="同一地块")
    with pytest.raises(Problem) as refused:
        make(case, act_of(case, OFFICE), asked, ROSTER, survivor)
    assert any(error["rule"].startswith(rule) for error in refused.value.errors)


def test_a_transfer_to_what_does_not_take_the_case_is_refused():
    with pytest.raises(Problem) as refused:
        decide(case_in("verified"), TransferCase, OFFICE, campaign="pine-wilt-2020", **REASON)
    rule = "pine-wilt-2020 takes: dead_pines, pests, natural_forest_destroyed"
    assert refused.value.errors == ({"field": "kind", "rule": rule},)
    with pytest.raises(Problem) as forbidden:
        decide(case_in("verified"), TransferCase, OFFICE, division="360281101201", **REASON)
    assert forbidden.value.status == 403
    with pytest.raises(Problem, match="in which there are posts"):
        decide(case_in("verified"), TransferCase, OFFICE, division="360222999201", **REASON)
    with pytest.raises(Problem, match="a directive item stays one"):
        decide(case_in("verified"), TransferCase, OFFICE, kind="directive", **REASON)
    with pytest.raises(Problem, match="must differ"):
        decide(case_in("verified"), TransferCase, OFFICE, kind="felling", **REASON)
    with pytest.raises(Problem, match="there is no campaign"):
        decide(case_in("verified"), TransferCase, OFFICE, campaign="blue-sky-2020", **REASON)


def test_an_office_hands_the_pressing_up_until_none_stands_above():
    handed = decide(case_in("verified"), HandUp, OFFICE, **REASON).case
    assert (handed.office.id, handed.owner.unit.id) == ("u-360200000000-office", "u-360200000000-office")
    with pytest.raises(Problem, match="no chief office stands above"):
        decide(handed, HandUp, CITY_OFFICE, **REASON)


STATES = [state for state in CaseState if state is not CaseState.OTHER]


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
