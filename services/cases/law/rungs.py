"""The law of the ladder: `ladder.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.cases.ladder import Ladder
from services.runtime.reference.law import LawFile

LADDER = LawFile("cases.ladder", Path(__file__).with_name("ladder.json"), Ladder)
"""Whoever is pressed climbs the ladder of the day on which it became theirs."""
