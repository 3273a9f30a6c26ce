"""When two reports are of the same thing: one kind, near in place and time (DOMAIN §4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, cos, degrees, floor, radians
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from uuid import UUID

from contracts.law.near import NearRules, Reach
from contracts.patrol import IncidentKind
from services.runtime.reference.law import LawFile

EARTH_M = 6_371_008.8
CELL_DEGREES = 0.02
"""About two kilometres: most circles of 200 m lie in one cell."""
_COLUMNS = int(360 / CELL_DEGREES)


NEAR = LawFile("patrol.near", Path(__file__).with_name("near.json"), NearRules)
"""A report is compared by the rules of the day on which it is heard."""


@dataclass(slots=True)
class Standing:
    """An unresolved incident that reports may corroborate."""

    id: UUID
    lon: float
    lat: float
    seen_at: datetime
    weight: int
    sensor: str | None = None


Spot = tuple[int, IncidentKind]
"""A cell and a kind: where near ones are looked for, and what is locked meanwhile."""


def cell(lon: float, lat: float) -> int:
    """The number of a cell, which stands in the tables: no version may count otherwise."""
    return floor((lat + 90) / CELL_DEGREES) * _COLUMNS + floor((lon + 180) / CELL_DEGREES)


def spots(kind: IncidentKind, lon: float, lat: float, reach: Reach) -> Iterator[Spot]:
    """The cells that the circle around a point touches."""
    reach_lat = degrees(reach.within_m / EARTH_M)
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


def is_near(one: Seen, other: Seen, reach: Reach) -> bool:
    """Whether two of a kind are of the same thing: as far off as the reach still is."""
    if abs(one.seen_at - other.seen_at) > reach.within:
        return False
    return bool(distance_m(one.lon, one.lat, other.lon, other.lat) <= reach.within_m)


def nearest(
    kind: IncidentKind,
    lon: float,
    lat: float,
    seen_at: datetime,
    standing: Mapping[Spot, list[Standing]],
    reach: Reach,
) -> tuple[Standing, float] | None:
    """The nearest incident within reach, and how many metres off; between equals the older one, then the smaller id."""
    in_time = (
        (one, distance_m(lon, lat, one.lon, one.lat))
        for spot in spots(kind, lon, lat, reach)
        for one in standing.get(spot, ())
        if abs(one.seen_at - seen_at) <= reach.within
    )
    near = ((one, off_m) for one, off_m in in_time if off_m <= reach.within_m)
    return min(near, key=lambda found: (found[1], found[0].seen_at, found[0].id), default=None)
