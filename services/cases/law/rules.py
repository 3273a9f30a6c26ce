"""The law of terms and of what a kind calls for: `rules.json`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from contracts.language.values import day_of
from contracts.law.cases.rules import CaseRules
from services.runtime.reference.law import LawFile

LAW = LawFile("cases.rules", Path(__file__).with_name("rules.json"), CaseRules)
"""A term runs by the law of the day on which it began, a move is judged by the law of its day."""


def seen_under(seen_at: datetime) -> CaseRules:
    """The law of the day on which a case was seen: it says what a case calls for, however long it takes."""
    return LAW.seen.on(day_of(seen_at))
