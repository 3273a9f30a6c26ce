"""Grids of the demo that are cut short: what they leave of the forest land is found, and closed again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from clients.python.bus import Bus
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN, Division
from contracts.language.values import AreaKind, day_of
from contracts.roster import Area, Boundary, CoverageShown, EnrolAreas, EnrolForestLand, ForestLand, ShowCoverage
from demo.in_depth.planned import Planned, PlannedGap
from demo.people import People

SURVEYED, CUT, CLOSED = 15, 19, 22
"""In which steps of the play; by the second nothing new is reported any more."""
VILLAGES = 3
MU_M2 = Decimal(2000) / 3
_ELLIPSOID = Geod(ellps="GRS80")


class Cut:
    """A few villages whose forest land is known, and whose grids end halfway for some days."""

    def __init__(self, areas: Sequence[Area], planned: Planned) -> None:
        self._planned = planned
        grids = [one for one in areas if one.kind is AreaKind.GRID]
        self._grids = grids[:: len(grids) // VILLAGES][:VILLAGES]
        self._cut_on: date | None = None

    async def act(self, step: int, now: datetime, operator: Bus, people: People) -> None:
        if step == SURVEYED:
            lands = [
                ForestLand(area_id=one.division, year=2019, source="样例", boundary=one.boundary) for one in self._grids
            ]
            await operator.ask(EnrolForestLand(lands=tuple(lands)), OPERATOR, UNKNOWN, Done)
        elif step == CUT:
            self._cut_on = day_of(now)
            halves = tuple(one.model_copy(update={"boundary": _boundary(_half(one))}) for one in self._grids)
            await operator.ask(EnrolAreas(areas=halves), OPERATOR, UNKNOWN, Done)
        elif step == CLOSED:
            await operator.ask(EnrolAreas(areas=tuple(self._grids)), OPERATOR, UNKNOWN, Done)
            assert self._cut_on is not None
            for one in self._grids:
                whole, rest = shapely.geometry.shape(one.boundary.model_dump()), _half(one)
                cut = shapely.difference(whole, rest)
                gap = PlannedGap(one.division, _mu(whole), _mu(cut), self._cut_on, day_of(now))
                self._planned.gaps.append(gap)
        if step in (CUT - 1, CUT + 1, CLOSED + 1):
            for one in self._grids:
                office = f"p-{one.division[:6]}000000-office"
                await people.ask(ShowCoverage(), office, Division(one.division), CoverageShown)


def _half(grid: Area) -> BaseGeometry:
    """Its western part."""
    whole = shapely.geometry.shape(grid.boundary.model_dump())
    west, south, east, north = whole.bounds
    return shapely.intersection(whole, shapely.box(west, south, round((west + east) / 2, 6), north), grid_size=1e-7)


def _boundary(shape: BaseGeometry) -> Boundary:
    told = shapely.geometry.mapping(shape)["coordinates"]
    return Boundary.model_validate({"coordinates": (told,) if shape.geom_type == "Polygon" else told})


def _mu(shape: BaseGeometry) -> Decimal:
    # Sides are straight in degrees, where the ellipsoid's own are the shortest.
    area_m2, _ = _ELLIPSOID.geometry_area_perimeter(shapely.segmentize(shape, 0.0005))
    return Decimal(abs(area_m2)) / MU_M2
