"""Makes up boundaries for divisions that have no open ones: disjoint, covering, the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import shapely

from contracts.language.division import Division, Level

OUTLINE = shapely.Polygon(
    [
        (117.22, 28.735), (117.34, 28.82), (117.45, 28.88), (117.5, 28.97), (117.43, 29.06), (117.45, 29.16),
        (117.39, 29.22), (117.47, 29.3), (117.54, 29.4), (117.695, 29.49), (117.64, 29.58), (117.56, 29.66),
        (117.5, 29.74), (117.42, 29.8), (117.36, 29.91), (117.26, 29.935), (117.22, 29.85), (117.15, 29.8),
        (117.13, 29.7), (117.06, 29.62), (117.07, 29.52), (117.02, 29.44), (117.05, 29.33), (117.0, 29.25),
        (117.04, 29.16), (116.955, 29.04), (116.98, 28.94), (117.06, 28.86), (117.12, 28.77),
    ]
)  # fmt: skip
"""A made-up outline within the real extent of Jingdezhen, about as large as the city."""

SEED = 2020
DECIMALS = 6
LON_PER_LAT = 1.14
"""Degrees of longitude that are as long as one of latitude, near 29° north."""
JITTER = 0.35
_HILBERT_ORDER = 12


def boundaries(lowest: Sequence[Division]) -> dict[Division, shapely.MultiPolygon]:
    """A boundary for each of the lowest divisions, and for every one above them down from the city.

    The lowest are Voronoi cells of jittered points, handed out in the order of their codes along a Hilbert curve, so
    that what has neighbouring codes lies together. Those above are the unions of what lies in them.
    """
    found = dict(zip(sorted(lowest), _cells(len(lowest)), strict=True))
    for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY):
        children: dict[Division, list[shapely.MultiPolygon]] = {}
        for division, shape in found.items():
            if division.level is level and division.parent is not None:
                children.setdefault(division.parent, []).append(shape)
        found |= {parent: _multi(shapely.coverage_union_all(shapes)) for parent, shapes in children.items()}
    return found


def _cells(count: int) -> list[shapely.MultiPolygon]:
    points = sorted(_points(count), key=_along_the_curve)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=OUTLINE.envelope, ordered=True)
    clipped = shapely.intersection(shapely.get_parts(cells), OUTLINE)
    # Cells share their corners to the last bit, so that rounding moves a corner alike in all of them.
    return [_multi(cell) for cell in shapely.transform(clipped, lambda corners: np.round(corners, DECIMALS))]


def _points(count: int) -> list[tuple[float, float]]:
    """So many points within the outline, on a jittered lattice from which a few are left out."""
    pitch = (OUTLINE.area / LON_PER_LAT / count) ** 0.5
    while len(found := _lattice(pitch)) < count:
        pitch *= 0.995
    draw = Random(SEED)
    left_out = sorted(range(len(found)), key=lambda _: draw.random())[count:]
    return [point for at, point in enumerate(found) if at not in left_out]


def _lattice(pitch: float) -> list[tuple[float, float]]:
    draw = Random(SEED)
    west, south, east, north = OUTLINE.bounds
    step = pitch * LON_PER_LAT
    drawn = [
        (
            west + (column + 0.5 + draw.uniform(-JITTER, JITTER)) * step,
            south + (row + 0.5 + draw.uniform(-JITTER, JITTER)) * pitch,
        )
        for row in range(int((north - south) / pitch) + 1)
        for column in range(int((east - west) / step) + 1)
    ]
    rounded = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in drawn]
    inside = shapely.contains_xy(OUTLINE, [lon for lon, _ in rounded], [lat for _, lat in rounded])
    return [point for point, within in zip(rounded, inside.tolist(), strict=True) if within]


def _along_the_curve(point: tuple[float, float]) -> int:
    """How far along a Hilbert curve from the north-west over the east to the south-west a point lies."""
    west, south, east, north = OUTLINE.bounds
    side = 1 << _HILBERT_ORDER
    x = int((north - point[1]) / (north - south) * (side - 1))
    y = int((point[0] - west) / (east - west) * (side - 1))
    distance, half = 0, side // 2
    while half:
        right, up = int(bool(x & half)), int(bool(y & half))
        distance += half * half * ((3 * right) ^ up)
        if not up:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half //= 2
    return distance


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The shape with its parts and rings turned and begun in one lawful way."""
    parts = [part for part in shapely.get_parts(shapely.normalize(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon([shapely.geometry.polygon.orient(part) for part in parts])
