"""Ground that is cut into random cells: what is left out is found to the cell, and the parts come to the whole."""

import itertools
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from contracts.roster import GapKind
from services.roster.area.area import size_mu
from services.roster.coverage.coverage import Covered, Land, judge
from services.roster.coverage.law import GRIDS
from services.runtime.reference.ground import shape_of
from tests.roster.areas_and_posts import WEST, WEST_AREA, area
from tests.roster.grids import TEAM, ranger

TODAY = date(2020, 6, 15)
ELLIPSOID = Geod(ellps="GRS80")
MU_M2 = 2000 / 3
CORNERS = st.lists(st.tuples(st.integers(3, 97), st.integers(3, 97)), min_size=3, max_size=14, unique=True)
"""Of which hundredths of the village's width and height each cell is made."""


def cells_of(corners):
    """Cells around points, with corners on a grid of a millionth of a degree, that together are the village."""
    whole = shape_of(WEST_AREA)
    west, south, east, north = whole.bounds
    points = [(west + (east - west) * x / 100, south + (north - south) * y / 100) for x, y in corners]
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=whole)
    clipped = shapely.intersection(shapely.get_parts(drawn), whole)
    rounded = shapely.transform(clipped, lambda positions: np.round(positions, 6))
    return [shapely.geometry.polygon.orient(one) for one in rounded]


def as_area(id, shape, **about):
    return area(id, WEST, (tuple(shape.exterior.coords),), **about)


def mu(shape):
    """By an implementation of its own, whose sides are the shortest: those straight in degrees are walked in steps."""
    return abs(ELLIPSOID.geometry_area_perimeter(shapely.segmentize(shape, 0.0005))[0]) / MU_M2


@settings(max_examples=40, deadline=None)
@given(CORNERS, st.data())
def test_the_cells_that_are_left_out_of_any_tiling_are_found_and_no_others(corners, data):
    cells = cells_of(corners)
    out = data.draw(st.sets(st.integers(0, len(cells) - 1), max_size=len(cells) - 1))
    grids = [as_area(f"{WEST}-g{n}", cell, kind="grid", parent=WEST) for n, cell in enumerate(cells) if n not in out]
    numbers = itertools.count()
    posts = [*TEAM, *(ranger(one) for one in grids)]
    land = Land(WEST, 2019, "二类调查", shape_of(WEST_AREA))
    rules = GRIDS.shipped.on(TODAY)
    coverage, gaps = judge(Covered(WEST_AREA, grids, posts, land), rules, TODAY, lambda: f"gap-{next(numbers)}")
    expected = shapely.union_all([cells[n] for n in out])
    found = shapely.union_all([shape_of(area("a", WEST, *gap.shape.coordinates)) for gap in gaps])
    assert {gap.kind for gap in gaps} <= {GapKind.GROUND}
    assert shapely.area(shapely.symmetric_difference(found, expected)) < 1e-9
    left_out = pytest.approx(sum(mu(cells[n]) for n in out), abs=0.1)
    assert float(sum((gap.size_mu for gap in gaps), Decimal(0))) == left_out
    assert float(coverage.rest_mu) == left_out


@settings(max_examples=40, deadline=None)
@given(CORNERS)
def test_the_parts_of_any_tiling_come_to_the_whole(corners):
    cells = cells_of(corners)
    parts = sum((size_mu(as_area("a", cell)) for cell in cells), Decimal(0))
    assert float(parts) == pytest.approx(float(size_mu(WEST_AREA)), abs=0.05)
    assert float(parts) == pytest.approx(sum(map(mu, cells)), abs=0.05)
