"""The law of the room: `old_trees.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.registers import OldTreeRules
from services.runtime.reference.law import LawFile

LAW = LawFile("roster.old_trees", Path(__file__).with_name("old_trees.json"), OldTreeRules)
"""A tree is judged by the law of the day on which one looks at it."""
