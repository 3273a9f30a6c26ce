"""The law of the room: `rangers.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.registers import RangerRules
from services.runtime.reference.law import LawFile

LAW = LawFile("roster.rangers", Path(__file__).with_name("rangers.json"), RangerRules)
"""Money is judged by the law of the day of the thing, pay by that of the last day of its year."""
