"""Notice, objection, close, look-back, relapse, and what takes a case elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.cases import (
    AcknowledgeReferral,
    AssignCase,
    CloseCase,
    GiveNotice,
    HandUp,
    LinkSite,
    MergeCase,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    ReferCase,
    RelapseCase,
    TransferCase,
    UpholdObjection,
    VoidCase,
)
from contracts.language.division import Division
from services.cases.case import case as rules
from services.cases.case import closing
from services.cases.machine import make
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, COUNTY_OFFICE, OFFICE, STATION, UNIT
from tests.cases.said import CITY_OFFICE, OTHER, REASON, REFERRAL, SHIELD, TO_UNIT
from tests.cases.steps import DUE_ON, NOW, ROSTER, TODAY, act_of, case_in, decide, notice_ended, registered


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
