"""The law of how long each step may take."""

from __future__ import annotations

from pathlib import Path

from contracts.law.timeliness import TimelinessRules
from services.runtime.reference.law import LawFile

TIMELINESS = LawFile("patrol.timeliness", Path(__file__).with_name("timeliness.json"), TimelinessRules)
"""A report is measured by the rules of the day on which it was located."""
