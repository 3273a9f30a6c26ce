"""What the points of a patrol come to: in whole, and for each of its days."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, degrees, radians
from uuid import UUID

import numpy as np
import shapely

from contracts.language.values import AreaKind
from contracts.patrol import Patrol, PatrolMeasured, PatrolState, Suspicion
from services.patrol.duty.judging import WHOLE
from services.patrol.incident.near import EARTH_M
from services.patrol.kept.point import Points
from services.patrol.walk.ground import Flags, Floats, metres, middle
from services.patrol.walk.limits import LIMITS
from services.patrol.walk.measure import Walk, walks
from services.patrol.walk.signs import signs
from services.patrol.walk.together import alone_m
from services.runtime.reference.ground import Ground

Span = tuple[datetime, datetime]
"""From when to before when."""
NOTHING = timedelta()
_A_MOMENT = timedelta(milliseconds=1)
"""As exactly as times are kept: a point of the very end is one of the patrol."""


@dataclass(frozen=True, slots=True)
class Walked:
    """A patrol with what was walked on it, a part for each day and for what lies between two pauses."""

    patrol: Patrol
    parts: tuple[Walk, ...]

    @property
    def fixes(self) -> int:
        return sum(len(one.points) for one in self.parts)

    @property
    def digest(self) -> bytes | None:
        """What tells these points from any others; None where there are none."""
        digest = hashlib.blake2b(digest_size=16)
        for one in self.parts:
            for name in ("at_us", "lon", "lat", "marks"):
                digest.update(np.ascontiguousarray(one.points[name]).tobytes())
        return digest.digest() if self.fixes else None

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all from which somebody who walked along can have been."""
        if not self.fixes:
            return None
        lon, lat = (np.concatenate([one.points[name] for one in self.parts]) for name in ("lon", "lat"))
        up = degrees(LIMITS.same_within_m / EARTH_M)
        wide = up / cos(radians(float(lat.mean())))
        return float(lon.min()) - wide, float(lat.min()) - up, float(lon.max()) + wide, float(lat.max()) + up

    @property
    def turn(self) -> tuple[datetime, UUID]:
        """Whose ground it is where several walk together: whoever began first."""
        assert self.patrol.started_at is not None
        return self.patrol.started_at, self.patrol.id


@dataclass(frozen=True, slots=True)
class DayWalked:
    """What a day of a patrol comes to."""

    day: date
    minutes: float
    metres: float
    own_share: float | None
    area_share: float | None
    grids: tuple[str, ...]
    repeats: bool = False


def spans_of(patrol: Patrol) -> list[Span]:
    """When somebody was on patrol: from its beginning to its end, without the pauses.

    The very end is a part of it, unless that never came: there the next patrol may begin.
    """
    if patrol.started_at is None or patrol.ended_at is None:
        return []
    before = patrol.ended_at + (NOTHING if patrol.state is PatrolState.INCOMPLETE else _A_MOMENT)
    found, since = [], patrol.started_at
    for pause in patrol.pauses:
        if since < min(pause.first_at, before):
            found.append((since, min(pause.first_at, before)))
        since = pause.last_at or before
    if since < before:
        found.append((since, before))
    return found


def walked(patrol: Patrol, tracks: Sequence[Sequence[Points]]) -> Walked:
    """A patrol with what its terminals kept in each of its spans; days and pauses are never stitched."""
    return Walked(patrol, tuple(part for its in tracks for part in walks([one for one in its if len(one)])))


def measured(
    one: Walked, beside: Iterable[Walked], counted: Collection[Walked], ground: Ground, incidents: Sequence[UUID]
) -> tuple[PatrolMeasured, tuple[DayWalked, ...]]:
    """What a patrol comes to; of `beside` those that began before have the ground that they walked together.

    `counted` are the earlier valid ones of its post, by whose ways it is seen whether a route repeats.
    """
    earlier = [part for other in beside if other.turn < one.turn for part in other.parts]
    areas: dict[str, None] = {}
    grids: dict[str, None] = {}
    days: list[DayWalked] = []
    for part in one.parts:
        its_areas, its_grids, inside = _placed(part, ground, one.patrol.area_id)
        areas |= dict.fromkeys(its_areas)
        grids |= dict.fromkeys(its_grids)
        boundary = ground.boundary(one.patrol.area_id)
        own_share = None if boundary is None else round(part.share_inside(inside), 4)
        days.append(_day(part, own_share, _seen(part, boundary), its_grids, _repeats(part, counted, boundary)))
    length = sum(day.metres for day in days)
    shared = [(day.own_share, day.metres or _LEAST) for day in days if day.own_share is not None]
    places = {point.id: (point.lon, point.lat) for point in one.patrol.to_reach}
    reached = {name for part in one.parts for name in part.reached(places)}
    seen = [day.area_share for day in days if day.area_share is not None]
    found = PatrolMeasured(
        minutes=round(sum(day.minutes for day in days), 2),
        stopped_minutes=round(sum(_stopped_s(part) for part in one.parts) / 60, 2),
        stops=sum(len(part.stops) for part in one.parts),
        metres=round(length, 1),
        ground_metres=round(sum(alone_m(part, earlier) for part in one.parts), 1),
        fixes=one.fixes,
        mocked=sum(part.mocked for part in one.parts),
        first_at=one.parts[0].first_at if one.parts else None,
        last_at=one.parts[-1].last_at if one.parts else None,
        own_share=round(sum(s * m for s, m in shared) / sum(m for _, m in shared), 4) if shared else None,
        area_share=round(min(sum(seen), 1.0), 4) if seen else None,
        areas=tuple(areas),
        grids=tuple(grids),
        points=tuple(name for name in places if name in reached),
        incidents=tuple(incidents),
    )
    return found, tuple(days)


_LEAST = 0.001
"""What somebody who never went anywhere weighs with, so that where it was still says something."""


def _day(
    part: Walk, own_share: float | None, area_share: float | None, grids: Sequence[str], repeats: bool
) -> DayWalked:
    return DayWalked(
        part.day,
        round(part.moving_s / 60, 2),
        round(part.length_m, 1),
        own_share,
        area_share,
        tuple(grids),
        repeats,
    )


def _repeats(part: Walk, counted: Iterable[Walked], boundary: shapely.Geometry | None) -> bool:
    """Whether a route was walked before in the month, as long as the area had not been covered by then."""
    month = part.day.replace(day=1)
    first_at = part.first_at
    of_month = [its for one in counted for its in one.parts if month <= its.day and its.last_at < first_at]
    if not of_month or not part.moves.any():
        return False
    lon, lat = middle(part.points)
    near = shapely.union_all(shapely.buffer([_way_from(its, lon, lat) for its in of_month], LIMITS.same_within_m))
    on_the_way = metres(part.points["lon"], part.points["lat"], lon, lat)[part.moves]
    again = shapely.contains_xy(near, on_the_way[:, 0], on_the_way[:, 1])
    return float(again.mean()) >= LIMITS.same_share and not _covered(of_month, boundary, lon, lat)


def _covered(walks: Iterable[Walk], boundary: shapely.Geometry | None, lon: float, lat: float) -> bool:
    """Whether all of an area was seen from some ways together: what was seen twice is no more than once."""
    if boundary is None:
        return False
    flat = _flat(boundary, lon, lat)
    seen = shapely.union_all([_seen_from(_way_from(one, lon, lat)) for one in walks])
    return float(shapely.area(shapely.intersection(seen, flat))) >= WHOLE * float(shapely.area(flat))


def _way_from(part: Walk, lon: float, lat: float) -> shapely.Geometry:
    """Where somebody went, in metres from a place."""
    return _way(metres(part.points["lon"], part.points["lat"], lon, lat))


def _flat(boundary: shapely.Geometry, lon: float, lat: float) -> shapely.Geometry:
    return shapely.transform(boundary, lambda at: metres(at[:, 0], at[:, 1], lon, lat))


def _seen_from(way: shapely.Geometry) -> shapely.Geometry:
    return shapely.buffer(shapely.simplify(way, LIMITS.still_within_m / 10), LIMITS.seen_within_m)


def _way(place_m: Floats) -> shapely.Geometry:
    return shapely.LineString(place_m) if len(place_m) > 1 else shapely.Point(place_m[0])


def _placed(part: Walk, ground: Ground, own: str) -> tuple[list[str], list[str], Flags]:
    """The areas and grids that were entered, in the order in which they were, and of each point whether it is at home.

    What is entered is the smallest area that answers for a place.
    """
    at = ground.containing(part.points["lon"], part.points["lat"], [part.day] * len(part.points))
    areas = dict.fromkeys(here[0].id for here in at if here)
    grids = dict.fromkeys(ref.id for here in at for ref in here if ref.kind is AreaKind.GRID)
    inside = np.fromiter((any(ref.id == own for ref in here) for here in at), dtype=bool, count=len(at))
    return list(areas), list(grids), inside


def _seen(part: Walk, boundary: shapely.Geometry | None) -> float | None:
    """How much of an area was seen from the way."""
    if boundary is None:
        return None
    lon, lat = middle(part.points)
    flat = _flat(boundary, lon, lat)
    whole = float(shapely.area(flat))
    if whole <= 0:
        return None
    seen = _seen_from(_way(part.line.place_m))
    return round(float(shapely.area(shapely.intersection(seen, flat))) / whole, 4)


def _stopped_s(part: Walk) -> float:
    return sum((stop.last_at - stop.first_at).total_seconds() for stop in part.stops)


def suspicions(one: Walked, beside: Iterable[Walked], before: Iterable[Walked]) -> tuple[Suspicion, ...]:
    """What looks made up in any part of a patrol, each once by its kind and by what it is alike, the most of it."""
    others, earlier = _by_name(beside), _by_name(before)
    most: dict[tuple[str, str], float] = {}
    for part in one.parts:
        for sign in signs(part, others, earlier):
            key = sign.kind.value, sign.alike.partition(" ")[0]
            most[key] = max(most.get(key, 0.0), round(sign.value, 4))
    return tuple(
        Suspicion(kind=kind, value=value, alike=alike or None) for (kind, alike), value in sorted(most.items())
    )


def _by_name(others: Iterable[Walked]) -> Mapping[str, Walk]:
    return {f"{other.patrol.id} {n}": part for other in others for n, part in enumerate(other.parts)}
