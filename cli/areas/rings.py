"""What is wrong with the rings of a boundary, in degrees on CGCS2000, and how each fault could be put right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from pyproj import Geod

from cli.areas.feature import Polygons, Ring
from cli.rules import stated
from cli.say import say
from contracts.language.datum import in_china
from contracts.language.mu import enclosed_m2, mu_of

CGCS2000 = Geod(a=6378137, rf=298.257222101)
LEAST_POSITIONS = 4
HALF_TURN = 180
_POSITION = re.compile(r"\[(-?[0-9.]+) (-?[0-9.]+)\]")


def size_mu(shape: shapely.Geometry) -> Decimal:
    """What polygons enclose, in mu, on the ellipsoid."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return mu_of(sum(_ring_m2(part.exterior) - sum(map(_ring_m2, part.interiors)) for part in parts))


def _ring_m2(ring: shapely.LinearRing) -> float:
    positions = shapely.get_coordinates(ring)
    return enclosed_m2(positions[:, 0], positions[:, 1], np)


def problems(polygons: Polygons) -> list[tuple[str, str]]:
    """Each bad ring with where it stands and the rule it breaks; then, if all are rings, where they cross."""
    found: list[tuple[str, str]] = []
    for p, polygon in enumerate(polygons):
        for r, ring in enumerate(polygon):
            rule = _of_ring(ring)
            if rule is not None:
                found.append((f"geometry.coordinates.{p}.{r}", rule))
    if not found and polygons:
        shape = shape_of(polygons)
        if not shape.is_valid:
            found.append(("geometry.coordinates", _crossing(shape)))
        elif size_mu(shape) <= 0:
            found.append(("geometry.coordinates", stated("no_ground_enclosed")))
    return found


def shape_of(polygons: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.Polygon(polygon[0], polygon[1:]) for polygon in polygons])


def _of_ring(ring: Ring) -> str | None:
    for lon, lat in ring:
        if not in_china(lon, lat):
            return _not_in_china(ring, lon, lat)
    if len(ring) < LEAST_POSITIONS:
        return stated("ring_short", count=len(ring), least=LEAST_POSITIONS)
    if ring[0] != ring[-1]:
        return stated("ring_open_by", metres=f"{_metres(ring[0], ring[-1]):.1f}")
    return None


def _not_in_china(ring: Ring, lon: float, lat: float) -> str:
    """Why a position lies nowhere in China, as far as the ring as a whole tells."""
    if all(in_china(y, x) for x, y in ring):
        return stated("lon_lat_exchanged", lon=lon, lat=lat)
    if abs(lon) > HALF_TURN or abs(lat) > HALF_TURN / 2:
        return stated("not_in_degrees", x=lon, y=lat)
    west, east = min(ring)[0], max(ring)[0]
    if east - west > HALF_TURN:
        return stated("ring_around_globe", west=west, east=east)
    return stated("outside_china", lon=lon, lat=lat)


def _crossing(shape: shapely.Geometry) -> str:
    at = _POSITION.search(shapely.is_valid_reason(shape))
    return stated("ring_crosses", lon=at[1], lat=at[2]) if at else stated("ring_not_simple")


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(CGCS2000.inv(*one, *other)[2])


@dataclass(frozen=True, slots=True)
class Repair:
    """The rings as they would be, and what would be done to each that was wrong."""

    polygons: Polygons
    done: tuple[str, ...]


def repaired(polygons: Polygons) -> Repair | None:
    """Rings closed, those of no ground left out, crossings taken apart; None where that does not make a boundary."""
    done: list[str] = []
    kept = []
    for p, polygon in enumerate(polygons):
        rings = []
        for r, ring in enumerate(polygon):
            mended = _closed(ring, f"{p}.{r}", done)
            if mended is not None:
                rings.append(mended)
            elif r == 0:
                break
        if rings:
            kept.append(rings)
    if not kept or any(not in_china(*at) for rings in kept for ring in rings for at in ring):
        return None
    shape = shape_of(kept)
    if not shape.is_valid:
        valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        parts = [part for part in _parts(valid) if size_mu(part) > 0]
        if not parts:
            return None
        done.append(
            say("areas.repair_crossing", before=size_mu(shape), after=sum(map(size_mu, parts)), parts=len(parts))
        )
        kept = [[list(ring.coords) for ring in (part.exterior, *part.interiors)] for part in parts]
    return Repair(kept, tuple(done)) if not problems(kept) else None


def _parts(shape: shapely.Geometry) -> Iterator[shapely.Polygon]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield part
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            yield from _parts(part)


def _closed(ring: Ring, where: str, done: list[str]) -> Ring | None:
    mended = list(ring)
    if mended and mended[0] != mended[-1]:
        done.append(say("areas.repair_close", ring=where, metres=f"{_metres(mended[0], mended[-1]):.1f}"))
        mended.append(mended[0])
    if len(set(mended)) < LEAST_POSITIONS - 1:
        done.append(say("areas.repair_leave", ring=where, count=len(ring)))
        return None
    return mended
