"""The law of the room: `boards.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.registers import BoardRules
from services.runtime.reference.law import LawFile

LAW = LawFile("roster.boards", Path(__file__).with_name("boards.json"), BoardRules)
"""A board is judged by the law of the day on which one looks at it."""
