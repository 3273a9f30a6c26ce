"""`limits.json`: what a stop is, what a patrol point's reach is, and what looks made up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    still_within_m: Annotated[float, Field(gt=0, le=1000)]
    """Who stays as near as this to one place for `still_for_s` stands still: a position drifts by tens of metres."""
    still_for_s: Annotated[float, Field(gt=0)]
    gap_s: Annotated[float, Field(gt=0)]
    """After so long without a point nobody knows what was walked: the way goes on, the time does not."""
    reached_within_m: Annotated[float, Field(gt=0, le=5000)]
    seen_within_m: Annotated[float, Field(gt=0, le=5000)]
    """As far as the ground is seen from the way."""
    vehicle_m_per_s: Annotated[float, Field(gt=0)]
    """Faster than anybody runs through a forest."""
    vehicle_for_s: Annotated[float, Field(gt=0)]
    same_within_m: Annotated[float, Field(gt=0)]
    same_share: Annotated[float, Field(gt=0, le=1)]
    same_points_least: Annotated[int, Field(ge=2)]


LIMITS = Limits.model_validate_json(Path(__file__).with_name("limits.json").read_text(encoding="utf-8"))
