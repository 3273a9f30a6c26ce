"""What an area must be like to be enrolled."""

from datetime import date
from decimal import Decimal
from math import atanh, radians, sin, sqrt

import pytest

from contracts.division import UNKNOWN
from services.roster.area import measured, problems_of, size_mu
from tests.roster.ground import AREAS, EAST, EAST_AREA, TOWN, TOWN_AREA, WEST, WEST_AREA, WEST_GRID, area, square

OPEN = (((117.0, 29.0), (117.1, 29.0), (117.1, 29.1), (117.0, 29.1)),)
BOW_TIE = (((117.0, 29.0), (117.1, 29.1), (117.1, 29.0), (117.0, 29.1), (117.0, 29.0)),)
FLAT = (((117.0, 29.0), (117.1, 29.0), (117.2, 29.0), (117.0, 29.0)),)
SQUARE = square(117.0, 117.1)


def zone(lat):
    """Square metres of CGCS2000 from the equator to a parallel, for each radian of longitude: the closed formula."""
    flattening = 1 / 298.257222101
    e = sqrt(flattening * (2 - flattening))
    s = sin(radians(lat))
    return (6378137 * (1 - flattening)) ** 2 / 2 * (s / (1 - (e * s) ** 2) + atanh(e * s) / e)


@pytest.mark.parametrize(
    ("stated", "field", "rule"),
    [
        (area("a", WEST, OPEN), "boundary.coordinates.0.0", "closed ring"),
        (area("a", WEST, SQUARE, OPEN), "boundary.coordinates.1.0", "closed ring"),
        (area("a", WEST, BOW_TIE), "boundary.coordinates", "simple polygons"),
        (area("a", WEST, FLAT), "boundary.coordinates", "simple polygons"),
        (area("a", WEST, SQUARE, square(117.05, 117.15)), "boundary.coordinates", "do not overlap"),
        (area("a", UNKNOWN, SQUARE), "division", "known division"),
        (area("a", WEST, SQUARE, parent="nowhere"), "parent_id", "enrolled or in the same command"),
        (area("a", WEST, SQUARE, parent="a"), "parent_id", "an area above"),
        (area("a", WEST, SQUARE, parent=EAST), "parent_id", "an area above"),
        (area("a", TOWN, SQUARE, parent=WEST), "parent_id", "an area above"),
        (area("a", WEST, SQUARE, kind="grid", parent=WEST_GRID.id), "parent_id", "an area above"),
        (area("a", WEST, SQUARE, mu="10"), "area_mu", "measured on CGCS2000"),
        (area("a", WEST, SQUARE, ended_on=date(2017, 12, 31)), "ended_on", "first day in force"),
    ],
)
def test_a_broken_rule_is_told_with_its_field(stated, field, rule):
    stored = {one.id: one for one in AREAS}
    told = problems_of([TOWN_AREA, stated], stored)
    assert [one["field"] for one in told] == [f"areas.1.{field}"]
    assert rule in told[0]["rule"]


def test_areas_of_one_command_may_hang_under_each_other_in_any_order():
    assert problems_of([WEST_GRID, WEST_AREA, TOWN_AREA], {}) == []


def test_an_id_stands_once_in_a_command():
    assert [one["field"] for one in problems_of([WEST_AREA, WEST_AREA], {TOWN: TOWN_AREA})] == [
        "areas.0.id",
        "areas.1.id",
    ]


def test_an_area_does_not_move_away_from_what_hangs_under_it():
    moved = WEST_AREA.model_copy(update={"division": EAST})
    told = problems_of([moved], {one.id: one for one in AREAS})
    assert told == [{"field": "areas.0.division", "rule": f"must be above {WEST}-g1, which hangs under it in {WEST}"}]


def test_a_forest_farm_with_its_grid_hangs_beside_the_divisions():
    farm = area("farm", TOWN, SQUARE, kind="forest_farm", parent=TOWN)
    grid = area("farm-g1", TOWN, SQUARE, kind="grid", parent="farm")
    assert problems_of([farm, grid], {TOWN: TOWN_AREA}) == []


def test_an_area_is_measured_on_the_ellipsoid_whichever_way_its_rings_turn():
    square_metres = radians(0.1) * (zone(29.1) - zone(29.0))
    size = size_mu(WEST_AREA)
    assert abs(float(size) * 2000 / 3 / square_metres - 1) < 1e-6
    turned = area("a", WEST, tuple(ring[::-1] for ring in SQUARE))
    assert abs(size_mu(turned) - size) <= Decimal("0.0001")
    assert measured(WEST_AREA).area_mu == size


def test_a_hole_is_no_ground():
    hole = (*SQUARE, *square(117.02, 117.04, 29.02, 29.04))
    assert abs(size_mu(area("a", WEST, hole)) / size_mu(WEST_AREA) - Decimal("0.96")) < Decimal("0.0001")


def test_a_size_that_agrees_with_the_boundary_is_kept_as_stated():
    size = size_mu(EAST_AREA)
    stated = EAST_AREA.model_copy(update={"area_mu": size + 1})
    assert problems_of([stated], {TOWN: TOWN_AREA}) == []
    assert measured(stated).area_mu == size + 1
