"""What was found by somebody who posts no report: what it must say, and the case that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from contracts.cases import (
    Case,
    CaseKind,
    Finding,
    Interval,
    LawSide,
    Measured,
    OldCase,
    OpenDirective,
    Origin,
    RegisterCase,
)
from contracts.language.division import Division
from contracts.language.rules import Rule, broken
from contracts.language.values import SHANGHAI, CaseRef, day_of
from contracts.patrol import Severity
from services.cases.case.case import S, answered, owns
from services.cases.law.campaign import campaign_of, daily, problem_of_kind, problem_of_scope
from services.cases.post.post import NoOffice, Roster


@dataclass(frozen=True, slots=True)
class Found:
    """What is entered without a report: by a person, from a review, a directive or an old ledger."""

    origin: Origin
    id: UUID
    number: str
    campaign: str
    kind: CaseKind
    severity: Severity
    division: Division
    place: str
    text: str
    found_on: date
    occurred: Interval | None = None
    measured: Measured | None = None
    law: LawSide | None = None


STATED = ("kind", "severity", "division", "place", "text", "occurred", "measured", "law")


def found(
    by: RegisterCase | Finding | OpenDirective | OldCase, id: UUID, number: str, today: date, **more: Any
) -> Found:
    """What a command states of a case, with the defaults of its kind of origin."""
    match by:
        case RegisterCase():
            about = {"origin": Origin.COMMAND, "campaign": by.campaign or daily(today), "found_on": by.found_on}
        case OpenDirective():
            issued = by.directive.issued_on
            about = {"origin": Origin.DIRECTIVE, "campaign": daily(issued), "found_on": issued}
            about["kind"] = CaseKind.DIRECTIVE
        case Finding():
            about = {"origin": Origin.REVIEW, "found_on": today}
        case OldCase():
            about = {"origin": Origin.IMPORT, "found_on": by.found_on}
    stated = {name: getattr(by, name, None) for name in STATED}
    return Found(id=id, number=number, **{**stated, **about, **more})


def enter(found: Found, posts: Roster, at: datetime, **more: Any) -> Case:
    """A registered case that no report opened; who answered is unknown unless it is known when it occurred (A6)."""
    today = day_of(at)
    on = min(found.found_on, today)
    areas = posts.areas(found.division, on)
    occurred = found.occurred or _covered(found)
    office = posts.office(found.division, campaign_of(found.campaign).office_level, today)
    return Case(
        ref=CaseRef(id=str(found.id), number=found.number, division=found.division),
        origin=found.origin,
        campaign=found.campaign,
        kind=found.kind,
        severity=found.severity,
        state=S.REGISTERED,
        area_id=areas[0],
        place=found.place,
        text=found.text,
        seen_at=datetime.combine(found.found_on, time(), SHANGHAI),
        occurred=occurred,
        answerable=answered(posts, areas, occurred),
        acting=posts.answerable(areas, today),
        office=office,
        owner=owns(office, "verify", today, today),
        since=at,
        moved_on=on,
        measured=found.measured,
        law=found.law,
        **more,
    )


def _covered(found: Found) -> Interval | None:
    """What an inspection finds occurred in the year that it looks at: known without anybody's saying so."""
    covers = campaign_of(found.campaign).covers
    return covers if covers is not None and covers.to_on <= found.found_on else None


def problems_of(found: Found, posts: Roster, today: date) -> list[tuple[str, Rule]]:
    """Each field of what is to be entered that breaks a rule. Raises Problem for an unknown campaign."""
    wrong: list[tuple[str, Rule]] = []
    campaign = campaign_of(found.campaign)
    if rule := posts.problem_of_place(found.division, min(found.found_on, today)):
        wrong.append(("division", rule))
    if rule := problem_of_scope(campaign, found.division):
        wrong.append(("division", rule))
    try:
        posts.office(found.division, campaign.office_level, today)
    except NoOffice as error:
        wrong.append(("division", error.rule))
    if rule := problem_of_kind(campaign, found.kind):
        wrong.append(("kind", rule))
    if found.kind is CaseKind.DIRECTIVE and found.origin in (Origin.COMMAND, Origin.REVIEW):
        wrong.append(("kind", broken("directive_by_name")))
    if found.found_on > today:
        wrong.append(("found_on", broken("not_after_today", today=today)))
    if found.occurred and not found.occurred.from_on <= found.occurred.to_on <= found.found_on:
        wrong.append(("occurred", broken("occurred_by_finding")))
    return wrong
