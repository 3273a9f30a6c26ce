"""The law of evidence: how much it may weigh and how long it is kept."""

from __future__ import annotations

from pathlib import Path

from contracts.evidence.rules import EvidenceRules
from services.runtime.reference.law import LawFile

EVIDENCE = LawFile("patrol.evidence", Path(__file__).with_name("evidence.json"), EvidenceRules)
"""What comes is judged by the rules of its day, what goes by those of the day on which it is looked at."""
