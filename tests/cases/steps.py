"""Leads a case along the main road of the machine, one decision after another."""

from dataclasses import replace
from datetime import UTC, date, datetime

from contracts.cases import (
    AcceptCase,
    ApprovePlan,
    AssignCase,
    CloseCase,
    DismissCase,
    GiveNotice,
    MergeCase,
    RelapseCase,
    Repeats,
    StartCase,
    SubmitCase,
    SubmitPlan,
    VerifyCase,
    VoidCase,
)
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case.act import acting
from services.cases.law.campaign import read
from services.cases.machine import MOVES, make, run
from services.cases.post.post import Roster
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, POSTS, STATION, UNIT, incident

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
TODAY = date(2020, 6, 15)
DUE_ON = date(2020, 7, 1)
ROSTER = Roster(POSTS)
CAUSES = {cause: tuple(words) for cause, words in read("causes.json").items()}
PROOFS = [
    {"item": item, "evidence": [EVIDENCE]}
    for item in ("case_handled", "land_recovered", "accountability", "no_violation_finding", "land_recovery_settled")
]
MEASURES = [{"text": "退还林地", "due_on": "2020-06-20"}]


def actor(person, at=NOW):
    return ROSTER.actor(person, day_of(at))


def act_of(case, by, at=NOW, on=None):
    return acting(actor(by, at), at, on, case)


def decide(case, command, by, at=NOW, **said):
    """The fact that a command brings about; raises Problem as the rules do."""
    asked = command(case_id=case.ref.id, **said)
    act = act_of(case, by, at, asked.on)
    known = {CloseCase: (CAUSES, Repeats()), GiveNotice: (CAUSES,), MergeCase: (registered(2),)}
    told = make(case, act, asked, ROSTER, *known.get(command, ()))
    return told[0] if isinstance(told, list | tuple) else told


def stepped(case, word, act, posts=ROSTER):
    """The case after a move of which nothing is said."""
    move = replace(MOVES[word], hindered=None, decide=lambda case, act: rules.step(case, act, posts))
    return run(move, case, act)


def notice_ended(case, act):
    """The fact that time brings about once a notice has run."""
    return run(MOVES["end_notice"], case, act, ROSTER, Repeats())


def registered(n=1, campaign=None, **changes):
    case = rules.open_case(incident(n, **changes), f"2020-360222-{n:06d}", 1, ROSTER, NOW)
    return case.model_copy(update={"campaign": campaign}) if campaign else case


STEPS_TO = {
    "verified": [(VerifyCase, OFFICE, {})],
    "assigned": [(AssignCase, OFFICE, {"unit": STATION, "due_on": DUE_ON})],
    "rectifying": [(StartCase, UNIT, {})],
    "submitted": [(SubmitCase, UNIT, {"measures": "已补植", "evidence": [EVIDENCE], "proofs": PROOFS})],
    "accepted": [(AcceptCase, CHIEF, {})],
    "on_notice": [(GiveNotice, OFFICE, {"cause": "no_permit"})],
    "closed": [(CloseCase, OFFICE, {"cause": "no_permit"})],
    "relapsed": [(RelapseCase, OFFICE, {"why": "recurrence", "reason": "又被占用"})],
}
PLANNED = [(SubmitPlan, UNIT, {"measures": MEASURES}), (ApprovePlan, OFFICE, {})]
ASIDE = {"dismissed": (DismissCase, {"reason": "无此事"}), "voided": (VoidCase, {"reason": "录入有误"})}


def case_in(state, campaign=None, **changes):
    """A case as it stands after the moves that lead to `state`, in an everyday campaign or in `campaign`."""
    case = registered(1, campaign)
    if state in ASIDE:
        command, said = ASIDE[state]
        return decide(case, command, OFFICE, **said).case
    if state == "merged":
        return decide(case, MergeCase, OFFICE, into=registered(2).ref.id, reason="重复").case
    for reached, steps in STEPS_TO.items():
        if case.state == state:
            break
        if reached == "on_notice" and campaign is None:
            continue
        for command, by, said in PLANNED if reached == "rectifying" and campaign else steps:
            case = decide(case, command, by, **said).case
        if reached == "on_notice" and state != "on_notice":
            case = notice_ended(case, act_of(case, "cases")).case
    return case.model_copy(update=changes)
