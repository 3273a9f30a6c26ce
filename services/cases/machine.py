"""The machine of a case: every move, between which states, by whom, and how it is made (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from contracts import cases as c
from contracts.cases import IN_STOCK, OPEN, Case, CaseCommand, CaseState
from contracts.language.rules import broken
from contracts.language.values import UnitRef
from services.cases.case import closing, demands, particulars, rectify, referral
from services.cases.case.act import OURSELVES, Act, Move, Unlawful, refuse
from services.cases.case.hindrance import (
    all_acknowledged,
    extended_enough,
    needs_no_plan,
    needs_plan,
    no_extension_asked,
    no_notice_required,
    no_objection,
    no_office_above,
    no_plan_waits,
    none_to_conclude,
    notice_required,
    objection_open,
    too_late,
)
from services.cases.law.campaign import campaign_of
from services.cases.law.rules import LAW
from services.cases.post.by import By, forbid
from services.cases.post.post import Actor, Roster
from services.cases.scope import scope

S = CaseState
_SUCCEEDED = (S.SUBMITTED, S.ACCEPTED, S.ON_NOTICE, S.CLOSED, S.RELAPSED)
# A table is read by its lines.
# fmt: off
MOVES = {
    move.word: move
    for move in (
        Move(c.VerifyCase, (S.REGISTERED,), S.VERIFIED, By.OFFICE, rectify.verify, "enters the ledger as new"),
        Move(c.DismissCase, (S.REGISTERED,), S.DISMISSED, By.OFFICE, rectify.dismiss,
             "not found, not a problem, no violation; reason"),
        Move(c.ReopenCase, (S.DISMISSED,), S.REGISTERED, By.ANYONE, rectify.reopen, "new evidence"),
        Move(c.AssignCase, (S.VERIFIED, S.RELAPSED), S.ASSIGNED, By.OFFICE, rectify.assign, "unit and day"),
        Move(c.ReturnCase, (S.ASSIGNED,), S.VERIFIED, By.UNIT, rectify.give_back,
             f"within {LAW.shipped.newest.return_within_hours} elapsed hours; reason", too_late),
        Move(c.ReassignCase, (S.ASSIGNED, S.RECTIFYING), S.ASSIGNED, By.OFFICE, rectify.reassign,
             "any time: another unit and day; reason"),
        Move("take_back", (S.ASSIGNED, S.RECTIFYING, S.RELAPSED), S.VERIFIED, By.DISSOLUTION, rectify.take_back,
             "no successor is named"),
        Move("succeed", _SUCCEEDED, None, By.DISSOLUTION, rectify.succeed, "a successor is named"),
        Move(c.SubmitPlan, (S.ASSIGNED, S.RECTIFYING), None, By.UNIT, rectify.submit_plan,
             "measures and days, none after the case's day", needs_no_plan),
        Move(c.RefusePlan, (S.ASSIGNED, S.RECTIFYING), None, By.APPROVER, rectify.refuse_plan,
             "a plan waits; reason", no_plan_waits),
        Move(c.ApprovePlan, (S.ASSIGNED, S.RECTIFYING), S.RECTIFYING, By.APPROVER, rectify.approve_plan,
             "a plan waits", no_plan_waits),
        Move(c.StartCase, (S.ASSIGNED,), S.RECTIFYING, By.UNIT, rectify.start,
             "kinds and campaigns that need no plan", needs_plan),
        Move(c.ShowNoViolation, (S.ASSIGNED,), S.SUBMITTED, By.UNIT, rectify.show_no_violation,
             "the evidence of that route is complete"),
        Move(c.AskExtension, (S.ASSIGNED, S.RECTIFYING), None, By.UNIT, rectify.ask_extension,
             f"at most {LAW.shipped.newest.extensions}; reason", extended_enough),
        Move(c.GrantExtension, (S.ASSIGNED, S.RECTIFYING), None, By.OFFICE, rectify.grant_extension,
             "one was asked for", no_extension_asked),
        Move(c.RefuseExtension, (S.ASSIGNED, S.RECTIFYING), None, By.OFFICE, rectify.refuse_extension,
             "one was asked for; reason", no_extension_asked),
        Move(c.SubmitCase, (S.RECTIFYING,), S.SUBMITTED, By.UNIT, rectify.submit, "the route's evidence is complete"),
        Move(c.SendBackCase, (S.SUBMITTED,), S.RECTIFYING, By.ACCEPTOR, rectify.send_back, "reason"),
        Move(c.AcceptCase, (S.SUBMITTED,), S.ACCEPTED, By.ACCEPTOR, rectify.accept,
             "signs (谁验收、谁负责)", proved=True),
        Move(c.GiveNotice, (S.ACCEPTED,), S.ON_NOTICE, By.OFFICE, closing.notice,
             "names the cause", no_notice_required, proved=True, needs=("causes",)),
        Move(c.RaiseObjection, (S.ON_NOTICE,), None, By.ANYONE, closing.raise_objection,
             "stops the clock of the notice", objection_open),
        Move(c.UpholdObjection, (S.ON_NOTICE,), S.RECTIFYING, By.OFFICE, closing.uphold,
             "an objection is open; a new day", no_objection),
        Move(c.OverruleObjection, (S.ON_NOTICE,), None, By.OFFICE, closing.overrule,
             "an objection is open; the remaining days run on", no_objection),
        Move(c.CloseCase, (S.ACCEPTED,), S.CLOSED, By.OFFICE, closing.close,
             "no public notice is required; names the cause", notice_required, proved=True,
             needs=("causes", "repeats")),
        Move("end_notice", (S.ON_NOTICE,), S.CLOSED, By.CLOCK, closing.end_notice,
             "the notice has run, no objection is open"),
        Move(c.PassLookBack, (S.CLOSED,), None, By.REVIEWER, closing.pass_look_back,
             "looked at again, still put right"),
        Move(c.RelapseCase, (S.CLOSED,), S.RELAPSED, By.REVIEWER, closing.relapse,
             "recurrence, false rectification, closed in error"),
        Move(c.VoidCase, (S.REGISTERED, *IN_STOCK, S.CLOSED), S.VOIDED, By.OFFICE, closing.void,
             "entered by mistake; reason"),
        Move(c.MergeCase, OPEN, S.MERGED, By.OFFICE, scope.merge,
             "a duplicate; the survivor keeps the earlier deadline", with_another=True),
        Move(c.TransferCase, OPEN, None, By.OFFICE, scope.transfer, "to another campaign, place or kind; reason"),
        Move(c.RecordParticulars, (S.REGISTERED, *IN_STOCK, S.CLOSED), None, By.OFFICE, particulars.record,
             "what it is measured by, the law's side"),
        Move(c.LinkSite, OPEN, None, By.OFFICE, scope.link_site,
             "the same site in another campaign", with_another=True),
        Move(c.ReferCase, OPEN, None, By.OFFICE, referral.refer,
             "to police, prosecutor or a department; closes nothing by itself"),
        Move(c.AcknowledgeReferral, (*OPEN, S.CLOSED), None, By.OFFICE, referral.acknowledge,
             "the receiver's own number", all_acknowledged, names_it=True),
        Move(c.ConcludeReferral, (*OPEN, S.CLOSED), None, By.OFFICE, referral.conclude,
             "the receiver's outcome", none_to_conclude, names_it=True),
        Move(c.HandUp, OPEN, None, By.OFFICE, referral.hand_up, "an office stands above", no_office_above),
    )
}
# fmt: on
"""The machine: what is not here cannot happen."""
OF: dict[type[CaseCommand], Move] = {move.ask: move for move in MOVES.values() if not isinstance(move.ask, str)}
"""Each move that people ask for, by its command."""
_HANDED_OVER = replace(MOVES["reassign"], decide=rectify.hand_over)


def make(case: Case, act: Act, ask: CaseCommand, posts: Roster, *known: Any) -> Any:
    """Make the move that a command asks for, `known` being what it needs; returns what its decision tells.

    Raises Problem 409 for an unlawful one, 403 for somebody who may not make it, and whatever its decision refuses.
    """
    return run(OF[type(ask)], case, act, ask, posts, *known)


def run(move: Move, case: Case, act: Act, *said: Any) -> Any:
    """Make a move; `said` is what its decision is given besides. Raises as `make` does."""
    act = replace(act, move=move)
    with moves_told(case, act):
        if case.state not in move.before:
            refuse(case, broken("lawful_from", move=move.word, state=", ".join(move.before)))
        if not may(case, move, act.actor):
            forbid(broken("made_by", move=move.word, by=move.by), broken("actor_must_be", by=move.by))
        if move.hindered is not None and not move.names_it and (rule := move.hindered(case, act.actor, act.at)):
            refuse(case, rule)
        return move.decide(case, act, *said)


def pass_to(case: Case, act: Act, successor: UnitRef | None, posts: Roster) -> tuple[str, Case]:
    """The case of a dissolved unit: to its successor with the day it had, else back to the office (DOMAIN §5)."""
    if successor is None:
        move = MOVES["take_back"]
    else:
        move = MOVES["succeed"] if case.state in MOVES["succeed"].before else _HANDED_OVER
    passed: Case = run(move, case, act, successor, posts)
    return move.word, passed


@contextmanager
def moves_told(case: Case, act: Act) -> Iterator[None]:
    """Whoever is refused a move is told those that can be made instead."""
    try:
        yield
    except Unlawful as unlawful:
        unlawful.moves_allowed = allowed(case, act)
        raise


def allowed(case: Case, act: Act) -> tuple[str, ...]:
    """The moves that the actor may ask for now and that nothing in the case as it stands forbids."""
    return tuple(move.word for move in OF.values() if _is_open(move, case, act))


def _is_open(move: Move, case: Case, act: Act) -> bool:
    if case.state not in move.before or not may(case, move, act.actor):
        return False
    if move.proved and (demands.problem_of_plan(case) or demands.problems_of_proof(case)):
        return False
    return move.hindered is None or move.hindered(case, act.actor, act.at) is None


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
