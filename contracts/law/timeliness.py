"""How long each step from what is seen to what is handled may take (B3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import known
from contracts.law.versions import Rules
from contracts.patrol.kinds import IncidentKind

Hours = Annotated[float, Field(gt=0, le=87_840)]


class Limits(BaseModel):
    """Within how many hours something seen is reported, located, verified and handled, each from the step before.

    `verified_h` and `handled_h` both count from when it was located.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    reported_h: Hours
    located_h: Hours
    verified_h: Hours
    handled_h: Hours


class TimelinessRules(Rules):
    """The limits of any kind, and of kinds that have others."""

    default: Limits
    kinds: Mapping[Annotated[IncidentKind, known(IncidentKind)], Limits] = Field(default_factory=dict)

    def of(self, kind: IncidentKind) -> Limits:
        return self.kinds.get(kind, self.default)
