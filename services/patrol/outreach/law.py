"""What is explained and what disputes are about, as offices edit it."""

from __future__ import annotations

from pathlib import Path

from contracts.law.outreach import OutreachRules
from services.runtime.reference.law import LawFile

OUTREACH = LawFile("patrol.outreach", Path(__file__).with_name("outreach.json"), OutreachRules)
"""A record goes by the version in force on its day."""
