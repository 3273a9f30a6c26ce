"""From accepted to closed and beyond: notice, objection, close, look-back, relapse; leaving the ledger otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.cases import (
    IN_STOCK,
    AlsoAnswerable,
    Case,
    CaseClosed,
    CaseFact,
    CaseOnNotice,
    CaseRelapsed,
    CaseState,
    CaseVoided,
    CloseCase,
    GiveNotice,
    LedgerLine,
    LookBackPassed,
    Objection,
    ObjectionOverruled,
    ObjectionRaised,
    ObjectionUpheld,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    RelapseCase,
    RelapseReason,
    Repeats,
    UpholdObjection,
    VoidCase,
)
from contracts.language.rules import broken
from services.cases.case import demands
from services.cases.case.act import Act, require_proved
from services.cases.case.case import entry, now_acting, step, told
from services.cases.law.campaign import Causes, campaign_of
from services.cases.law.deadline import after, between, chosen
from services.cases.law.look_back import next_look_back
from services.cases.post.post import Roster
from services.runtime.problem import refuse_field, wrong
from services.runtime.reference.posts import nearest_chief

_REOPENED = {
    "closed_on": None,
    "look_back_on": None,
    "accepted_by": None,
    "accepted_by_name": None,
    "accepted_on": None,
    "notice_until": None,
    "objection": None,
    "submitted_on": None,
    "not_referred": None,
}


def notice(case: Case, act: Act, ask: GiveNotice, posts: Roster, causes: Causes) -> CaseFact:
    """The close is made public for the campaign's working days."""
    _known(causes, ask.cause)
    until = after(act.on, campaign_of(case.campaign).notice_working_days).on
    case = _closable(case, act, ask)
    return told(CaseOnNotice, step(case, act, posts, notice_until=until, cause=ask.cause), act)


def close(case: Case, act: Act, ask: CloseCase, posts: Roster, causes: Causes, repeats: Repeats) -> CaseFact:
    cause = ask.cause or case.cause
    _known(causes, cause)
    return _closed(_closable(case, act, ask), act, posts, cause=cause, repeats=repeats)


def end_notice(case: Case, act: Act, posts: Roster, repeats: Repeats) -> CaseFact:
    """Time closes it: the notice has run, and no objection is open."""
    return _closed(case, act, posts, repeats=repeats)


def _closable(case: Case, act: Act, ask: GiveNotice | CloseCase) -> Case:
    """The case with what the office says of referrals. Raises Problem unless all is there that its close demands."""
    known = case.model_copy(update={"not_referred": ask.not_referred})
    require_proved(known)
    if rule := demands.problem_of_referral(known):
        wrong(broken("closes_with_referral", number=case.ref.number), [("not_referred", rule)])
    return known


def _closed(case: Case, act: Act, posts: Roster, **changes: Any) -> CaseFact:
    look_back_on = next_look_back(act.on, act.on)
    closed = step(case, act, posts, **changes, closed_on=act.on, look_back_on=look_back_on, due_on=None)
    return told(CaseClosed, closed, act, entry(closed, LedgerLine.CLOSED, act.on, closed.route, closed.route))


def _known(causes: Causes, cause: str | None) -> None:
    if cause not in causes:
        refuse_field("cause", broken("one_of", known=", ".join(causes)))


def notice_ends_on(case: Case) -> date | None:
    """The last day of a notice that runs: none while an objection is open, or something is missing for the close."""
    runs = case.state is CaseState.ON_NOTICE and case.objection is None and demands.is_closable(case)
    return case.notice_until if runs else None


def raise_objection(case: Case, act: Act, ask: RaiseObjection, posts: Roster) -> CaseFact:
    """An objection stops the clock of the notice."""
    left = between(act.on, case.notice_until) if case.notice_until else 0
    objection = Objection(by=act.actor.id, reason=ask.reason, days_left=left)
    return told(ObjectionRaised, step(case, act, posts, objection=objection), act, reason=ask.reason)


def uphold(case: Case, act: Act, ask: UpholdObjection, posts: Roster) -> CaseFact:
    if ask.due_on < act.on:
        refuse_field("due_on", broken("not_before", day=act.on))
    due_on, calendar = chosen(ask.due_on)
    changes = {**_REOPENED, "route": None, "proofs": (), "due_on": due_on, "due_calendar": calendar}
    upheld = step(case, act, posts, **changes)
    return told(ObjectionUpheld, upheld, act, reason=ask.reason)


def overrule(case: Case, act: Act, ask: OverruleObjection, posts: Roster) -> CaseFact:
    """The objection is refused and answered; the remaining days run on."""
    assert case.objection is not None
    until = after(act.on, case.objection.days_left).on
    overruled = step(case, act, posts, objection=None, notice_until=until)
    return told(ObjectionOverruled, overruled, act, reason=ask.reason)


def pass_look_back(case: Case, act: Act, ask: PassLookBack, posts: Roster) -> CaseFact:
    look_back_on = next_look_back(case.closed_on or act.on, act.on)
    return told(LookBackPassed, step(case, act, posts, look_back_on=look_back_on), act)


def relapse(case: Case, act: Act, ask: RelapseCase, posts: Roster) -> CaseFact:
    """The same case, one cycle further; who answers besides follows from why (DOMAIN §5, attribution)."""
    also = (*case.also_answerable, *_also(case, act, ask.why, posts))
    changes = {**_REOPENED, "cycle": case.cycle + 1, "also_answerable": also, "route": None, "proofs": ()}
    relapsed = step(case, act, posts, **changes)
    undone = entry(relapsed, LedgerLine.RELAPSED, act.on, ask.why, case.route)
    return told(CaseRelapsed, relapsed, act, undone, why=ask.why, reason=ask.reason)


def _also(closed: Case, act: Act, why: RelapseReason, posts: Roster) -> list[AlsoAnswerable]:
    """A recurrence adds the present chief; a false rectification the acceptor and the unit of that time."""
    if why is RelapseReason.RECURRENCE:
        chief = nearest_chief(now_acting(closed, posts, act))
        return [AlsoAnswerable(why=why, post=chief)] if chief is not None else []
    if why is RelapseReason.FALSE_RECTIFICATION:
        acceptor = [AlsoAnswerable(why=why, account=closed.accepted_by)] if closed.accepted_by else []
        unit = closed.rectified_unit or closed.unit
        return acceptor + ([AlsoAnswerable(why=why, unit=unit)] if unit else [])
    return []


def void(case: Case, act: Act, ask: VoidCase, posts: Roster) -> CaseFact:
    """Entered by mistake: from stock it is a line of the ledger; a closed one changes totals, not stock."""
    voided = step(case, act, posts, look_back_on=None, closed_on=None)
    entries = []
    if case.state in IN_STOCK:
        entries = [entry(case, LedgerLine.VOIDED, act.on)]
    elif case.state is CaseState.CLOSED:
        entries = [entry(case, LedgerLine.UNCLOSED, act.on, route=case.route)]
    return told(CaseVoided, voided, act, *entries, reason=ask.reason)
