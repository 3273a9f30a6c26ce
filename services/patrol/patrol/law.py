"""The rules of verdicts as offices edit them."""

from __future__ import annotations

from pathlib import Path

from contracts.law.verdict import VerdictRules
from services.runtime.reference.law import LawFile

VERDICT = LawFile("patrol.verdict", Path(__file__).with_name("verdict.json"), VerdictRules)
"""A patrol goes by the version in force on the day on which it began."""
