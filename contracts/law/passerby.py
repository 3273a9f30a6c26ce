"""How many reports of passers-by are taken in a while (DOMAIN §4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.law.versions import Rules


class ReportLimit(BaseModel):
    """At most so many within so many minutes, of one source or of one device of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Literal["source", "device"]
    most: Annotated[int, Field(ge=1, le=1_000_000)]
    within_minutes: Annotated[int, Field(ge=1, le=44_640)]


class PasserbyRules(Rules):
    """All limits hold at once."""

    limits: tuple[ReportLimit, ...]
