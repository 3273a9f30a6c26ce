"""The law of the filter chain, `filter.json`, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from math import pi
from pathlib import Path

from contracts.law.track import FilterRules
from services.patrol.incident.near import EARTH_M
from services.runtime.reference.law import LawFile

FILTER = LawFile("patrol.filter", Path(__file__).with_name("filter.json"), FilterRules)
"""A point is taken or refused by the rules of the day on which it is heard."""


def anywhere_within(rules: FilterRules) -> timedelta:
    """In so long anybody gets anywhere on the earth: points further apart in time have no say on each other."""
    return timedelta(seconds=pi * EARTH_M / rules.speed_m_per_s)
