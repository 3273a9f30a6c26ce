"""Referrals one beside another: each keeps its number, its day and its answer, and the case what it is flagged with."""

from datetime import date, timedelta

import pytest

from contracts.cases import AcknowledgeReferral, ConcludeReferral, ReferCase
from tests.cases.county import OFFICE
from tests.cases.steps import NOW, case_in, decide

POLICE = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
WATER = {"kind": "department", "to": {"id": "u-water", "name": "浮梁县水利局"}}


def referred_twice(*flags):
    once = decide(case_in("verified", flags=("wide_impact",)), ReferCase, OFFICE, **POLICE, flags=flags).case
    return decide(once, ReferCase, OFFICE, NOW + timedelta(days=1), **WATER, flags=["wide_impact", "grave"])


def test_a_second_referral_stands_beside_the_first_with_the_next_number_and_its_own_day():
    told = referred_twice()
    assert [(one.n, one.kind, one.sent_on, one.due_on) for one in told.case.referrals] == [
        (1, "police", date(2020, 6, 15), date(2020, 6, 30)),
        (2, "department", date(2020, 6, 16), date(2020, 7, 1)),
    ]
    assert told.referral == told.case.referrals[1]


def test_each_flag_is_named_once_in_the_order_in_which_they_came():
    assert referred_twice("public_outcry", "wide_impact").case.flags == ("wide_impact", "public_outcry", "grave")


@pytest.mark.parametrize("n", [1, 2])
def test_an_answer_is_that_of_the_referral_that_it_names(n):
    case = referred_twice().case
    on = date(2020, 6, 17)
    known = decide(case, AcknowledgeReferral, OFFICE, NOW + timedelta(days=3), n=n, their_number="12号", on=on)
    assert [one.their_number for one in known.case.referrals] == (["12号", None] if n == 1 else [None, "12号"])
    assert (known.referral.n, known.referral.acknowledged_on) == (n, on)
    ended = decide(known.case, ConcludeReferral, OFFICE, NOW + timedelta(days=3), n=n, outcome="已判决")
    assert (ended.referral.n, ended.referral.outcome, ended.referral.concluded_on) == (n, "已判决", date(2020, 6, 18))
    assert [one.outcome for one in ended.case.referrals] == (["已判决", None] if n == 1 else [None, "已判决"])
