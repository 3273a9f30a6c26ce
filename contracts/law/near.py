"""When two reports are of the same thing: one kind, near in place and time (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.values import Token, known
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
    """The reach of each kind and of any other, and within what the pixels of a satellite's sensor are one fire."""

    default: Reach
    kinds: Mapping[Annotated[IncidentKind, known(IncidentKind)], Reach]
    sensors: Mapping[Token, Reach] = Field(default_factory=dict)

    def reach(self, kind: IncidentKind) -> Reach:
        return self.kinds.get(kind, self.default)

    def between(self, sensor: str, other: str) -> Reach | None:
        """How near two pixels of one overpass lie that show one fire: as the coarser of their sensors has it."""
        if sensor not in self.sensors or other not in self.sensors:
            return None
        return max((self.sensors[sensor], self.sensors[other]), key=lambda one: one.within_m)

    def farthest(self, kind: IncidentKind, sensor: str | None) -> Reach:
        """Within what all lies that may be near to something seen, by a sensor or otherwise."""
        its = [self.reach(kind), *(self.sensors.values() if sensor in self.sensors else ())]
        return Reach(within_m=max(one.within_m for one in its), within_h=max(one.within_h for one in its))
