"""What the demo means to bring about on the ground: known before anything is sent, from no answer of the system."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlannedGap:
    """Ground that a grid is cut short by, from one day to another, in mu."""

    area_id: str
    land_mu: Decimal
    cut_mu: Decimal
    found_on: date
    closed_on: date


@dataclass(slots=True)
class Planned:
    """Of each by its name.

    `verdicts` are those of patrols, in turn; `points` how many of a terminal are kept. `fires` are how many pixels each
    has and what is found there; `patches` have the reason for which one is no violation, None for a case. `photographs`
    have their sizes.
    """

    verdicts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    points: Counter[str] = field(default_factory=Counter)
    fires: dict[str, tuple[int, str]] = field(default_factory=dict)
    patches: dict[str, str | None] = field(default_factory=dict)
    gaps: list[PlannedGap] = field(default_factory=list)
    photographs: dict[str, int] = field(default_factory=dict)
