"""Whatever people ask, in whatever order: no unlawful state, no open case without an owner and a day, one ledger."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cases import (
    IN_STOCK,
    OPEN,
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    GiveNotice,
    GrantExtension,
    HandUp,
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
from contracts.language.values import day_of
from services.cases.case import closing
from services.cases.ladder import ladder
from services.cases.ledger.ledger import INTO_STOCK, OUT_OF_STOCK
from services.cases.machine import MOVES
from services.cases.post.by import By
from services.runtime.problem import Problem
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, STATION, UNIT
from tests.cases.steps import NOW, PROOFS, ROSTER, act_of, decide, notice_ended, registered

REASON = {"reason": "有理由"}
FAR = date(2020, 12, 1)
ASKS = (
    (VerifyCase, {}),
    (DismissCase, REASON),
    (ReopenCase, {**REASON, "evidence": [EVIDENCE]}),
    (AssignCase, {"unit": STATION, "due_on": FAR}),
    (ReturnCase, REASON),
    (ReassignCase, {"unit": STATION, "due_on": FAR, **REASON}),
    (SubmitPlan, {"measures": [{"text": "复绿", "due_on": FAR}]}),
    (RefusePlan, REASON),
    (ApprovePlan, {}),
    (StartCase, {}),
    (AskExtension, {"due_on": FAR + timedelta(days=10), **REASON}),
    (GrantExtension, {}),
    (RefuseExtension, REASON),
    (ShowNoViolation, {"measures": "无违法", "proofs": PROOFS}),
    (SubmitCase, {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS}),
    (SendBackCase, REASON),
    (AcceptCase, {}),
    (GiveNotice, {"cause": "profit"}),
    (RaiseObjection, REASON),
    (UpholdObjection, {"due_on": FAR, **REASON}),
    (OverruleObjection, REASON),
    (CloseCase, {"cause": "profit"}),
    (PassLookBack, {}),
    (RelapseCase, {"why": "recurrence", **REASON}),
    (VoidCase, REASON),
    (TransferCase, {"campaign": "forest-inspection-2020", **REASON}),
    (TransferCase, {"campaign": "daily-2020", **REASON}),
    (ReferCase, {"kind": "police", "to": {"id": "u-police", "name": "公安局"}}),
    (AcknowledgeReferral, {"n": 1, "their_number": "1号"}),
    (ConcludeReferral, {"n": 1, "outcome": "已处罚"}),
    (HandUp, REASON),
)
ENDS = (VoidCase, DismissCase)
"""Asked less often: little happens after them."""
CITY_OFFICE = "p-360200000000-office"
LIKELY = {By.UNIT: UNIT, By.ACCEPTOR: CHIEF, By.APPROVER: CITY_OFFICE, By.REVIEWER: OFFICE}
Asked = st.tuples(st.integers(0, 10_000), st.sampled_from((None, None, None, OFFICE, UNIT, CHIEF)), st.integers(0, 3))
"""Which of the commands, by whom (None: by whom it is for), how many days later."""


def walk(asked):
    """Every fact that comes of asking one after the other, with the case before it; a refusal changes nothing."""
    case, at, told = registered(), NOW, []
    for n, by, days in asked:
        at += timedelta(days=days)
        # One in five is asked whatever the state.
        lawful = [one for one in ASKS if case.state in _move(one[0]).before and (one[0] not in ENDS or n % 11 == 0)]
        open_to = ASKS if n % 5 == 0 or not lawful else lawful
        command, said = open_to[n // 5 % len(open_to)]
        try:
            fact = ended(case, at) or decide(case, command, by or LIKELY.get(_move(command).by, OFFICE), at, **said)
        except Problem:
            continue
        told.append((case, fact))
        case = fact.case
    return told


def _move(command):
    return MOVES[command.parts()[1]]


def ended(case, at):
    ends = closing.notice_ends_on(case)
    if ends is None or ends >= day_of(at):
        return None
    return notice_ended(case, act_of(case, "cases", at))


@pytest.mark.slow
@given(st.lists(Asked, max_size=60))
def test_no_sequence_reaches_an_unlawful_state_or_an_open_case_without_an_owner_and_a_day(asked):
    for before, fact in walk(asked):
        case = fact.case
        lawful = {move.after or before.state for move in MOVES.values() if before.state in move.before}
        assert case.state in lawful
        assert (case.owner is not None) == (case.state in OPEN)
        if case.state in ("assigned", "rectifying"):
            assert (case.owner.unit, case.owner.due_on) == (case.unit, case.due_on)
        assert case.ref.number == before.ref.number


@pytest.mark.slow
@given(st.lists(Asked, max_size=60), st.randoms())
def test_the_entries_of_the_facts_in_any_order_say_whether_the_case_is_in_stock_and_where(asked, random):
    told = walk(asked)
    entries = [entry for _, fact in told for entry in fact.entries]
    random.shuffle(entries)
    stock = Counter()
    for entry in entries:
        stock[entry.scope] += (entry.line in INTO_STOCK) - (entry.line in OUT_OF_STOCK)
    case = told[-1][1].case if told else registered()
    inside = {scope.campaign: count for scope, count in stock.items() if count}
    assert inside == ({case.campaign: 1} if case.state in IN_STOCK else {})


@pytest.mark.slow
@given(st.lists(Asked, max_size=60), st.integers(1, 120))
def test_no_rung_is_issued_twice_and_none_to_anybody_but_who_must_act_now(asked, days):
    issued = []
    for _, fact in walk(asked):
        case = fact.case
        above = ROSTER.office_above(case.office, case.ref.division, day_of(fact.at))
        for letter in ladder.due(case, issued, day_of(fact.at) + timedelta(days=days), above):
            assert letter.id not in issued
            assert letter.office != letter.to
            if letter.about == "owner":
                assert letter.to == case.owner.unit
            elif letter.about == "look_back":
                assert (case.state, letter.to) == ("closed", case.office)
            else:
                assert letter.to in [
                    one.to for one in case.referrals if not one.acknowledged_on and one.cycle == case.cycle
                ]
            issued.append(letter.id)
    assert len(issued) == len(set(issued))


@pytest.mark.slow
def test_the_walks_go_everywhere():
    """Otherwise the properties above would say little."""
    random = Random(1)
    seen = Counter()
    for _ in range(200):
        asked = [(random.randrange(10_000), None, random.randrange(4)) for _ in range(60)]
        seen.update(fact.name for _, fact in walk(asked))
    expected = {f"cases.{word}.v1" for word in ("relapsed", "on_notice", "objection_overruled", "plan_approved")}
    assert expected <= set(seen)
    assert len(seen) >= 28
