"""What holds where the rules were amended from 1 July 2020; `test_amended_law` runs it in a tree where they were."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import AskExtension, AssignCase, ReturnCase, SubmitCase, VerifyCase
from services.cases.case import case as rules
from services.cases.case import demands
from services.cases.ladder import ladder
from services.cases.law.look_back import next_look_back
from services.runtime.problem import Problem
from tests.cases.county import EVIDENCE, OFFICE, STATION, UNIT, incident
from tests.cases.steps import PROOFS, ROSTER, case_in, decide, registered

BEFORE = datetime(2020, 6, 30, 15, 59, 59, 999_999, tzinfo=UTC)
"""The last instant of 30 June in China."""
AFTER = datetime(2020, 6, 30, 16, 0, tzinfo=UTC)
"""The first instant of 1 July in China."""
SUBMITTED = {"measures": "已补植", "evidence": [EVIDENCE]}


@pytest.mark.parametrize(("at", "due_on"), [(BEFORE, date(2020, 7, 3)), (AFTER, date(2020, 7, 8))])
def test_the_office_has_the_days_of_the_version_of_the_day_on_which_it_must_begin(at, due_on):
    opened = rules.open_case(incident(), "2020-360222-000001", 1, ROSTER, at)
    assert opened.owner.due_on == due_on


@pytest.mark.parametrize(("at", "due_on"), [(BEFORE, date(2020, 7, 28)), (AFTER, date(2020, 7, 8))])
def test_a_case_that_began_before_is_put_right_within_the_days_of_the_version_of_its_assignment(at, due_on):
    verified = decide(registered(), VerifyCase, OFFICE).case
    assert decide(verified, AssignCase, OFFICE, at, unit=STATION).case.due_on == due_on


def is_lawful(*asked, **said):
    """Whether a move is made."""
    try:
        return bool(decide(*asked, **said))
    except Problem:
        return False


@pytest.mark.parametrize(("at", "hours"), [(BEFORE, 24), (AFTER, 48)])
def test_a_unit_returns_a_case_within_the_hours_of_the_version_of_its_assignment(at, hours):
    assigned = decide(case_in("verified"), AssignCase, OFFICE, at, unit=STATION).case
    last = at + timedelta(hours=hours)
    moments = (last, last + timedelta(microseconds=1))
    returned = [is_lawful(assigned, ReturnCase, UNIT, moment, reason="非本单位") for moment in moments]
    assert returned == [True, False]


@pytest.mark.parametrize(("at", "lawful"), [(BEFORE, False), (AFTER, True)])
def test_a_second_extension_is_asked_for_once_the_version_that_grants_two_is_in_force(at, lawful):
    case = case_in("rectifying", extensions=1)
    assert is_lawful(case, AskExtension, UNIT, at, due_on=date(2020, 9, 1), reason="雨季") is lawful


@pytest.mark.parametrize(("seen_at", "missing"), [(BEFORE, 0), (AFTER, 3)])
def test_what_must_be_proved_is_said_by_the_version_of_the_day_on_which_the_case_was_seen(seen_at, missing):
    case = case_in("rectifying", seen_at=seen_at)
    later = datetime(2020, 7, 10, 2, 0, tzinfo=UTC)
    assert is_lawful(case, SubmitCase, UNIT, later, **SUBMITTED) is not bool(missing)
    assert is_lawful(case, SubmitCase, UNIT, later, **SUBMITTED, proofs=PROOFS)
    submitted = decide(case, SubmitCase, UNIT, later, **SUBMITTED, proofs=PROOFS).case
    assert len(demands.problems_of_proof(submitted.model_copy(update={"proofs": ()}))) == missing


@pytest.mark.parametrize(("seen_at", "calls"), [(BEFORE, False), (AFTER, True)])
def test_what_must_be_referred_is_said_by_the_version_of_the_day_on_which_the_case_was_seen(seen_at, calls):
    assert (demands.problem_of_referral(case_in("accepted", seen_at=seen_at)) is not None) is calls


@pytest.mark.parametrize(
    ("seen_at", "needed"),
    [(BEFORE, False), (AFTER, True)],
)
def test_whether_a_plan_is_needed_is_said_by_the_version_of_the_day_on_which_the_case_was_seen(seen_at, needed):
    case = registered(1, "green-shield-2018").model_copy(update={"kind": "waste", "seen_at": seen_at})
    assert (demands.problem_of_plan(case) is not None) is needed


@pytest.mark.parametrize(
    ("closed_on", "days"),
    [
        (date(2020, 6, 30), [date(2020, 9, 1), None]),
        (date(2020, 7, 1), [date(2020, 7, 31), date(2020, 9, 1), None]),
    ],
)
def test_a_case_is_looked_at_again_after_the_days_of_the_version_of_its_close(closed_on, days):
    looked_on, found = closed_on, []
    while looked_on is not None:
        looked_on = next_look_back(closed_on, looked_on)
        found.append(looked_on)
    assert found == days


@pytest.mark.parametrize(
    ("since_on", "rungs"),
    [
        (
            date(2020, 6, 30),
            [
                ("reminder", date(2020, 8, 3)),
                ("letter", date(2020, 8, 10)),
                ("supervision_letter", date(2020, 8, 17)),
                ("circular", date(2020, 8, 31)),
            ],
        ),
        (date(2020, 7, 1), [("reminder", date(2020, 8, 7)), ("letter", date(2020, 8, 10))]),
    ],
)
def test_whoever_is_pressed_climbs_the_ladder_of_the_day_on_which_it_became_theirs(since_on, rungs):
    case = case_in("assigned")
    owner = case.owner.model_copy(update={"due_on": date(2020, 8, 10), "since_on": since_on})
    case = case.model_copy(update={"owner": owner})
    (press,) = ladder.pressed(case)
    assert [(rung.name, day) for day, rung in ladder.ahead(case, press, ())] == rungs


@pytest.mark.parametrize(
    ("issued_on", "reply_due_on"), [(date(2020, 6, 30), date(2020, 7, 7)), (date(2020, 7, 1), date(2020, 7, 3))]
)
def test_a_letter_is_answered_within_the_days_of_the_version_of_its_own_day(issued_on, reply_due_on):
    case = case_in("assigned")
    owner = case.owner.model_copy(update={"due_on": date(2020, 6, 24), "since_on": date(2020, 6, 1)})
    (letter,) = ladder.due(case.model_copy(update={"owner": owner}), (), issued_on)
    assert letter.reply_due_on == reply_due_on
