"""What a refused move is told: first that the machine does not have it, whatever else is wrong with it."""

from datetime import date

import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CloseCase,
    ConcludeReferral,
    GiveNotice,
    GrantExtension,
    HandUp,
    LinkSite,
    MergeCase,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    ReassignCase,
    RecordParticulars,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
)
from contracts.language.values import UnitRef
from services.cases.machine import make
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, UNIT
from tests.cases.steps import DUE_ON, MEASURES, PROOFS, ROSTER, act_of, case_in, decide, registered

SHIELD = "green-shield-2018"
REASON = {"reason": "有理由"}
NOBODY = {"unit": {"id": "u-nobody", "name": "无此单位"}}
DONE = {"measures": "已补植", "evidence": [EVIDENCE]}
CITY = UnitRef(id="u-360200000000-office", name="景德镇市林长办")
SAID = {"by": "a", "reason": "b", "days_left": 1}


@pytest.mark.parametrize(
    ("command", "state", "campaign", "by", "said"),
    [
        (AssignCase, "registered", None, OFFICE, NOBODY),
        (ReturnCase, "registered", None, UNIT, REASON),
        (ReassignCase, "verified", None, OFFICE, {**NOBODY, **REASON}),
        (SubmitPlan, "verified", None, UNIT, {"measures": MEASURES}),
        (RefusePlan, "verified", None, OFFICE, REASON),
        (ApprovePlan, "verified", None, OFFICE, {}),
        (StartCase, "verified", SHIELD, UNIT, {}),
        (AskExtension, "verified", None, UNIT, {"due_on": date(2020, 6, 1), **REASON}),
        (GrantExtension, "verified", None, OFFICE, {}),
        (RefuseExtension, "verified", None, OFFICE, REASON),
        (ShowNoViolation, "rectifying", None, UNIT, {"measures": "查无违法", "proofs": PROOFS[:1]}),
        (SubmitCase, "assigned", SHIELD, UNIT, DONE),
        (SendBackCase, "rectifying", None, OFFICE, REASON),
        (AcceptCase, "verified", SHIELD, CHIEF, {}),
        (GiveNotice, "submitted", None, OFFICE, {"cause": "profit"}),
        (CloseCase, "submitted", SHIELD, OFFICE, {"cause": "profit"}),
        (UpholdObjection, "accepted", None, OFFICE, {"due_on": DUE_ON, **REASON}),
        (OverruleObjection, "accepted", None, OFFICE, REASON),
        (PassLookBack, "accepted", None, OFFICE, {}),
        (RelapseCase, "accepted", None, OFFICE, {"why": "recurrence", **REASON}),
        (AcknowledgeReferral, "voided", None, OFFICE, {"n": 9, "their_number": "1号"}),
        (ConcludeReferral, "voided", None, OFFICE, {"n": 9, "outcome": "不予立案"}),
        (MergeCase, "closed", SHIELD, OFFICE, {"into": registered(2).ref.id, **REASON}),
        (TransferCase, "closed", None, OFFICE, {"campaign": "pine-wilt-2020", **REASON}),
        (RecordParticulars, "dismissed", None, OFFICE, {}),
    ],
)
def test_a_move_that_the_state_does_not_have_is_refused_as_that_before_anything_else(
    command, state, campaign, by, said
):
    with pytest.raises(Problem) as refused:
        decide(case_in(state, campaign), command, by, **said)
    assert refused.value.status == 409
    assert f"; {command.parts()[1]} is lawful only from " in refused.value.detail


def test_so_are_an_objection_a_link_and_a_handing_up():
    objected, handed = case_in("accepted", objection=SAID), case_in("closed", office=CITY)
    for case, command, said in ((objected, RaiseObjection, REASON), (handed, HandUp, REASON)):
        with pytest.raises(Problem) as refused:
            decide(case, command, OFFICE, **said)
        assert f"; {command.parts()[1]} is lawful only from " in refused.value.detail
    closed = case_in("closed")
    asked = LinkSite(case_id=closed.ref.id, other=registered(2).ref.id)
    with pytest.raises(Problem) as refused:
        make(closed, act_of(closed, OFFICE), asked, ROSTER, registered(2))
    assert "; link_site is lawful only from " in refused.value.detail


@pytest.mark.parametrize(
    ("command", "state", "campaign", "said"),
    [
        (AssignCase, "verified", None, NOBODY),
        (ReassignCase, "assigned", None, {**NOBODY, **REASON}),
        (RefusePlan, "assigned", SHIELD, REASON),
        (ApprovePlan, "assigned", SHIELD, {}),
        (GrantExtension, "assigned", None, {}),
        (RefuseExtension, "assigned", None, REASON),
        (GiveNotice, "accepted", None, {"cause": "profit"}),
        (CloseCase, "accepted", SHIELD, {"cause": "profit"}),
        (UpholdObjection, "on_notice", SHIELD, {"due_on": DUE_ON, **REASON}),
        (OverruleObjection, "on_notice", SHIELD, REASON),
        (AcknowledgeReferral, "verified", None, {"n": 9, "their_number": "1号"}),
        (ConcludeReferral, "verified", None, {"n": 9, "outcome": "不予立案"}),
        (MergeCase, "verified", SHIELD, {"into": registered(2).ref.id, **REASON}),
        (TransferCase, "verified", None, {"campaign": "pine-wilt-2020", **REASON}),
        (RecordParticulars, "verified", None, {}),
    ],
)
def test_who_may_not_make_a_move_is_told_so_and_not_what_is_wrong_with_it(command, state, campaign, said):
    with pytest.raises(Problem) as refused:
        decide(case_in(state, campaign), command, UNIT, **said)
    assert (refused.value.status, refused.value.word) == (403, "not-yours-to-move")


@pytest.mark.parametrize("state", ["assigned", "rectifying"])
@pytest.mark.parametrize("command", [GrantExtension, RefuseExtension])
def test_nothing_is_decided_of_an_extension_that_was_not_asked_for(state, command):
    with pytest.raises(Problem, match="no extension has been asked for"):
        decide(case_in(state), command, OFFICE, **(REASON if command is RefuseExtension else {}))


def fields(case, command, by, **said):
    with pytest.raises(Problem) as refused:
        decide(case, command, by, **said)
    return [error["field"] for error in refused.value.errors]


def test_a_proof_of_what_no_checklist_asks_for_is_a_word_mistyped():
    mistyped = [{"item": "land_recoverd", "evidence": [EVIDENCE]}]
    assert fields(case_in("rectifying"), SubmitCase, UNIT, **DONE, proofs=mistyped) == ["proofs"]
    words = ["c_item", "a_item", "e_item", "b_item", "d_item"]
    with pytest.raises(Problem) as refused:
        decide(case_in("rectifying"), SubmitCase, UNIT, **DONE, proofs=[{**mistyped[0], "item": one} for one in words])
    assert [error["rule"].partition(" ")[0] for error in refused.value.errors] == sorted(words)
    shown = {"measures": "查无违法", "proofs": [*PROOFS, *mistyped]}
    assert fields(case_in("assigned"), ShowNoViolation, UNIT, **shown) == ["proofs"]


@pytest.mark.parametrize("on", [date(2020, 7, 2), date(2020, 7, 10)])
def test_an_extension_after_the_cases_day_and_before_today_is_refused(on):
    """Its day was the 1st of July, and it is the 11th."""
    late = case_in("rectifying")
    with pytest.raises(Problem) as refused:
        decide(late, AskExtension, UNIT, late.since.replace(month=7, day=11), due_on=on, **REASON)
    assert refused.value.errors == ({"field": "due_on", "rule": "must not be before 2020-07-11"},)


def test_an_extension_to_today_may_be_asked_for_once_the_day_has_passed():
    late = case_in("rectifying")
    asked = decide(late, AskExtension, UNIT, late.since.replace(month=7, day=10), due_on=date(2020, 7, 10), **REASON)
    assert asked.case.extension.due_on == date(2020, 7, 10)


def test_one_site_within_a_campaign_is_merged_and_not_linked():
    case, other = case_in("verified"), registered(2)
    asked = LinkSite(case_id=case.ref.id, other=other.ref.id)
    with pytest.raises(Problem) as refused:
        make(case, act_of(case, OFFICE), asked, ROSTER, other)
    assert [error["field"] for error in refused.value.errors] == ["other"]
