"""How grave an incident is by the rule in force on the day of the act, and by when what must be done (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.language.values import day_of
from contracts.law.severity import SeverityRules
from contracts.law.versions import Law
from contracts.patrol import FirstStep, Incident, IncidentKind, Judged
from services.patrol.kept.point import begin_of
from services.runtime.reference.law import LawFile

SEVERITY = LawFile("patrol.severity", Path(__file__).with_name("severity.json"), SeverityRules)
"""An incident is judged by the rules of the day of the act: the one that is stated, else the day it was seen."""


def acted_on(details: Mapping[str, Any], seen_at: datetime) -> date:
    stated = details.get("acted_on")
    return day_of(seen_at) if stated is None else date.fromisoformat(stated)


def judged(law: Law[SeverityRules], kind: IncidentKind, details: Mapping[str, Any], day: date) -> Judged | None:
    """What the rules of a day make of it; None where they say nothing of what is stated."""
    rules = law.on(day)
    of_kind = rules.kinds.get(kind)
    grade = of_kind.grade(details) if of_kind is not None else None
    if of_kind is None or grade is None:
        return None
    replant, fine = grade.replant_times or (None, None), grade.fine_times or (None, None)
    # Parts that the contract or the law has read.
    return Judged.model_construct(
        grade=grade.grade,
        chinese=grade.words[0],
        english=grade.words[1],
        severity=grade.severity,
        version=rules.version,
        source=of_kind.source,
        acted_on=day,
        replant_from=replant[0],
        replant_to=replant[1],
        fine_from=fine[0],
        fine_to=fine[1],
    )


def first_step(law: Law[SeverityRules], kind: IncidentKind, reported_at: datetime) -> FirstStep | None:
    """What is first due of a kind, by the rules of the day on which it is reported."""
    of_kind = law.on(day_of(reported_at)).kinds.get(kind)
    if of_kind is None or of_kind.first is None:
        return None
    chinese, english = of_kind.first.told
    due_at = reported_at + timedelta(hours=of_kind.first.within_h)
    return FirstStep.model_construct(due_at=due_at, to_chinese=chinese, to_english=english)


def first_due(incident: Incident, since: datetime) -> tuple[datetime, datetime | None] | None:
    """Until when the first step is to be taken, and when the day begins in China on which that is, unless it has."""
    if incident.first_step is None:
        return None
    due_at = incident.first_step.due_at
    due_on = day_of(due_at)
    return due_at, begin_of(due_on) if day_of(since) < due_on else None
