"""From verified to accepted: hand it out, plan it, put it right, prove it, sign (DOMAIN §5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.cases import (
    AcceptCase,
    ApprovePlan,
    AskExtension,
    AssignCase,
    Case,
    CaseAccepted,
    CaseAssigned,
    CaseDismissed,
    CaseFact,
    CaseReassigned,
    CaseReopened,
    CaseReturned,
    CaseSentBack,
    CaseStarted,
    CaseSubmitted,
    CaseVerified,
    DismissCase,
    Extension,
    ExtensionAsked,
    ExtensionGranted,
    ExtensionRefused,
    GrantExtension,
    LedgerLine,
    NoViolationShown,
    Plan,
    PlanApproved,
    PlanRefused,
    PlanState,
    PlanSubmitted,
    Proof,
    ReassignCase,
    RefuseExtension,
    RefusePlan,
    ReopenCase,
    ReturnCase,
    Route,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    VerifyCase,
)
from contracts.language.rules import broken
from contracts.language.values import UnitRef, day_of
from services.cases.case import demands
from services.cases.case.act import Act, require_proved
from services.cases.case.case import entry, step, told
from services.cases.law.campaign import campaign_of
from services.cases.law.deadline import after, between, chosen, counted_by, shifted
from services.cases.law.rules import LAW
from services.cases.post.post import NoOffice, Roster
from services.runtime.problem import refuse_field, wrong

_EMPTY = {
    "plan": None,
    "route": None,
    "proofs": (),
    "extension": None,
    "rectified_by": None,
    "rectified_by_name": None,
    "rectified_unit": None,
    "measures": None,
    "accepted_by": None,
    "accepted_by_name": None,
    "accepted_on": None,
}
"""What a unit that takes a case over has not yet done."""


def verify(case: Case, act: Act, ask: VerifyCase, posts: Roster) -> CaseFact:
    verified = step(case, act, posts)
    return told(CaseVerified, verified, act, entry(verified, LedgerLine.NEW, act.on))


def dismiss(case: Case, act: Act, ask: DismissCase, posts: Roster) -> CaseFact:
    return told(CaseDismissed, step(case, act, posts), act, reason=ask.reason)


def reopen(case: Case, act: Act, ask: ReopenCase, posts: Roster) -> CaseFact:
    return told(CaseReopened, step(case, act, posts), act, reason=ask.reason, evidence=ask.evidence)


def assign(case: Case, act: Act, ask: AssignCase, posts: Roster) -> CaseFact:
    """Hand a case to the unit that must put it right, by a day."""
    unit, (due_on, calendar) = _unit(posts, ask.unit, ask.due_on, act), _day(case, ask.due_on, act)
    if case.due_on is not None and act.on <= case.due_on and chosen(case.due_on)[0] < due_on:
        refuse_field("due_on", broken("day_of_duplicate", day=case.due_on))
    changes: dict[str, Any] = {**_EMPTY, "unit": unit, "due_on": due_on, "due_calendar": calendar}
    changes |= {"assigned_at": act.at, "extensions": 0}
    return told(CaseAssigned, step(case, act, posts, **changes), act)


def give_back(case: Case, act: Act, ask: ReturnCase, posts: Roster) -> CaseFact:
    """The unit returns it as not its own (责任退回)."""
    returned = step(case, act, posts, **_EMPTY, unit=None, due_on=None, assigned_at=None)
    return told(CaseReturned, returned, act, reason=ask.reason)


def reassign(case: Case, act: Act, ask: ReassignCase, posts: Roster) -> CaseFact:
    unit, (due_on, calendar) = _unit(posts, ask.unit, ask.due_on, act), _day(case, ask.due_on, act)
    changes: dict[str, Any] = {**_EMPTY, "unit": unit, "due_on": due_on, "due_calendar": calendar}
    if case.unit is None or unit.id != case.unit.id:
        # The same unit has had its extension, and its hours to return the case.
        changes |= {"assigned_at": act.at, "extensions": 0}
    return told(CaseReassigned, step(case, act, posts, **changes), act, reason=ask.reason)


def take_back(case: Case, act: Act, successor: None, posts: Roster) -> Case:
    """The office has the case of a dissolved unit that nobody succeeds."""
    return step(case, act, posts, **_EMPTY, unit=None, due_on=None, assigned_at=None)


def succeed(case: Case, act: Act, successor: UnitRef, posts: Roster) -> Case:
    """A successor answers for what the dissolved unit has put right already."""
    return step(case, act, posts, unit=successor)


def hand_over(case: Case, act: Act, successor: UnitRef, posts: Roster) -> Case:
    """A successor begins anew, with the day that the dissolved unit had."""
    return step(case, act, posts, **_EMPTY, unit=successor, assigned_at=act.at)


def _day(case: Case, asked: date | None, act: Act) -> tuple[date, str | None]:
    """The day that was chosen, or the one that the kind and severity of the case have; and by which calendar."""
    if asked is not None:
        return chosen(asked)
    counted = after(act.on, LAW.seen.on(act.on).days_to_rectify(case.kind, case.severity))
    return counted.on, counted.calendar


def _unit(posts: Roster, asked: UnitRef, due_on: date | None, act: Act) -> UnitRef:
    """The unit as the roster names it. Raises Problem for an unknown one, or a day that has passed."""
    unit = posts.unit(asked.id, day_of(act.at))
    errors = [] if unit is not None else [("unit.id", broken("unit_of_roster"))]
    if due_on is not None and due_on < act.on:
        errors.append(("due_on", broken("before_assignment", day=act.on)))
    wrong(broken("to_known_unit"), errors)
    assert unit is not None
    return unit


def submit_plan(case: Case, act: Act, ask: SubmitPlan, posts: Roster) -> CaseFact:
    # Once the case's own day has passed, it bounds nothing: the unit says by when it will still do it.
    latest = case.due_on if case.due_on is not None and case.due_on >= act.on else date.max
    errors = [
        (f"measures.{n}.due_on", broken("measure_day", first=act.on, last=case.due_on))
        for n, measure in enumerate(ask.measures)
        if not act.on <= measure.due_on <= latest
    ]
    wrong(broken("measures_in_time"), errors)
    plan = Plan(measures=ask.measures, state=PlanState.SUBMITTED, by=act.actor.id)
    planned = step(case, act, posts, plan=plan)
    return told(PlanSubmitted, planned, act, approver=_approver(planned, posts, act))


def _approver(case: Case, posts: Roster, act: Act) -> UnitRef | None:
    level = campaign_of(case.campaign).plan_approver
    try:
        return None if level is None else posts.office(case.ref.division, level, day_of(act.at))
    except NoOffice:
        return None


def refuse_plan(case: Case, act: Act, ask: RefusePlan, posts: Roster) -> CaseFact:
    return told(PlanRefused, _decide_plan(case, act, PlanState.REFUSED, posts), act, reason=ask.reason)


def approve_plan(case: Case, act: Act, ask: ApprovePlan, posts: Roster) -> CaseFact:
    return told(PlanApproved, _decide_plan(case, act, PlanState.APPROVED, posts), act)


def _decide_plan(case: Case, act: Act, state: PlanState, posts: Roster) -> Case:
    assert case.plan is not None
    tier = act.actor.office_level(case.ref.division)
    plan = case.plan.model_copy(update={"state": state, "decided_by": act.actor.id, "tier": tier})
    return step(case, act, posts, plan=plan)


def start(case: Case, act: Act, ask: StartCase, posts: Roster) -> CaseFact:
    return told(CaseStarted, step(case, act, posts), act)


def ask_extension(case: Case, act: Act, ask: AskExtension, posts: Roster) -> CaseFact:
    if case.due_on is not None and ask.due_on <= case.due_on:
        refuse_field("due_on", broken("after_day", day=case.due_on))
    if ask.due_on < act.on:
        refuse_field("due_on", broken("not_before", day=act.on))
    extension = Extension(due_on=chosen(ask.due_on)[0], reason=ask.reason)
    return told(ExtensionAsked, step(case, act, posts, extension=extension), act)


def grant_extension(case: Case, act: Act, ask: GrantExtension, posts: Roster) -> CaseFact:
    assert case.extension is not None
    due_on, calendar = chosen(case.extension.due_on)
    changes = {"due_on": due_on, "due_calendar": calendar, "extension": None, "extensions": case.extensions + 1}
    return told(ExtensionGranted, step(case, act, posts, **changes), act)


def refuse_extension(case: Case, act: Act, ask: RefuseExtension, posts: Roster) -> CaseFact:
    return told(ExtensionRefused, step(case, act, posts, extension=None), act, reason=ask.reason)


def show_no_violation(case: Case, act: Act, ask: ShowNoViolation, posts: Roster) -> CaseFact:
    applied = _applied(case, act, Route.NO_VIOLATION, ask.proofs)
    shown = step(case, act, posts, **applied, **_by(case, act))
    return told(NoViolationShown, shown, act, measures=ask.measures)


def submit(case: Case, act: Act, ask: SubmitCase, posts: Roster) -> CaseFact:
    applied = _applied(case, act, ask.route, ask.proofs)
    submitted = step(case, act, posts, **applied, **{**_by(case, act), "measures": ask.measures})
    return told(CaseSubmitted, submitted, act, measures=ask.measures, evidence=ask.evidence)


def _applied(case: Case, act: Act, route: Route, proofs: tuple[Proof, ...]) -> dict[str, Any]:
    """The route and its evidence. Raises Problem naming everything that is missing."""
    applied: dict[str, Any] = {"route": route, "proofs": proofs}
    wrong(broken("evidence_incomplete"), demands.unknown_items(proofs))
    require_proved(case.model_copy(update=applied))
    return applied


def _by(case: Case, act: Act) -> dict[str, Any]:
    return {
        "rectified_by": act.actor.id,
        "rectified_by_name": act.actor.name,
        "rectified_unit": case.unit,
        "measures": None,
        "submitted_on": act.on,
        "extension": None,
    }


def send_back(case: Case, act: Act, ask: SendBackCase, posts: Roster) -> CaseFact:
    """The unit goes on; the working days that the case waited for its acceptor do not count against it."""
    waited = between(case.submitted_on or act.on, act.on)
    changes: dict[str, Any] = {"route": None, "proofs": ()}
    if case.due_on is not None and waited:
        due_on = shifted(case.due_on, waited)
        changes |= {"due_on": due_on, "due_calendar": counted_by(case.due_on, due_on)}
    return told(CaseSentBack, step(case, act, posts, **changes), act, reason=ask.reason)


def accept(case: Case, act: Act, ask: AcceptCase, posts: Roster) -> CaseFact:
    """The acceptor signs (谁验收、谁负责) what is proved for the campaign and the kind that the case is in by now."""
    require_proved(case)
    signed = {"accepted_by": act.actor.id, "accepted_by_name": act.actor.name, "accepted_on": act.on}
    return told(CaseAccepted, step(case, act, posts, **signed), act)
