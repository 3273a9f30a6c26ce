"""The law of the room: `offices.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.registers import OfficeRules
from services.runtime.reference.law import LawFile

LAW = LawFile("roster.offices", Path(__file__).with_name("offices.json"), OfficeRules)
"""An office is judged by the law of the day on which one looks at it, a year by that of its last day."""
