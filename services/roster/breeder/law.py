"""The law of the room: `breeders.json`."""

from __future__ import annotations

from pathlib import Path

from contracts.law.registers import BreederRules
from services.runtime.reference.law import LawFile

LAW = LawFile("roster.breeders", Path(__file__).with_name("breeders.json"), BreederRules)
"""A step is judged by the law of the day on which it was done."""
