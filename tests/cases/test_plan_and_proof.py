"""Plans before the work, and proof before the close, by campaign and kind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.cases import (
    AcknowledgeReferral,
    ApprovePlan,
    AssignCase,
    ReferCase,
    RefusePlan,
    RelapseCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    VerifyCase,
)
from services.runtime.problem import Problem
from tests.cases.county import EVIDENCE, OFFICE, STATION, UNIT
from tests.cases.said import CITY_OFFICE, REASON, REFERRAL, SHIELD, SUBMITTED
from tests.cases.steps import DUE_ON, MEASURES, NOW, PROOFS, case_in, decide, registered


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
