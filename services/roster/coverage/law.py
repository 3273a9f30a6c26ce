"""The law of grids: teams, sizes, and from which size on a gap counts."""

from __future__ import annotations

from pathlib import Path

from contracts.law.grids import GridRules
from services.runtime.reference.law import LawFile

GRIDS = LawFile("roster.grids", Path(__file__).with_name("grids.json"), GridRules)
"""Coverage is judged by the rules of the day on which it is looked at."""
