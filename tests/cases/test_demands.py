"""What a campaign, a kind and a grave case demand cannot be got round, whatever lies between (DOMAIN §5, G5, E12)."""

from datetime import date, timedelta

import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AssignCase,
    CloseCase,
    GiveNotice,
    ReferCase,
    RelapseCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
)
from services.cases.case import closing
from services.cases.ladder import ladder
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, STATION, UNIT
from tests.cases.steps import DUE_ON, MEASURES, NOW, PROOFS, case_in, decide

CITY_OFFICE = "p-360200000000-office"
COUNTY_TIER, CITY_TIER = "green-shield-2018", "green-shield-2019"
REASON = {"reason": "有理由"}
DONE = {"measures": "已补植", "evidence": [EVIDENCE]}
POLICE = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
DEPARTMENT = {"kind": "department", "to": {"id": "u-water", "name": "浮梁县水利局"}}
CAUSE = {"cause": "profit"}


def moved_to(case, **to):
    return decide(case, TransferCase, OFFICE, **to, **REASON).case


def refused(case, command, by, **said):
    with pytest.raises(Problem) as problem:
        decide(case, command, by, **said)
    return problem.value


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_a_case_applied_for_without_a_plan_does_not_go_where_one_is_demanded(state):
    problem = refused(case_in(state), TransferCase, OFFICE, campaign=COUNTY_TIER, **REASON)
    assert [(error["field"], error["rule"].endswith("submit_plan")) for error in problem.errors] == [("campaign", True)]
    with_plan = case_in(state, COUNTY_TIER)
    there = moved_to(moved_to(with_plan, campaign="daily-2020"), campaign=COUNTY_TIER)
    assert (there.state, there.plan.state) == (state, "approved")


def test_a_plan_is_demanded_by_the_campaign_of_the_application_not_by_that_of_the_start():
    started = decide(moved_to(case_in("assigned", COUNTY_TIER), campaign="daily-2020"), StartCase, UNIT).case
    back = moved_to(started, campaign=COUNTY_TIER)
    assert "needs an approved plan" in refused(back, SubmitCase, UNIT, **DONE, proofs=PROOFS).detail
    planned = decide(back, SubmitPlan, UNIT, measures=MEASURES).case
    approved = decide(planned, ApprovePlan, OFFICE).case
    assert decide(approved, SubmitCase, UNIT, **DONE, proofs=PROOFS).case.state == "submitted"


def test_a_kind_changed_and_changed_back_demands_what_it_always_did():
    waste = moved_to(case_in("rectifying"), kind="waste")
    back = moved_to(decide(waste, SubmitCase, UNIT, **DONE).case, kind="felling")
    assert back.state == "submitted"  # an everyday felling asks for no more than waste
    problem = refused(back, TransferCase, OFFICE, kind="natural_forest_destroyed", **REASON)
    assert [error["field"] for error in problem.errors] == ["proofs"] * 3


def test_a_plan_approved_by_the_county_does_not_do_where_the_city_must_approve():
    county = case_in("rectifying", COUNTY_TIER)
    city = moved_to(county, campaign=CITY_TIER)
    assert "approved at city level" in refused(city, SubmitCase, UNIT, **DONE, proofs=PROOFS).detail
    assert refused(case_in("accepted", COUNTY_TIER), TransferCase, OFFICE, campaign=CITY_TIER, **REASON).status == 422
    planned = decide(city, SubmitPlan, UNIT, measures=MEASURES).case
    assert refused(planned, ApprovePlan, OFFICE).status == 403
    approved = decide(planned, ApprovePlan, CITY_OFFICE).case
    assert decide(approved, SubmitCase, UNIT, **DONE, proofs=PROOFS).case.state == "submitted"
    # What the city has approved does in a campaign of the county's tier.
    assert decide(moved_to(approved, campaign=COUNTY_TIER), SubmitCase, UNIT, **DONE, proofs=PROOFS).case.plan.tier == (
        "city"
    )


@pytest.mark.parametrize(
    ("state", "command", "by", "said"),
    [
        ("submitted", AcceptCase, CHIEF, {}),
        ("accepted", GiveNotice, OFFICE, CAUSE),
    ],
)
@pytest.mark.parametrize("lacks", ["plan", "proofs"])
def test_what_is_missing_by_now_stops_the_acceptance_and_the_close(state, command, by, said, lacks):
    whole = case_in(state, COUNTY_TIER)
    assert decide(whole, command, by, **said).case.state != state
    without = whole.model_copy(update={lacks: None if lacks == "plan" else ()})
    assert refused(without, command, by, **said).status in (409, 422)


def test_an_everyday_case_that_turned_out_to_be_natural_forest_is_not_closed_without_the_three_proofs():
    accepted = case_in("accepted", kind="natural_forest_destroyed", proofs=())
    assert [error["field"] for error in refused(accepted, CloseCase, OFFICE, **CAUSE).errors] == ["proofs"] * 3


def test_what_is_shown_to_be_no_violation_needs_no_plan_and_may_be_shown_again():
    shown = decide(case_in("assigned", COUNTY_TIER), ShowNoViolation, UNIT, measures="无违法", proofs=PROOFS).case
    back = decide(shown, SendBackCase, OFFICE, **REASON).case
    again = decide(back, SubmitCase, UNIT, **DONE, proofs=PROOFS, route="no_violation").case
    assert decide(again, AcceptCase, CHIEF).case.state == "accepted"


CALLING = [
    {"severity": "grave"},
    {"flags": ("grave",)},
    {"flags": ("wide_impact",)},
    {"flags": ("public_outcry",)},
]


@pytest.mark.parametrize("calls", CALLING, ids=str)
@pytest.mark.parametrize(("command", "campaign"), [(CloseCase, None), (GiveNotice, COUNTY_TIER)])
def test_a_grave_or_publicly_voiced_case_closes_with_a_referral_or_a_reason_why_none(calls, command, campaign):
    accepted = case_in("accepted", campaign, **calls)
    assert [error["field"] for error in refused(accepted, command, OFFICE, **CAUSE).errors] == ["not_referred"]
    said = decide(accepted, command, OFFICE, **CAUSE, not_referred="当事人已死亡").case
    assert said.not_referred == "当事人已死亡"
    referred = decide(accepted, ReferCase, OFFICE, **POLICE).case
    assert refused(referred, command, OFFICE, **CAUSE).errors[0]["field"] == "not_referred"
    known = decide(referred, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case
    assert decide(known, command, OFFICE, **CAUSE).case.state != "accepted"


def test_what_is_serious_and_calls_for_nothing_closes_without():
    assert decide(case_in("accepted", severity="serious"), CloseCase, OFFICE, **CAUSE).case.not_referred is None


def test_a_department_is_not_justice():
    referred = decide(case_in("accepted", severity="grave"), ReferCase, OFFICE, **DEPARTMENT).case
    known = decide(referred, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case
    assert refused(known, CloseCase, OFFICE, **CAUSE).errors[0]["field"] == "not_referred"
    rectifying = case_in("rectifying", referrals=known.referrals)
    problem = refused(rectifying, SubmitCase, UNIT, **DONE, proofs=PROOFS, route="justice")
    assert [error["field"] for error in problem.errors] == ["route"]


def test_neither_the_referral_nor_the_reason_of_an_earlier_cycle_closes_the_next():
    referred = decide(case_in("accepted", severity="grave"), ReferCase, OFFICE, **POLICE).case
    known = decide(referred, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case
    for closed in (
        decide(known, CloseCase, OFFICE, **CAUSE).case,
        decide(case_in("accepted", severity="grave"), CloseCase, OFFICE, **CAUSE, not_referred="不构成犯罪").case,
    ):
        relapsed = decide(closed, RelapseCase, OFFICE, why="recurrence", reason="又见").case
        for command, by, said in (
            (AssignCase, OFFICE, {"unit": STATION, "due_on": DUE_ON}),
            (StartCase, UNIT, {}),
            (SubmitCase, UNIT, DONE),
            (AcceptCase, CHIEF, {}),
        ):
            relapsed = decide(relapsed, command, by, **said).case
        assert refused(relapsed, CloseCase, OFFICE, **CAUSE).errors[0]["field"] == "not_referred"


def test_a_notice_does_not_end_by_itself_while_the_referral_that_became_due_on_it_is_missing():
    on_notice = case_in("on_notice", COUNTY_TIER)
    flagged = decide(on_notice, ReferCase, OFFICE, **POLICE, flags=["public_outcry"]).case
    assert closing.notice_ends_on(flagged) is None
    assert [press.about for press in ladder.pressed(flagged)] == ["owner", "referral-1"]
    known = decide(flagged, AcknowledgeReferral, OFFICE, n=1, their_number="1号").case
    assert closing.notice_ends_on(known) == on_notice.notice_until == date(2020, 6, 22)


def test_a_reason_given_for_a_notice_that_was_objected_to_is_asked_again():
    on_notice = case_in(
        "on_notice", COUNTY_TIER, not_referred="不构成犯罪", objection={"by": "a", "reason": "b", "days_left": 1}
    )
    upheld = decide(on_notice, UpholdObjection, OFFICE, NOW + timedelta(days=1), due_on=DUE_ON, **REASON).case
    assert upheld.not_referred is None
