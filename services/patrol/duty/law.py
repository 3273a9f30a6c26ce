"""The rule table of duties as offices edit it."""

from __future__ import annotations

from pathlib import Path

from contracts.law.duty import DutyRules
from services.runtime.reference.law import LawFile

DUTY = LawFile("patrol.duty", Path(__file__).with_name("duty.json"), DutyRules)
"""A period goes by the version in force on its first day, and to its end."""
