"""The law of telling, `telling.json`: which posts and units a fact concerns."""

from __future__ import annotations

from pathlib import Path

from contracts.notify.telling import TellingRules, WhoIsTold
from services.runtime.reference.law import LawFile

TELLING = LawFile("notify.telling", Path(__file__).with_name("telling.json"), TellingRules)
"""A thing is told by the rules of the day on which it is heard."""


def rule_of(fact: str) -> WhoIsTold:
    """A text of an office may be older than a fact that is heard by now."""
    return TELLING.today.facts.get(fact) or TELLING.shipped.newest.facts[fact]
