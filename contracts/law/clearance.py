"""How dead pines are cleared: in which season, by which ways, how small, with which proof (DOMAIN §4, E6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import Line, Token, one_of
from contracts.law.duty import Span
from contracts.law.versions import Rules
from contracts.patrol import ClearanceStep

_PROVED = [one.value for one in (ClearanceStep.FOUND, ClearanceStep.FELLED, ClearanceStep.TREATED)]
Photos = Annotated[int, Field(ge=0, le=20)]


class ClearanceWay(BaseModel):
    """A way to treat what was felled: how large its pieces may be, and whether a ban of fire asks for a permit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    name_en: Line
    source: Line
    at_most_mm: Annotated[int, Field(ge=1, le=1_000)] | None = None
    permit_in_ban: bool = False


class ClearanceProof(BaseModel):
    """How many photographs a step has at least, of before and of after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Photos = 0
    after: Photos = 0


class ClearanceRules(Rules):
    """Season, ways and proof; what a check does not pass is treated again within days."""

    season: Span
    ways: Mapping[Token, ClearanceWay]
    proof: Mapping[Annotated[ClearanceStep, one_of(_PROVED)], ClearanceProof]
    stump_at_most_cm: Annotated[int, Field(ge=0, le=1_000)]
    redo_within_days: Annotated[int, Field(ge=0, le=366)]
