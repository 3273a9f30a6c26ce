"""How soon it is known who answers for a point and for ground, and how 10,000 grids cover their ground."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np

from contracts.language.division import Division
from contracts.language.values import AreaKind
from contracts.roster import Area, Boundary
from demo.world import jingdezhen, world
from services.roster.answerable.answerable import Duties
from services.roster.coverage.coverage import Covered, Land, judge
from services.roster.coverage.law import GRIDS
from services.runtime.reference.ground import shape_of
from tests.bench.locate import EAST, NORTH, SOUTH, WEST

AT = datetime(2020, 6, 15, 2, tzinfo=UTC)
ASKED = 2_000
GRIDS_OF_A_VILLAGE = 20
VERTICES = 40


def milliseconds(answer: Callable[[float, float], object]) -> list[float]:
    """Of each answer, over points all over Jingdezhen."""
    draw = np.random.default_rng(1)
    took = []
    for lon, lat in zip(draw.uniform(WEST, EAST, ASKED), draw.uniform(SOUTH, NORTH, ASKED), strict=True):
        started = time.perf_counter()
        answer(float(lon), float(lat))
        took.append((time.perf_counter() - started) * 1000)
    return took


def who_answers() -> dict[str, list[float]]:
    """Milliseconds of each answer, by what is asked of."""
    areas, posts = world(jingdezhen())
    known = Duties(areas, posts)

    def point(lon: float, lat: float) -> object:
        found = known.areas(lon, lat, AT)
        return found and (known.answerable(found, AT, None), known.contradiction(lon, lat, AT, found))

    def ground(lon: float, lat: float) -> object:
        ring = ((lon, lat), (lon + 0.02, lat), (lon + 0.02, lat + 0.02), (lon, lat + 0.02), (lon, lat))
        return known.answerable_for(known.shared(Boundary(coordinates=((ring,),)), AT), AT, None)

    return {"a point": milliseconds(point), "four square kilometres": milliseconds(ground)}


def coverage_s(grids: int) -> float:
    """How long it takes to judge so many, of which one is left out in each village."""
    villages = [_village(n) for n in range(grids // GRIDS_OF_A_VILLAGE)]
    rules = GRIDS.shipped.on(AT.date())
    numbers = itertools.count()
    started = time.perf_counter()
    gaps = 0
    for village, its in villages:
        land = Land(village.id, 2019, "survey", shape_of(village))
        _, found = judge(Covered(village, its, (), land), rules, AT.date(), lambda: f"gap-{next(numbers)}")
        gaps += len(found)
    took = time.perf_counter() - started
    assert gaps >= len(villages)
    return took


def _village(n: int) -> tuple[Area, list[Area]]:
    """A village in strips, of which one is left out; each border has a position for every 20th of its length."""
    west, south = 117 + (n % 25) * 0.02, 29 + (n // 25) * 0.02
    code = Division(f"360222{100 + n // 100:03d}{200 + n % 100:03d}")
    cuts = np.linspace(west, west + 0.02, GRIDS_OF_A_VILLAGE + 2)
    grids = [
        _area(f"{code}-g{at}", AreaKind.GRID, code, cuts[at], cuts[at + 1], south)
        for at in range(GRIDS_OF_A_VILLAGE + 1)
        if at != n % GRIDS_OF_A_VILLAGE
    ]
    return _area(code, AreaKind.DIVISION, code, west, west + 0.02, south), grids


def _area(id: str, kind: AreaKind, code: Division, west: float, east: float, south: float) -> Area:
    heights = np.linspace(south, south + 0.02, VERTICES // 2)
    ring = [(float(west), float(y)) for y in heights] + [(float(east), float(y)) for y in heights[::-1]]
    boundary = Boundary(coordinates=(((*ring, ring[0]),),))
    return Area(
        id=id,
        kind=kind,
        name="网格",
        division=code,
        parent_id=code if kind is AreaKind.GRID else None,
        boundary=boundary,
        area_mu="0",
        in_force_from=date(2018, 1, 1),
    )
