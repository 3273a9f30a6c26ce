"""When two reports are of the same thing: one kind, near in place and time (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import known
from contracts.law.versions import Rules
from contracts.patrol.kinds import IncidentKind


class Reach(BaseModel):
    """How near in place and time."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    within_m: Annotated[float, Field(gt=0, le=20_000)]
    within_h: Annotated[float, Field(gt=0, le=8_784)]

    @property
    def within(self) -> timedelta:
        return timedelta(hours=self.within_h)


class NearRules(Rules):
    """The reach of each kind, and of any other."""

    default: Reach
    kinds: Mapping[Annotated[IncidentKind, known(IncidentKind)], Reach]

    def reach(self, kind: IncidentKind) -> Reach:
        return self.kinds.get(kind, self.default)
