"""How dead pines are cleared, as offices edit it."""

from __future__ import annotations

from pathlib import Path

from contracts.law.clearance import ClearanceRules
from services.runtime.reference.law import LawFile

CLEARANCE = LawFile("patrol.clearance", Path(__file__).with_name("clearance.json"), ClearanceRules)
"""A step goes by the version in force on its day."""
