"""What somebody is offered is what can be done with the case as it stands, and not what its state alone would have."""

from datetime import date, timedelta

import pytest

from contracts.cases import AskExtension, Plan, RaiseObjection, ReferCase, Referral, Route, StartCase
from services.cases.machine import allowed
from services.runtime.problem import Problem
from tests.cases.county import COUNTY_OFFICE, OFFICE, UNIT
from tests.cases.steps import DUE_ON, MEASURES, NOW, TODAY, act_of, case_in, decide

SHIELD = "green-shield-2018"
CITY_OFFICE = "p-360200000000-office"
WAITS = Plan(measures=MEASURES, state="submitted", by=UNIT)
REFUSED = Plan(measures=MEASURES, state="refused", by=UNIT)
LATER = date(2020, 7, 20)


def referred(**changes):
    to = {"id": "u-police", "name": "浮梁县公安局"}
    sent = {"n": 1, "kind": "police", "to": to, "cycle": 1, "sent_on": TODAY, "due_on": DUE_ON, "calendar": "2020"}
    return {"referrals": (Referral(**{**sent, **changes}),)}


def asked_for_an_extension():
    return decide(case_in("rectifying"), AskExtension, UNIT, due_on=LATER, reason="连日大雨").case


ACKNOWLEDGED = {"acknowledged_on": TODAY, "their_number": "浮公立字1号"}
CONCLUDED = {**ACKNOWLEDGED, "outcome": "已立案", "concluded_on": TODAY}


@pytest.mark.parametrize(
    ("case", "by", "offered", "withheld"),
    [
        (case_in("assigned"), UNIT, {"start"}, {"submit_plan"}),
        (case_in("assigned", SHIELD), UNIT, {"submit_plan"}, {"start"}),
        (case_in("assigned", SHIELD), OFFICE, set(), {"approve_plan", "refuse_plan"}),
        (case_in("assigned", SHIELD, plan=WAITS), OFFICE, {"approve_plan", "refuse_plan"}, set()),
        (case_in("assigned", SHIELD, plan=REFUSED), OFFICE, set(), {"approve_plan", "refuse_plan"}),
        (case_in("rectifying"), UNIT, {"ask_extension"}, set()),
        (case_in("rectifying", extensions=1), UNIT, set(), {"ask_extension"}),
        (case_in("rectifying"), OFFICE, set(), {"grant_extension", "refuse_extension"}),
        (asked_for_an_extension(), OFFICE, {"grant_extension", "refuse_extension"}, set()),
        (case_in("accepted"), OFFICE, {"close"}, {"notice"}),
        (case_in("accepted", SHIELD), OFFICE, {"notice"}, {"close"}),
        (case_in("accepted", SHIELD, proofs=()), OFFICE, set(), {"notice"}),
        (case_in("accepted", route=Route.NO_VIOLATION, proofs=()), OFFICE, {"refer"}, {"close"}),
        (case_in("submitted", campaign=SHIELD, plan=None), CITY_OFFICE, {"send_back"}, {"accept"}),
        (case_in("verified", **referred()), OFFICE, {"acknowledge"}, {"conclude"}),
        (case_in("verified", **referred(**ACKNOWLEDGED)), OFFICE, {"conclude"}, {"acknowledge"}),
        (case_in("verified", **referred(**CONCLUDED)), OFFICE, {"refer"}, {"conclude", "acknowledge"}),
        (case_in("verified"), OFFICE, {"hand_up"}, set()),
    ],
)
def test_a_move_is_offered_where_the_case_as_it_stands_has_it(case, by, offered, withheld):
    found = set(allowed(case, act_of(case, by)))
    assert (offered - found, withheld & found) == (set(), set())


def test_an_objection_is_offered_once_and_its_answer_while_it_is_open():
    case = case_in("on_notice", SHIELD)
    assert "object" in allowed(case, act_of(case, UNIT))
    case = decide(case, RaiseObjection, UNIT, reason="未补植").case
    assert "object" not in allowed(case, act_of(case, UNIT))
    assert {"uphold", "overrule"} <= set(allowed(case, act_of(case, OFFICE)))


@pytest.mark.parametrize(
    ("later", "is_offered"), [(timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)]
)
def test_a_unit_is_offered_to_return_a_case_within_24_hours(later, is_offered):
    case = case_in("assigned")
    assert ("return" in allowed(case, act_of(case, UNIT, NOW + later))) == is_offered


def test_nothing_stands_above_the_highest_office_to_hand_a_case_up_to():
    case = case_in("verified")
    highest = case.model_copy(update={"office": COUNTY_OFFICE.model_copy(update={"id": "u-360200000000-office"})})
    assert "hand_up" not in allowed(highest, act_of(highest, CITY_OFFICE))


def test_a_refusal_offers_what_the_one_who_asked_can_do_instead():
    case = case_in("assigned", SHIELD)
    with pytest.raises(Problem) as refused:
        decide(case, StartCase, UNIT)
    assert set(refused.value.moves_allowed) == {"return", "submit_plan", "show_no_violation", "ask_extension"}
    with pytest.raises(Problem) as refused:
        decide(case_in("closed"), ReferCase, OFFICE, kind="police", to={"id": "u-police", "name": "公安局"})
    assert set(refused.value.moves_allowed) == {"void", "record", "pass_look_back", "relapse"}
