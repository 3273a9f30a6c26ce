"""From accepted to closed and beyond: notice, objection, close, look-back, relapse; leaving the ledger otherwise."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.case import IN_STOCK, OPEN, AlsoAnswerable, Case, CaseKind, CaseState, Objection, RelapseReason, Repeats
from contracts.case_commands import (
    CloseCase,
    GiveNotice,
    LinkSite,
    MergeCase,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    RelapseCase,
    TransferCase,
    UpholdObjection,
    VoidCase,
)
from contracts.cases import (
    CaseClosed,
    CaseFact,
    CaseLeft,
    CaseMerged,
    CaseOnNotice,
    CaseReferred,
    CaseRelapsed,
    CaseTransferred,
    CaseVoided,
    DeadlineKept,
    LookBackPassed,
    ObjectionOverruled,
    ObjectionRaised,
    ObjectionUpheld,
    SiteLinked,
)
from contracts.division import Division
from contracts.ledger import LedgerLine
from contracts.values import CaseRef, UnitRef, day_of
from services.cases.campaign import RULES, Causes, campaign_of, problem_of_kind
from services.cases.case import answered_for, beside, entry, now_acting, scope_of, step, told
from services.cases.deadline import after, between
from services.cases.look_back import next_look_back
from services.cases.machine import Act, lawful, refuse, refuse_field, require_office, wrong
from services.cases.post import NoOffice, Posts
from services.cases.rectify import prove
from services.runtime.posts import nearest_chief

_REOPENED = {
    "closed_on": None,
    "look_back_on": None,
    "accepted_by": None,
    "notice_until": None,
    "objection": None,
    "submitted_on": None,
}


def notice(case: Case, act: Act, ask: GiveNotice, posts: Posts, causes: Causes) -> CaseFact:
    """The close is made public for the campaign's working days."""
    lawful(case, "notice", act)
    days = campaign_of(case.campaign).notice_working_days
    if not days:
        refuse(case, f"{case.campaign} requires no public notice: close")
    _known(causes, ask.cause)
    until = after(act.on, days).on
    return told(CaseOnNotice, step(case, "notice", act, posts, notice_until=until, cause=ask.cause), act)


def close(case: Case, act: Act, ask: CloseCase, posts: Posts, causes: Causes, repeats: Repeats) -> CaseFact:
    lawful(case, "close", act)
    if campaign_of(case.campaign).notice_working_days:
        refuse(case, f"{case.campaign} requires a public notice: notice")
    cause = ask.cause or case.cause
    _known(causes, cause)
    return _closed(case, "close", act, posts, cause=cause, repeats=repeats)


def end_notice(case: Case, act: Act, posts: Posts, repeats: Repeats) -> CaseFact:
    """Time closes it: the notice has run, and no objection is open."""
    return _closed(case, "end_notice", act, posts, repeats=repeats)


def _closed(case: Case, word: str, act: Act, posts: Posts, **changes: Any) -> CaseFact:
    look_back_on = next_look_back(act.on, act.on)
    closed = step(case, word, act, posts, **changes, closed_on=act.on, look_back_on=look_back_on, due_on=None)
    return told(CaseClosed, closed, act, entry(closed, LedgerLine.CLOSED, act.on, closed.route, closed.route))


def _known(causes: Causes, cause: str | None) -> None:
    if cause not in causes:
        refuse_field("cause", f"must be one of: {', '.join(causes)}")


def notice_ends_on(case: Case) -> date | None:
    """The last day of a notice that runs: none while an objection is open."""
    return case.notice_until if case.state is CaseState.ON_NOTICE and case.objection is None else None


def raise_objection(case: Case, act: Act, ask: RaiseObjection, posts: Posts) -> CaseFact:
    """An objection stops the clock of the notice."""
    lawful(case, "object", act)
    if case.objection is not None:
        refuse(case, "an objection is open already")
    left = between(act.on, case.notice_until) if case.notice_until else 0
    objection = Objection(by=act.actor.id, reason=ask.reason, days_left=left)
    return told(ObjectionRaised, step(case, "object", act, posts, objection=objection), act, reason=ask.reason)


def uphold(case: Case, act: Act, ask: UpholdObjection, posts: Posts) -> CaseFact:
    lawful(case, "uphold", act)
    _open_objection(case)
    if ask.due_on < act.on:
        refuse_field("due_on", f"must not be before {act.on}")
    upheld = step(case, "uphold", act, posts, **{**_REOPENED, "route": None, "proofs": (), "due_on": ask.due_on})
    return told(ObjectionUpheld, upheld, act, reason=ask.reason)


def overrule(case: Case, act: Act, ask: OverruleObjection, posts: Posts) -> CaseFact:
    """The objection is refused and answered; the remaining days run on."""
    lawful(case, "overrule", act)
    until = after(act.on, _open_objection(case).days_left).on
    overruled = step(case, "overrule", act, posts, objection=None, notice_until=until)
    return told(ObjectionOverruled, overruled, act, reason=ask.reason)


def _open_objection(case: Case) -> Objection:
    if case.objection is None:
        refuse(case, "no objection is open")
    return case.objection


def pass_look_back(case: Case, act: Act, ask: PassLookBack, posts: Posts) -> CaseFact:
    look_back_on = next_look_back(case.closed_on or act.on, act.on)
    return told(LookBackPassed, step(case, "pass_look_back", act, posts, look_back_on=look_back_on), act)


def relapse(case: Case, act: Act, ask: RelapseCase, posts: Posts) -> CaseFact:
    """The same case, one cycle further; who answers besides follows from why (DOMAIN §5, attribution)."""
    lawful(case, "relapse", act)
    also = (*case.also_answerable, *_also(case, act, ask.why, posts))
    changes = {**_REOPENED, "cycle": case.cycle + 1, "also_answerable": also, "route": None, "proofs": ()}
    relapsed = step(case, "relapse", act, posts, **changes)
    undone = entry(relapsed, LedgerLine.RELAPSED, act.on, ask.why, case.route)
    return told(CaseRelapsed, relapsed, act, undone, why=ask.why, reason=ask.reason)


def _also(closed: Case, act: Act, why: RelapseReason, posts: Posts) -> list[AlsoAnswerable]:
    """A recurrence adds the present chief; a false rectification the acceptor and the unit of that time."""
    if why is RelapseReason.RECURRENCE:
        chief = nearest_chief(now_acting(closed, posts, act))
        return [AlsoAnswerable(why=why, post=chief)] if chief is not None else []
    if why is RelapseReason.FALSE_RECTIFICATION:
        acceptor = [AlsoAnswerable(why=why, account=closed.accepted_by)] if closed.accepted_by else []
        return acceptor + ([AlsoAnswerable(why=why, unit=closed.unit)] if closed.unit else [])
    return []


def void(case: Case, act: Act, ask: VoidCase, posts: Posts) -> CaseFact:
    """Entered by mistake: from stock it is a line of the ledger; a closed one changes totals, not stock."""
    voided = step(case, "void", act, posts, look_back_on=None, closed_on=None)
    entries = []
    if case.state in IN_STOCK:
        entries = [entry(case, LedgerLine.VOIDED, act.on)]
    elif case.state is CaseState.CLOSED:
        entries = [entry(case, LedgerLine.UNCLOSED, act.on, route=case.route)]
    return told(CaseVoided, voided, act, *entries, reason=ask.reason)


def merge(case: Case, into: Case, act: Act, ask: MergeCase, posts: Posts) -> tuple[CaseFact, list[CaseFact]]:
    """A duplicate goes; the survivor keeps the earlier deadline, and what the duplicate was linked and referred to."""
    lawful(case, "merge", act)
    require_office(act.actor, into.ref.division)
    errors = []
    if into.ref.id == case.ref.id:
        errors.append(("into", "must be another case"))
    if into.state not in OPEN:
        errors.append(("into", f"must be open; {into.ref.number} is {into.state}"))
    if into.campaign != case.campaign:
        errors.append(("into", f"must be of {case.campaign}: one site in two campaigns is linked, not merged"))
    wrong(f"{case.ref.number} cannot go into {into.ref.number}", errors)
    merged = step(case, "merge", act, posts, merged_into=into.ref)
    entries = [entry(case, LedgerLine.MERGED, act.on)] if case.state in IN_STOCK else []
    survivor: list[CaseFact] = []
    if case.due_on is not None and (into.due_on is None or case.due_on < into.due_on):
        into = beside(into, act, posts, due_on=case.due_on)
        survivor.append(told(DeadlineKept, into, act))
    for other in case.same_site:
        if other.id not in _ids(into.ref, *into.same_site):
            into = beside(into, act, posts, same_site=(*into.same_site, other))
            survivor.append(told(SiteLinked, into, act, other=other))
    flags = tuple(dict.fromkeys((*into.flags, *case.flags)))
    for referral in case.referrals:
        if referral.cycle == case.cycle:
            taken = referral.model_copy(update={"n": len(into.referrals) + 1, "cycle": into.cycle})
            into = beside(into, act, posts, referrals=(*into.referrals, taken), flags=flags)
            survivor.append(told(CaseReferred, into, act, referral=taken))
    return told(CaseMerged, merged, act, *entries, reason=ask.reason), survivor


def transfer(case: Case, act: Act, ask: TransferCase, posts: Posts) -> list[CaseFact]:
    """Where it counts changes: out of one scope, into another; a sheet that covers both counts neither.

    Who answers for another place answers for the case, from its beginning. A place that it leaves is told so, with the
    entry that takes it out of the ledger there.
    """
    lawful(case, "transfer", act)
    division, kind = ask.division or case.ref.division, ask.kind or case.kind
    # An office moves a case about in the book that it runs, not into another's.
    require_office(act.actor, division)
    campaign = campaign_of(ask.campaign or case.campaign)
    if rule := problem_of_kind(campaign, kind):
        refuse_field("kind", rule)
    if (kind is CaseKind.DIRECTIVE) != (case.kind is CaseKind.DIRECTIVE):
        refuse_field("kind", "a directive item stays one, and nothing else becomes one")
    changes: dict[str, Any] = {"campaign": campaign.id, "kind": kind}
    if case.route is not None:
        # What has been proved must do where the case goes, or it would be closed there without proof.
        prove(case.model_copy(update=changes), case.route, case.proofs)
    if division != case.ref.division:
        if rule := posts.problem_of_place(division):
            refuse_field("division", rule)
        changes |= {
            "ref": case.ref.model_copy(update={"division": division}),
            "area_id": division,
            "place": ask.place or case.place,
            "office": _office(posts, division, day_of(act.at)),
        }
        changes["answerable"] = answered_for(case.model_copy(update=changes), posts)
    elif ask.place is not None:
        refuse_field("place", "goes with another division: what a place is called changes no count")
    moved = step(case, "transfer", act, posts, **changes)
    here, there = scope_of(case), scope_of(moved)
    if here == there:
        refuse_field("campaign", "campaign, division or kind must differ: a transfer changes where the case counts")
    out, into = [], []
    if case.state in IN_STOCK:
        out = [entry(case, LedgerLine.MOVED_OUT, act.on).model_copy(update={"other": there})]
        into = [entry(moved, LedgerLine.MOVED_IN, act.on).model_copy(update={"other": here})]
    if division == case.ref.division:
        return [told(CaseTransferred, moved, act, *out, *into, reason=ask.reason)]
    left = told(CaseLeft, moved, act, *out, left=case.ref.division, reason=ask.reason)
    return [told(CaseTransferred, moved, act, *into, reason=ask.reason), left]


def _office(posts: Posts, division: Division, today: date) -> UnitRef:
    try:
        return posts.office(division, RULES.office_level, today)
    except NoOffice as error:
        refuse_field("division", str(error))


def _ids(*refs: CaseRef) -> set[str]:
    """What a case is known by wherever it is moved."""
    return {ref.id for ref in refs}


def link_site(case: Case, other: Case, act: Act, ask: LinkSite, posts: Posts) -> list[CaseFact]:
    """One site in two campaigns is two linked cases, each told of the other."""
    lawful(case, "link_site", act)
    require_office(act.actor, other.ref.division)
    errors = []
    if other.campaign == case.campaign:
        errors.append(("other", "must be of another campaign: within one, merge"))
    if other.ref.id in _ids(*case.same_site):
        errors.append(("other", f"{other.ref.number} is linked already"))
    wrong("the same site in two campaigns is two linked cases", errors)
    linked = step(case, "link_site", act, posts, same_site=(*case.same_site, other.ref))
    back = beside(other, act, posts, same_site=(*other.same_site, case.ref))
    return [told(SiteLinked, linked, act, other=other.ref), told(SiteLinked, back, act, other=case.ref)]
