"""How many reports of passers-by are taken, as offices edit it."""

from __future__ import annotations

from pathlib import Path

from contracts.law.passerby import PasserbyRules
from services.runtime.reference.law import LawFile

PASSERBY = LawFile("patrol.passerby", Path(__file__).with_name("passerby.json"), PasserbyRules)
"""A report is taken or not by the limits of the day on which it is heard."""
