"""When two reports are of the same thing: one kind, near in place and time (DOMAIN §4)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, cos, degrees, floor, radians
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.language.stated import read_as
from contracts.language.values import known
from contracts.patrol import IncidentKind

EARTH_M = 6_371_008.8
CELL_DEGREES = 0.02
"""About two kilometres: most circles of 200 m lie in one cell."""
_COLUMNS = int(360 / CELL_DEGREES)


@dataclass(frozen=True, slots=True)
class Reach:
    """How near in place and time."""

    within_m: float
    within: timedelta


class _StatedReach(BaseModel):
    model_config = ConfigDict(extra="forbid")

    within_m: Annotated[float, Field(gt=0, le=20_000)]
    within_h: Annotated[float, Field(gt=0, le=8_784)]

    @property
    def reach(self) -> Reach:
        return Reach(self.within_m, timedelta(hours=self.within_h))


class _Stated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: str
    default: _StatedReach
    kinds: dict[Annotated[IncidentKind, known(IncidentKind)], _StatedReach]


@dataclass(frozen=True, slots=True)
class Nearness:
    """`near.json`: the reach of each kind."""

    default: Reach
    kinds: Mapping[IncidentKind, Reach]

    @classmethod
    def read(cls, path: Path) -> Nearness:
        """What a file states. Raises NotAsStated naming the field and the rule."""
        stated = read_as(TypeAdapter(_Stated), json.loads(path.read_text(encoding="utf-8")), path.name)
        return cls(stated.default.reach, {kind: one.reach for kind, one in stated.kinds.items()})

    def reach(self, kind: IncidentKind) -> Reach:
        return self.kinds.get(kind, self.default)


RULES = Nearness.read(Path(__file__).with_name("near.json"))


@dataclass(slots=True)
class Standing:
    """An unresolved incident that reports may corroborate."""

    id: UUID
    lon: float
    lat: float
    seen_at: datetime
    weight: int


Spot = tuple[int, IncidentKind]
"""A cell and a kind: where near ones are looked for, and what is locked meanwhile."""


def cell(lon: float, lat: float) -> int:
    """The number of a cell, which stands in the tables: no version may count otherwise."""
    return floor((lat + 90) / CELL_DEGREES) * _COLUMNS + floor((lon + 180) / CELL_DEGREES)


def spots(kind: IncidentKind, lon: float, lat: float) -> Iterator[Spot]:
    """The cells that the circle around a point touches."""
    reach_lat = degrees(RULES.reach(kind).within_m / EARTH_M)
    reach_lon = reach_lat / cos(radians(lat))
    rows = _steps(lat, reach_lat)
    for x in _steps(lon, reach_lon):
        for y in rows:
            yield cell(x, y), kind


def _steps(middle: float, reach: float) -> list[float]:
    """Coordinates, at most a cell apart, from one end of the reach to the other."""
    first, last = floor((middle - reach) / CELL_DEGREES), floor((middle + reach) / CELL_DEGREES)
    if first == last:
        return [middle]
    count = ceil(2 * reach / CELL_DEGREES)
    return [middle - reach + 2 * reach * at / count for at in range(count + 1)]


def distance_m(lon: Any, lat: Any, other_lon: Any, other_lat: Any, maths: ModuleType = math) -> Any:
    """The great-circle distance in metres (haversine), within 0.5 % of the one on the ellipsoid.

    With `maths=numpy` of whole arrays.
    """
    sin, cos = maths.sin, maths.cos
    up, down = maths.radians(lat), maths.radians(other_lat)
    half = sin((down - up) / 2) ** 2 + cos(up) * cos(down) * sin(maths.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_M * maths.asin(maths.sqrt(half))


class Seen(Protocol):
    """What was seen somewhere at some time."""

    @property
    def lon(self) -> float: ...
    @property
    def lat(self) -> float: ...
    @property
    def seen_at(self) -> datetime: ...


def is_near(kind: IncidentKind, one: Seen, other: Seen) -> bool:
    """Whether two of a kind are of the same thing: as far off as the reach still is."""
    reach = RULES.reach(kind)
    if abs(one.seen_at - other.seen_at) > reach.within:
        return False
    return bool(distance_m(one.lon, one.lat, other.lon, other.lat) <= reach.within_m)


def nearest(
    kind: IncidentKind, lon: float, lat: float, seen_at: datetime, standing: Mapping[Spot, list[Standing]]
) -> tuple[Standing, float] | None:
    """The nearest incident within reach, and how many metres off; between equals the older one, then the smaller id."""
    reach = RULES.reach(kind)
    in_time = (
        (one, distance_m(lon, lat, one.lon, one.lat))
        for spot in spots(kind, lon, lat)
        for one in standing.get(spot, ())
        if abs(one.seen_at - seen_at) <= reach.within
    )
    near = ((one, off_m) for one, off_m in in_time if off_m <= reach.within_m)
    return min(near, key=lambda found: (found[1], found[0].seen_at, found[0].id), default=None)
