"""The words in which people are told: templates of `templates.json`, whose blanks are filled with plain text."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from contracts.cases import (
    CaseClosed,
    CaseFact,
    CaseOverdue,
    CaseReferred,
    CaseRelapsed,
    LetterFact,
    PlanSubmitted,
    ReferralAcknowledged,
    ReferralConcluded,
)
from contracts.language.terms import Language, term
from contracts.language.values import SHANGHAI, AreaKind
from contracts.patrol import (
    AlarmRaised,
    AppealDecided,
    ClearanceVerified,
    DutyDueSoon,
    DutyFact,
    DutyMissed,
    DutyVacant,
    FirstStepDue,
    FirstStepFact,
    FirstStepMissed,
    Incident,
    PatrolFact,
    PatrolJudged,
    PlotFact,
    PlotNotCleared,
    PlotOnNaturalForest,
)
from contracts.roster import DirectiveFulfilled, FindingStated
from services.notify.audience.audience import Told
from services.notify.audience.rule import TELLING

_ALL: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("templates.json").read_text(encoding="utf-8"))
LONGEST_TITLE, LONGEST_BODY = 200, 4000


@cache
def _template(language: str, name: str, part: str, how: str | None) -> Template:
    texts = _ALL[language][name]
    return Template(texts.get(f"{part}_{how}", texts[part]))


def words_of(told: Told, language: Language | None = None) -> tuple[str, str]:
    """Title and body, in the language of `telling.json`."""
    language = language or TELLING.today.language
    about = _about(told, language)
    how = _how(told)
    title = _template(language, told.name, "title", how).substitute(about)
    body = _template(language, told.name, "body", how).substitute(about)
    return title[:LONGEST_TITLE], body[:LONGEST_BODY]


def _about(told: Told, language: Language) -> dict[str, str]:
    if isinstance(told, AlarmRaised):
        return _of_incident(told.incident, language)
    if isinstance(told, FirstStepFact):
        return _of_first_step(told, language)
    if isinstance(told, PlotFact):
        return _of_plot(told, language)
    if isinstance(told, DutyFact):
        return _of_duty(told, language)
    if isinstance(told, PatrolFact):
        return _of_patrol(told, language)
    if isinstance(told, FindingStated):
        return _of_finding(told, language)
    if isinstance(told, DirectiveFulfilled):
        directive = told.directive
        return {"number": directive.number, "subject": directive.subject, "fulfilled_on": str(directive.fulfilled_on)}
    return _of_case(told, language)


def _how(told: Told) -> str | None:
    """What may change the words: by which route a case was closed, how a patrol was judged, whether a day passed."""
    if isinstance(told, FindingStated):
        return told.finding.state if told.finding.due_on else "undated"
    if isinstance(told, PatrolJudged):
        return told.patrol.verdict.state
    if isinstance(told, AppealDecided):
        return told.patrol.verdict.appeal.state if told.patrol.verdict.appeal else None
    if isinstance(told, CaseClosed):
        return told.case.route
    return told.why if isinstance(told, CaseRelapsed) else None


def _of_incident(incident: Incident, language: Language) -> dict[str, str]:
    texts = _ALL[language]
    named = [area.name for area in reversed(incident.areas) if area.kind is AreaKind.DIVISION]
    return {
        "kind": term("kind", incident.kind, language),
        "severity": term("severity", incident.severity, language),
        "place": "".join(named) or incident.areas[0].name,
        "seen_at": f"{incident.seen_at.astimezone(SHANGHAI):{texts['time']}}",
        "text": incident.text,
    }


def _of_first_step(told: FirstStepFact, language: Language) -> dict[str, str]:
    first = told.incident.first_step
    nothing = _ALL[language]["nothing"]
    words = (first.to_chinese, first.to_english) if first else (nothing, nothing)
    due_on = str(told.due_on) if isinstance(told, FirstStepDue | FirstStepMissed) else nothing
    return {**_of_incident(told.incident, language), "to": words[language != "zh-CN"], "due_on": due_on}


def _of_plot(told: PlotFact, language: Language) -> dict[str, str]:
    plot, nothing = told.plot, _ALL[language]["nothing"]
    share = told.natural_share if isinstance(told, PlotOnNaturalForest) else None
    checked = told if isinstance(told, ClearanceVerified) else None
    late = told if isinstance(told, PlotNotCleared) else None
    return {
        "place": plot.place,
        "plot": plot.id,
        "trees": str(plot.trees),
        "share": nothing if share is None else f"{share:.1%}",
        "sent_back": str(checked.entry.trees) if checked else nothing,
        "redo_by": str(checked.redo_by) if checked else nothing,
        "text": checked.entry.text if checked else "",
        "due_on": str(late.due_on) if late else nothing,
        "missing": str(late.missing) if late else nothing,
    }


def _of_finding(told: FindingStated, language: Language) -> dict[str, str]:
    found = told.finding
    return {
        "rule": term("finding", found.rule, language),
        "what": found.what,
        "said": found.said,
        "due_on": str(found.due_on),
        "office": found.office.name if found.office else _ALL[language]["nothing"],
    }


def _of_duty(told: DutyFact, language: Language) -> dict[str, str]:
    duty = told.duty
    return {
        "duty": duty.name if language == "zh-CN" else duty.name_en,
        "first": str(duty.first),
        "last": str(duty.last),
        "count": str(duty.count),
        "done": str(told.done) if isinstance(told, DutyDueSoon | DutyMissed | DutyVacant) else "",
    }


def _of_patrol(told: PatrolFact, language: Language) -> dict[str, str]:
    texts, patrol = _ALL[language], told.patrol
    verdict, appeal = patrol.verdict, patrol.verdict.appeal
    lacks = [
        Template(texts["lacks"].get(one.what, texts["lacks"]["other"])).substitute(
            found=f"{one.found:g}", least=f"{one.least:g}"
        )
        for one in verdict.lacking
    ]
    return {
        "activity": texts["activities"].get(patrol.activity, texts["activities"]["other"]),
        "begun": _time(patrol.started_at, texts),
        "ended": _time(patrol.ended_at, texts),
        "lacking": texts["between"].join(lacks) or texts["lacks"]["other"],
        "version": verdict.version or texts["nothing"],
        "reason": (appeal.decided_reason or appeal.reason) if appeal else texts["nothing"],
    }


def _time(at: datetime | None, texts: dict[str, Any]) -> str:
    return f"{at.astimezone(SHANGHAI):{texts['time']}}" if at else str(texts["nothing"])


def _of_case(told: CaseFact, language: Language) -> dict[str, str]:
    texts, case = _ALL[language], told.case
    nothing = texts["nothing"]
    approver = (told.approver if isinstance(told, PlanSubmitted) else None) or case.office
    return {
        "number": case.ref.number,
        "kind": term("kind", case.kind, language),
        "severity": term("severity", case.severity, language),
        "place": case.place,
        "seen_at": f"{case.seen_at.astimezone(SHANGHAI):{texts['time']}}",
        "text": case.text,
        "office": case.office.name,
        "unit": case.unit.name if case.unit else nothing,
        "due_on": str(case.owner.due_on) if case.owner else nothing,
        "owner": case.owner.unit.name if case.owner else nothing,
        "closed_on": str(case.closed_on or nothing),
        "into": case.merged_into.number if case.merged_into else nothing,
        "asked_due_on": str(case.extension.due_on) if case.extension else nothing,
        "reason": getattr(told, "reason", None) or (case.extension.reason if case.extension else nothing),
        "approver": approver.name,
        "overdue_since": str(told.overdue_since) if isinstance(told, CaseOverdue) else nothing,
        **_of_letter(told, language),
        **_of_referral(told, nothing),
    }


def _of_letter(told: CaseFact, language: Language) -> dict[str, str]:
    if not isinstance(told, LetterFact):
        return {}
    letter = told.letter
    return {
        "rung": term("rung", letter.rung, language),
        "addressee": letter.to.name,
        "pressed_for": str(letter.due_on),
        "reply_due_on": str(letter.reply_due_on),
    }


def _of_referral(told: CaseFact, nothing: str) -> dict[str, str]:
    if not isinstance(told, CaseReferred | ReferralAcknowledged | ReferralConcluded):
        return {}
    referral = told.referral
    return {
        "receiver": referral.to.name,
        "referral_due_on": str(referral.due_on),
        "their_number": referral.their_number or nothing,
        "outcome": referral.outcome or nothing,
    }
