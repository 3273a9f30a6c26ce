"""Points located per second in few and in many areas, against the bare index and a loop over polygons."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely

from contracts.language.division import Division
from contracts.language.values import AreaKind
from contracts.roster import Area, Boundary
from demo.world import jingdezhen, world
from services.runtime.reference.ground import Ground, shape_of
from tests.bench.measured import alternating

DAY = date(2020, 6, 1)
POINTS, LOOPED = 20_000, 50
VERTICES = 40
WEST, SOUTH, EAST, NORTH = 116.95, 28.73, 117.70, 29.94


async def per_second(size: int, quick: bool) -> dict[str, list[float]]:
    """Rounds of ours, of one query of the index alone, and of asking polygon after polygon."""
    areas = made_up(size) if size > len(jingdezhen()) else _real()
    ground = Ground(areas)
    parents = {area.parent_id for area in areas}
    shapes = [shape_of(area) for area in areas if area.id not in parents]
    index = shapely.STRtree(shapes)
    draw = np.random.default_rng(size)
    count, few = (5_000, 10) if quick else (POINTS, LOOPED)

    def points() -> tuple[Sequence[float], Sequence[float]]:
        """On the ground that the areas cover."""
        lons, lats = draw.uniform(WEST, EAST, 4 * count), draw.uniform(SOUTH, NORTH, 4 * count)
        covered = np.unique(index.query(shapely.points(lons, lats), predicate="within")[0])[:count]
        assert len(covered) == count
        return lons[covered].tolist(), lats[covered].tolist()

    async def ours(_: int) -> float:
        lons, lats = points()
        started = time.perf_counter()
        found = ground.containing(lons, lats, [DAY] * count)
        rate = count / (time.perf_counter() - started)
        assert any(found)
        return rate

    async def floor(_: int) -> float:
        lons, lats = points()
        started = time.perf_counter()
        index.query(shapely.points(lons, lats), predicate="intersects")
        return count / (time.perf_counter() - started)

    async def naive(_: int) -> float:
        lons, lats = points()
        started = time.perf_counter()
        for lon, lat in zip(lons[:few], lats[:few], strict=True):
            point = shapely.Point(lon, lat)
            [shape for shape in shapes if shape.intersects(point)]
        return few / (time.perf_counter() - started)

    for _ in range(1 + 10 * size // count):
        await ours(0)  # what holds for an area is found when it is first asked for
    return await alternating({"ours": ours, "floor": floor, "naive": naive})


def _real() -> list[Area]:
    areas, _ = world(jingdezhen())
    return [area for area in areas if area.kind is AreaKind.DIVISION]


def made_up(size: int) -> list[Area]:
    """So many disjoint areas that cover the extent of Jingdezhen."""
    side = math.ceil(math.sqrt(size))
    along = np.linspace(0, 1, VERTICES // 4, endpoint=False)
    ring = np.concatenate(
        [
            np.column_stack([along, np.zeros_like(along)]),
            np.column_stack([np.ones_like(along), along]),
            np.column_stack([1 - along, np.ones_like(along)]),
            np.column_stack([np.zeros_like(along), 1 - along]),
        ]
    )
    ring = np.vstack([ring, ring[:1]])
    width, height = (EAST - WEST) / side, (NORTH - SOUTH) / side
    areas = []
    for n in range(size):
        column, row = n % side, n // side
        outline = ring * (width, height) + (WEST + column * width, SOUTH + row * height)
        boundary = Boundary.model_construct(type="MultiPolygon", coordinates=(((*map(tuple, outline.tolist()),),),))
        areas.append(
            Area.model_construct(
                id=f"a-{n}",
                kind=AreaKind.GRID,
                name=f"网格{n}",
                division=Division("360222104201"),
                parent_id=None,
                boundary=boundary,
                area_mu=None,
                in_force_from=date(2020, 1, 1),
                ended_on=None,
                precedence=0,
            )
        )
    return areas
