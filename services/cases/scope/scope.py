"""Where a case counts: merged into another, moved to another campaign, place or kind, of one site with another; and
what it says when its report is revised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.cases import (
    IN_STOCK,
    OPEN,
    Case,
    CaseFact,
    CaseKind,
    CaseLeft,
    CaseMerged,
    CaseReferred,
    CaseRevised,
    CaseSurvived,
    CaseTransferred,
    DeadlineKept,
    Entry,
    LedgerLine,
    Letter,
    LinkSite,
    MergeCase,
    Referral,
    SiteLinked,
    TransferCase,
)
from contracts.language.division import Division, Level
from contracts.language.rules import Rule, broken
from contracts.language.values import CaseRef, UnitRef, day_of
from contracts.patrol import Incident, Severity
from services.cases.case import demands
from services.cases.case.act import Act
from services.cases.case.case import answered_for, beside, entry, now_acting, owner_of, placed, scope_of, step, told
from services.cases.case.measured import filled, measured_by
from services.cases.law.campaign import campaign_of, problem_of_kind, problem_of_scope
from services.cases.post.by import require_office
from services.cases.post.post import NoOffice, Roster
from services.runtime.problem import refuse_field, wrong

_GRAVENESS = (Severity.OTHER, Severity.MINOR, Severity.SERIOUS, Severity.GRAVE)


def merge(
    case: Case, act: Act, ask: MergeCase, posts: Roster, into: Case, letters: Sequence[Letter] = ()
) -> tuple[CaseFact, list[CaseFact]]:
    """A duplicate goes; the survivor keeps the earlier deadline, and whatever the duplicate weighed or called for.

    `letters` are those that pressed for the duplicate: no rung is issued a second time for a referral carried over.
    """
    require_office(act.actor, into.ref.division)
    wrong(broken("cannot_merge", number=case.ref.number, into=into.ref.number), _problems_of_merge(case, into, ask))
    merged = step(case, act, posts, merged_into=into.ref)
    entries = [entry(case, LedgerLine.MERGED, act.on)] if case.state in IN_STOCK else []
    taken = {
        "weight": into.weight + case.weight,
        "severity": max(into.severity, case.severity, key=_GRAVENESS.index),
        "flags": tuple(dict.fromkeys((*into.flags, *case.flags))),
        "measured": filled(into.measured, case.measured),
        "law": filled(into.law, case.law),
    }
    into = beside(into, act, posts, **taken)
    survivor: list[CaseFact] = [told(CaseSurvived, into, act, other=case.ref)]
    kept = _with_earlier_deadline(case, into, act, posts)
    if kept != into:
        into = kept
        survivor.append(told(DeadlineKept, into, act))
    for other in case.same_site:
        if other.id not in _ids(into.ref, *into.same_site):
            into = beside(into, act, posts, same_site=(*into.same_site, other))
            survivor.append(told(SiteLinked, into, act, other=other))
    for referral in case.referrals:
        if referral.cycle == case.cycle:
            carried = _carried(referral, into, letters)
            into = beside(into, act, posts, referrals=(*into.referrals, carried))
            survivor.append(told(CaseReferred, into, act, referral=carried))
    return told(CaseMerged, merged, act, *entries, reason=ask.reason), survivor


def _problems_of_merge(case: Case, into: Case, ask: MergeCase) -> list[tuple[str, Rule]]:
    errors: list[tuple[str, Rule]] = []
    if into.ref.id == case.ref.id:
        errors.append(("into", broken("another_case")))
    if into.state not in OPEN:
        errors.append(("into", broken("into_open", number=into.ref.number, state=into.state)))
    if into.campaign != case.campaign:
        errors.append(("into", broken("into_campaign", campaign=case.campaign)))
    if (into.kind == CaseKind.DIRECTIVE) != (case.kind == CaseKind.DIRECTIVE):
        errors.append(("into", broken("directive_duplicate")))
    here, there = case.ref.division, into.ref.division
    if not ask.confirmed and (into.kind != case.kind or not (here.contains(there) or there.contains(here))):
        rule = broken("confirm_merge", kind=case.kind, here=here, other_kind=into.kind, there=there)
        errors.append(("confirmed", rule))
    return errors


def _with_earlier_deadline(case: Case, into: Case, act: Act, posts: Roster) -> Case:
    """The unit's day, and the office's where it must do the same of both."""
    if case.due_on is not None and (into.due_on is None or case.due_on < into.due_on):
        into = beside(into, act, posts, due_on=case.due_on, due_calendar=case.due_calendar)
    mine, its = into.owner, case.owner
    assert mine is not None
    assert its is not None
    alike = (mine.unit, into.state) == (its.unit, case.state)
    return into.model_copy(update={"owner": its}) if alike and its.due_on < mine.due_on else into


def _carried(referral: Referral, into: Case, letters: Sequence[Letter]) -> Referral:
    """The referral under the survivor's own number, with the last rung that was issued for it."""
    issued = [one.rung for one in letters if one.about == f"referral-{referral.n}"]
    last = issued[-1] if issued else referral.last_rung
    return referral.model_copy(update={"n": len(into.referrals) + 1, "cycle": into.cycle, "last_rung": last})


def transfer(case: Case, act: Act, ask: TransferCase, posts: Roster) -> list[CaseFact]:
    """Where it counts changes: out of one scope, into another; a sheet that covers both counts neither.

    Who answers for another place answers for the case, from its beginning. A place that it leaves is told so, with the
    entry that takes it out of the ledger there.
    """
    division, kind = ask.division or case.ref.division, ask.kind or case.kind
    # An office moves a case about in the book that it runs, not into another's.
    require_office(act.actor, division)
    campaign = campaign_of(ask.campaign or case.campaign)
    if rule := problem_of_kind(campaign, kind):
        refuse_field("kind", rule)
    if rule := problem_of_scope(campaign, division):
        refuse_field("division" if ask.division else "campaign", rule)
    if not act.actor.runs_the_book(division, campaign.office_level):
        refuse_field("campaign", broken("campaign_run_from", campaign=campaign.id, level=campaign.office_level))
    if (kind is CaseKind.DIRECTIVE) != (case.kind is CaseKind.DIRECTIVE):
        refuse_field("kind", broken("directive_stays"))
    changes: dict[str, Any] = {"campaign": campaign.id, "kind": kind}
    if case.route is not None:
        # What was planned and proved must do where the case goes, or it would be closed there without.
        counted = case.model_copy(update=changes)
        plan = demands.problem_of_plan(counted)
        unplanned = [] if plan is None else [("campaign", plan)]
        wrong(broken("evidence_incomplete"), unplanned + demands.problems_of_proof(counted))
    if division != case.ref.division or campaign.office_level != campaign_of(case.campaign).office_level:
        changes["office"] = _office(posts, division, campaign.office_level, day_of(act.at))
    if division != case.ref.division:
        if rule := posts.problem_of_place(division, day_of(act.at)):
            refuse_field("division", rule)
        changes |= {
            "ref": case.ref.model_copy(update={"division": division}),
            "area_id": posts.areas(division, day_of(act.at))[0],
            "place": ask.place or case.place,
        }
        changes["answerable"] = answered_for(case.model_copy(update=changes), posts)
    elif ask.place is not None:
        refuse_field("place", broken("place_with_division"))
    moved = step(case, act, posts, **changes)
    here, there = scope_of(case), scope_of(moved)
    if here == there:
        refuse_field("campaign", broken("transfer_changes"))
    out, into = _crossing(case, moved, act)
    if division == case.ref.division:
        return [told(CaseTransferred, moved, act, *out, *into, reason=ask.reason)]
    left = told(CaseLeft, moved, act, *out, left=case.ref.division, reason=ask.reason)
    return [told(CaseTransferred, moved, act, *into, reason=ask.reason), left]


def _crossing(case: Case, moved: Case, act: Act) -> tuple[list[Entry], list[Entry]]:
    """What takes a case in stock out of one scope, and what brings it into another."""
    here, there = scope_of(case), scope_of(moved)
    if case.state not in IN_STOCK or here == there:
        return [], []
    out = entry(case, LedgerLine.MOVED_OUT, act.on).model_copy(update={"other": there})
    into = entry(moved, LedgerLine.MOVED_IN, act.on).model_copy(update={"other": here})
    return [out], [into]


def follow(case: Case, incident: Incident, act: Act, posts: Roster, decided: Collection[str] = ()) -> list[CaseFact]:
    """A case says what the report that opened it says by now; nothing where it says so already, or is not open.

    `decided` are the moves by which an office has said otherwise: what was transferred stays where it is and of its
    kind, the survivor of a merge is no less grave. Words alone are no move: they neither make a case younger nor hinder
    an earlier business date.
    """
    if case.state not in OPEN or incident.revision <= case.revision:
        return []
    severity = incident.severity
    if "survive" in decided:
        severity = max(severity, case.severity, key=_GRAVENESS.index)
    said: dict[str, Any] = {"severity": severity, "text": incident.text, "seen_at": incident.seen_at}
    if "record" not in decided:
        measured = measured_by(incident)
        said["measured"] = filled(measured, case.measured) if "survive" in decided else measured
    if "transfer" not in decided:
        said |= {"kind": CaseKind(incident.kind), **placed(incident)}
        if incident.division != case.ref.division:
            said["ref"] = case.ref.model_copy(update={"division": incident.division})
            said["office"] = posts.office(incident.division, campaign_of(case.campaign).office_level, day_of(act.at))
    changed = [name for name, value in said.items() if getattr(case, name) != value]
    moved = case.model_copy(update={**said, "revision": incident.revision})
    if not {"ref", "area_id", "seen_at"}.isdisjoint(changed):
        areas = [area.id for area in incident.areas] if "transfer" not in decided else None
        moved = moved.model_copy(update=_answering(moved, areas, posts, act))
    if scope_of(moved) == scope_of(case):
        # On the day of the last move, which it leaves as it is.
        act = replace(act, on=case.moved_on or day_of(case.since))
    else:
        moved = moved.model_copy(update={"since": act.at, "moved_on": act.on})
    moved = moved.model_copy(update={"owner": owner_of(case, moved, act, posts)})
    out, into = _crossing(case, moved, act)
    if moved.ref.division == case.ref.division:
        return [told(CaseRevised, moved, act, *out, *into)]
    reason = f"revision {incident.revision} of the report"
    left = told(CaseLeft, moved, act, *out, left=case.ref.division, reason=reason)
    return [told(CaseRevised, moved, act, *into), left]


def _answering(case: Case, areas: Sequence[str] | None, posts: Roster, act: Act) -> dict[str, Any]:
    """Who answered when it was seen, and who does now, for these areas or, where none are given, those of the case."""
    if areas is None:
        return {"answerable": answered_for(case, posts), "acting": now_acting(case, posts, act)}
    return {
        "answerable": posts.answerable(areas, day_of(case.seen_at)),
        "acting": posts.answerable(areas, day_of(act.at)),
    }


def _office(posts: Roster, division: Division, level: Level, today: date) -> UnitRef:
    try:
        return posts.office(division, level, today)
    except NoOffice as error:
        refuse_field("division", error.rule)


def _ids(*refs: CaseRef) -> set[str]:
    """What a case is known by wherever it is moved."""
    return {ref.id for ref in refs}


def link_site(case: Case, act: Act, ask: LinkSite, posts: Roster, other: Case) -> list[CaseFact]:
    """One site in two campaigns is two linked cases, each told of the other."""
    require_office(act.actor, other.ref.division)
    errors = []
    if other.campaign == case.campaign:
        errors.append(("other", broken("another_campaign")))
    if other.ref.id in _ids(*case.same_site):
        errors.append(("other", broken("linked_already", number=other.ref.number)))
    wrong(broken("site_in_two"), errors)
    linked = step(case, act, posts, same_site=(*case.same_site, other.ref))
    back = beside(other, act, posts, same_site=(*other.same_site, case.ref))
    return [told(SiteLinked, linked, act, other=other.ref), told(SiteLinked, back, act, other=case.ref)]
