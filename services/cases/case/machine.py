"""The machine of a case: every move, from which states to which, by whom, by which rule (DOMAIN §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from contracts.cases import IN_STOCK, OPEN, Case, CaseState
from contracts.language.message import Command
from contracts.language.rules import Rule, broken
from contracts.language.values import day_of
from services.cases.case import demands
from services.cases.case.hindrance import can_be_made, hindrance
from services.cases.law.campaign import RULES, campaign_of
from services.cases.post.by import By, forbid
from services.cases.post.post import Actor
from services.runtime.messages import Ask
from services.runtime.problem import Problem, refuse_field, wrong

OURSELVES = "cases"
"""Who moves a case when a report or time does."""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the machine; `after` is None where the state stays as it is."""

    word: str
    before: tuple[CaseState, ...]
    after: CaseState | None
    by: By
    rule: str = ""


S = CaseState
_SUCCEEDED = (S.SUBMITTED, S.ACCEPTED, S.ON_NOTICE, S.CLOSED, S.RELAPSED)
MOVES = {
    move.word: move
    for move in (
        Move("verify", (S.REGISTERED,), S.VERIFIED, By.OFFICE, "enters the ledger as new"),
        Move("dismiss", (S.REGISTERED,), S.DISMISSED, By.OFFICE, "not found, not a problem, no violation; reason"),
        Move("reopen", (S.DISMISSED,), S.REGISTERED, By.ANYONE, "new evidence"),
        Move("assign", (S.VERIFIED, S.RELAPSED), S.ASSIGNED, By.OFFICE, "unit and day"),
        Move("return", (S.ASSIGNED,), S.VERIFIED, By.UNIT, f"within {RULES.return_within_hours} elapsed hours; reason"),
        Move("reassign", (S.ASSIGNED, S.RECTIFYING), S.ASSIGNED, By.OFFICE, "any time: another unit and day; reason"),
        Move("take_back", (S.ASSIGNED, S.RECTIFYING, S.RELAPSED), S.VERIFIED, By.DISSOLUTION, "no successor is named"),
        Move("succeed", _SUCCEEDED, None, By.DISSOLUTION, "a successor is named"),
        Move("submit_plan", (S.ASSIGNED, S.RECTIFYING), None, By.UNIT, "measures and days, none after the case's day"),
        Move("refuse_plan", (S.ASSIGNED, S.RECTIFYING), None, By.APPROVER, "a plan waits; reason"),
        Move("approve_plan", (S.ASSIGNED, S.RECTIFYING), S.RECTIFYING, By.APPROVER, "a plan waits"),
        Move("start", (S.ASSIGNED,), S.RECTIFYING, By.UNIT, "kinds and campaigns that need no plan"),
        Move("show_no_violation", (S.ASSIGNED,), S.SUBMITTED, By.UNIT, "the evidence of that route is complete"),
        Move("ask_extension", (S.ASSIGNED, S.RECTIFYING), None, By.UNIT, f"at most {RULES.extensions}; reason"),
        Move("grant_extension", (S.ASSIGNED, S.RECTIFYING), None, By.OFFICE, "one was asked for"),
        Move("refuse_extension", (S.ASSIGNED, S.RECTIFYING), None, By.OFFICE, "one was asked for; reason"),
        Move("submit", (S.RECTIFYING,), S.SUBMITTED, By.UNIT, "the route's evidence is complete"),
        Move("send_back", (S.SUBMITTED,), S.RECTIFYING, By.ACCEPTOR, "reason"),
        Move("accept", (S.SUBMITTED,), S.ACCEPTED, By.ACCEPTOR, "signs (谁验收、谁负责)"),
        Move("notice", (S.ACCEPTED,), S.ON_NOTICE, By.OFFICE, "names the cause"),
        Move("object", (S.ON_NOTICE,), None, By.ANYONE, "stops the clock of the notice"),
        Move("uphold", (S.ON_NOTICE,), S.RECTIFYING, By.OFFICE, "an objection is open; a new day"),
        Move("overrule", (S.ON_NOTICE,), None, By.OFFICE, "an objection is open; the remaining days run on"),
        Move("close", (S.ACCEPTED,), S.CLOSED, By.OFFICE, "no public notice is required; names the cause"),
        Move("end_notice", (S.ON_NOTICE,), S.CLOSED, By.CLOCK, "the notice has run, no objection is open"),
        Move("pass_look_back", (S.CLOSED,), None, By.REVIEWER, "looked at again, still put right"),
        Move("relapse", (S.CLOSED,), S.RELAPSED, By.REVIEWER, "recurrence, false rectification, closed in error"),
        Move("void", (S.REGISTERED, *IN_STOCK, S.CLOSED), S.VOIDED, By.OFFICE, "entered by mistake; reason"),
        Move("merge", OPEN, S.MERGED, By.OFFICE, "a duplicate; the survivor keeps the earlier deadline"),
        Move("transfer", OPEN, None, By.OFFICE, "to another campaign, place or kind; reason"),
        Move("record", (S.REGISTERED, *IN_STOCK, S.CLOSED), None, By.OFFICE, "what it is measured by, the law's side"),
        Move("link_site", OPEN, None, By.OFFICE, "the same site in another campaign"),
        Move("refer", OPEN, None, By.OFFICE, "to police, prosecutor or a department; closes nothing by itself"),
        Move("acknowledge", (*OPEN, S.CLOSED), None, By.OFFICE, "the receiver's own number"),
        Move("conclude", (*OPEN, S.CLOSED), None, By.OFFICE, "the receiver's outcome"),
        Move("hand_up", OPEN, None, By.OFFICE, "an office stands above"),
    )
}
"""The machine: what is not here cannot happen."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who makes a move, when it is recorded, and the business date on which it was made."""

    actor: Actor
    at: datetime
    on: date


def ourselves(at: datetime) -> Act:
    """What a report or time does, on the day on which it does."""
    return Act(Actor(OURSELVES, ()), at, day_of(at))


def acting(actor: Actor, now: datetime, on: date | None, *cases: Case) -> Act:
    """The act on cases, not before their last moves: who waited for a lock may have begun before them.

    Raises Problem 422 for a business date before the last move or after today.
    """
    at = max(now, *(case.since for case in cases))
    today = day_of(at)
    earliest = max(case.moved_on or day_of(case.since) for case in cases)
    if on is not None and not earliest <= on <= today:
        refuse_field("on", broken("day_of_move", first=earliest, today=today))
    return Act(actor, at, on or max(today, earliest))


def lawful(case: Case, word: str, act: Act) -> Move:
    """The move, if it may be made. Raises Problem 409 for an unlawful one, 403 for somebody who may not make it."""
    made = MOVES[word]
    if case.state not in made.before:
        refuse(case, act, broken("lawful_from", move=word, state=", ".join(made.before)))
    if not may(case, made, act.actor):
        forbid(broken("made_by", move=word, by=made.by), broken("actor_must_be", by=made.by))
    return made


def require_unhindered(case: Case, word: str, act: Act) -> None:
    """Raises Problem 409 where nobody can make the move of the case as it stands."""
    if rule := hindrance(case, word, act.actor, act.at):
        refuse(case, act, rule)


def require_proved(case: Case, act: Act) -> None:
    """Raises Problem unless the plan is approved and the evidence complete, by the case's own campaign and kind."""
    if rule := demands.problem_of_plan(case):
        refuse(case, act, rule)
    wrong(broken("evidence_incomplete"), demands.problems_of_proof(case))


def require_reach(ask: Ask[Command], actor: Actor, case: Case) -> None:
    """Raises Problem 403 for a case outside the subject's division, unless the actor's unit has it.

    A unit may be given a case of the neighbouring county; what it may do with it is for the machine to say.
    """
    if not actor.of_unit(case.unit):
        ask.require_within(case.ref.division)


def refuse(case: Case, act: Act, rule: Rule, field: str = "case_id") -> NoReturn:
    """Raises Problem 409 with the state, the moves that the actor can make instead, and the rule."""
    raise Problem(
        409,
        "unlawful-move",
        broken("case_stands", number=case.ref.number, state=case.state, rule=rule),
        errors=[{"field": field, "rule": rule}],
        state=case.state,
        moves_allowed=allowed(case, act),
    )


def allowed(case: Case, act: Act) -> tuple[str, ...]:
    """The moves that the actor may ask for now and that nothing in the case as it stands forbids."""
    unasked = (By.CLOCK, By.DISSOLUTION)
    return tuple(
        word
        for word, made in MOVES.items()
        if made.by not in unasked
        and case.state in made.before
        and may(case, made, act.actor)
        and can_be_made(case, word, act.actor, act.at)
    )


def may(case: Case, made: Move, actor: Actor) -> bool:
    """Whether the actor is one of those by whom the move of this case is made."""
    place, campaign = case.ref.division, campaign_of(case.campaign)
    in_office = actor.runs_the_book(place, campaign.office_level)
    # A successor takes a case over that another unit had put right.
    units = (case.unit, case.rectified_unit)
    looks = actor.id != case.rectified_by and all(actor.may_judge(unit, place, campaign.office_level) for unit in units)
    match made.by:
        case By.UNIT:
            return actor.of_unit(case.unit)
        case By.OFFICE | By.DISSOLUTION:
            return in_office
        case By.ACCEPTOR:
            return looks
        case By.APPROVER:
            return actor.runs_the_book(place, campaign.plan_approver or campaign.office_level)
        case By.REVIEWER:
            return looks and actor.id != case.accepted_by
        case By.ANYONE:
            return True
        case By.CLOCK:
            return actor.id == OURSELVES
