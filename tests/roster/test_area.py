"""What an area must be like to be enrolled."""

import json
from datetime import date
from decimal import Decimal
from functools import partial
from math import atanh, cos, pi, radians, sin, sqrt

import pytest
from pydantic import ValidationError

from contracts.language.division import UNKNOWN
from contracts.language.mu import mu_of
from contracts.roster import EnrolAreas
from services.roster.area.area import measured, problems_of, size_mu
from tests.roster.areas_and_posts import (
    AREAS,
    EAST,
    EAST_AREA,
    TOWN,
    TOWN_AREA,
    WEST,
    WEST_AREA,
    WEST_GRID,
    area,
    square,
)

OPEN = (((117.0, 29.0), (117.1, 29.0), (117.1, 29.1), (117.0, 29.1)),)
BOW_TIE = (((117.0, 29.0), (117.1, 29.1), (117.1, 29.0), (117.0, 29.1), (117.0, 29.0)),)
FLAT = (((117.0, 29.0), (117.1, 29.0), (117.2, 29.0), (117.0, 29.0)),)
SQUARE = square(117.0, 117.1)
farm = partial(area, "a", kind="forest_farm")


def zone(lat):
    """Square metres of CGCS2000 from the equator to a parallel, for each radian of longitude: the closed formula."""
    flattening = 1 / 298.257222101
    e = sqrt(flattening * (2 - flattening))
    s = sin(radians(lat))
    return (6378137 * (1 - flattening)) ** 2 / 2 * (s / (1 - (e * s) ** 2) + atanh(e * s) / e)


@pytest.mark.parametrize(
    ("stated", "field", "rule"),
    [
        (farm(WEST, OPEN), "boundary.coordinates.0.0", "closed ring"),
        (farm(WEST, SQUARE, OPEN), "boundary.coordinates.1.0", "closed ring"),
        (farm(WEST, BOW_TIE), "boundary.coordinates", "simple polygons"),
        (farm(WEST, FLAT), "boundary.coordinates", "simple polygons"),
        (farm(WEST, SQUARE, square(117.05, 117.15)), "boundary.coordinates", "do not overlap"),
        (farm(UNKNOWN, SQUARE), "division", "known division"),
        (farm(WEST, SQUARE, parent="nowhere"), "parent_id", "enrolled or in the same command"),
        (farm(WEST, SQUARE, parent="a"), "parent_id", "an area above"),
        (farm(WEST, SQUARE, parent=EAST), "parent_id", "an area above"),
        (farm(TOWN, SQUARE, parent=WEST), "parent_id", "an area above"),
        (area("a", WEST, SQUARE, kind="grid", parent=WEST_GRID.id), "parent_id", "an area above"),
        (farm(WEST, SQUARE, mu="10"), "area_mu", "measured on CGCS2000"),
        (farm(WEST, SQUARE, ended_on=date(2017, 12, 31)), "ended_on", "first day in force"),
        (
            farm(WEST, square(117.0, 117.00000001, 29.0, 29.00000001)),
            "boundary.coordinates",
            "enclose some ground",
        ),
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
    told = problems_of([moved], {one.id: one for one in AREAS if one.id != EAST})
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


WRONG_WAY = (((117.1, 29.1), (117.2, 29.1), (117.2, 29.2), (-117.1, 29.2), (117.1, 29.1)),)
ABROAD = (((17.0, 29.0), (17.1, 29.0), (17.1, 29.1), (17.0, 29.0)),)
SWAPPED = (((29.0, 117.0), (29.1, 117.0), (29.1, 117.1), (29.0, 117.0)),)
HOLE_OUTSIDE = (*SQUARE, *square(117.2, 117.3))
TWO_OF_ONE = (SQUARE, square(117.0, 117.1))


@pytest.mark.parametrize(
    ("polygons", "field", "rule"),
    [
        ((WRONG_WAY,), "boundary.coordinates.0.0.3", "must lie in China, unlike -117.1, 29.2"),
        ((SQUARE, WRONG_WAY), "boundary.coordinates.1.0.3", "must lie in China, unlike -117.1, 29.2"),
        ((ABROAD,), "boundary.coordinates.0.0.0", "must lie in China, unlike 17.0, 29.0"),
        ((square(117.0, 140.0),), "boundary.coordinates.0.0.1", "must lie in China, unlike 140.0, 29.0"),
        ((square(117.0, 117.1, -29.1, 29.0),), "boundary.coordinates.0.0.0", "must lie in China"),
        ((HOLE_OUTSIDE,), "boundary.coordinates", "do not overlap"),
        (TWO_OF_ONE, "boundary.coordinates", "do not overlap"),
        ((square(117.0, 118.21),), "boundary.coordinates", "must lie on the ground of 360222104000 above it"),
        ((square(115.99, 117.1),), "boundary.coordinates", "must lie on the ground of 360222104000 above it"),
        ((square(117.0, 117.1, 27.99),), "boundary.coordinates", "must lie on the ground of 360222104000 above it"),
        ((square(117.0, 117.1, 29.0, 30.11),), "boundary.coordinates", "must lie on the ground of 360222104000 above"),
    ],
)
def test_a_boundary_that_cannot_be_ground_of_its_parent_is_refused_by_the_place_in_it(polygons, field, rule):
    stated = area("a", WEST, *polygons, kind="forest_farm", parent=TOWN)
    (told,) = problems_of([stated], {one.id: one for one in AREAS})
    assert told["field"] == f"areas.0.{field}"
    assert rule in told["rule"]


def test_an_area_may_reach_a_degree_beyond_the_one_above():
    stored = {one.id: one for one in AREAS}
    assert (
        problems_of([area("a", WEST, square(116.01, 118.19, 28.01, 30.09), kind="reserve", parent=TOWN)], stored) == []
    )


def test_an_area_is_not_moved_far_away_from_what_hangs_under_it():
    moved = TOWN_AREA.model_copy(update={"boundary": area("a", TOWN, square(119.0, 119.2)).boundary})
    told = problems_of([moved], {one.id: one for one in AREAS})
    assert told == [
        {
            "field": "areas.0.boundary.coordinates",
            "rule": f"must hold {id}, which hangs under it, or all but 1 degree of it on any side",
        }
        for id in (WEST, EAST)
    ]


def test_a_boundary_of_too_many_positions_is_refused_where_it_passes_the_limit():
    def ring(count, radius):
        turns = [2 * pi * n / count for n in range(count)]
        points = [(117.05 + radius * cos(turn), 29.05 + radius * sin(turn)) for turn in turns]
        return (*points, points[0])

    assert problems_of([area(TOWN, TOWN, (ring(19_999, 0.04),))], {}) == []
    one_more = problems_of([area(TOWN, TOWN, (ring(20_000, 0.04),))], {})
    assert [rule["field"] for rule in one_more] == ["areas.0.boundary.coordinates.0.0"]
    told = problems_of([area(TOWN, TOWN, (ring(19_999, 0.04), ring(4, 0.01)))], {})
    assert told == [
        {"field": "areas.0.boundary.coordinates.0.1", "rule": "must end within 20000 positions of the whole boundary"}
    ]


@pytest.mark.parametrize("kind", ["grid", "forest_farm", "reserve", "other"])
def test_ground_lies_in_a_division_that_there_is(kind):
    grid = area("a", EAST, square(117.1, 117.2), kind=kind)
    (told,) = problems_of([grid], {TOWN: TOWN_AREA})
    rule = f"must be a division that is enrolled or in the same command, unlike {EAST}"
    assert told == {"field": "areas.0.division", "rule": rule}
    assert problems_of([grid, EAST_AREA], {TOWN: TOWN_AREA}) == []
    assert problems_of([grid], {TOWN: TOWN_AREA, EAST: EAST_AREA}) == []


@pytest.mark.parametrize(
    ("off", "agrees"), [("0.00099", True), ("-0.00099", True), ("0.00101", False), ("-0.00101", False)]
)
def test_a_stated_size_agrees_within_a_thousandth_of_the_measured_one(off, agrees):
    square_metres = Decimal(radians(0.1) * (zone(29.1) - zone(29.0)))
    stated = EAST_AREA.model_copy(update={"area_mu": round(square_metres * 3 / 2000 * (1 + Decimal(off)), 4)})
    told = problems_of([stated], {TOWN: TOWN_AREA})
    assert [one["field"] for one in told] == ([] if agrees else ["areas.0.area_mu"])


@pytest.mark.parametrize("share", ["0.999", "1.001"])
def test_a_stated_size_that_is_off_by_a_thousandth_still_agrees(share):
    stated = EAST_AREA.model_copy(update={"area_mu": size_mu(EAST_AREA) * Decimal(share)})
    assert problems_of([stated], {TOWN: TOWN_AREA}) == []


def test_a_measured_size_has_four_places_rounded_half_to_even():
    # 1 mu is 2000/3 square metres, so that a 20,000th of a mu is a 30th of one.
    assert [str(mu_of(Decimal(metres))) for metres in ("666.7", "0.1", "0.3", "0.5", "0.0999")] == [
        "1.0000",
        "0.0002",
        "0.0004",
        "0.0008",
        "0.0001",
    ]
    assert -measured(WEST_AREA).area_mu.as_tuple().exponent == 4


@pytest.mark.parametrize("type", ["GeometryCollection", "Polygon", "Feature"])
def test_a_boundary_of_another_type_is_refused_by_name(type):
    stated = EAST_AREA.model_dump(mode="json")
    stated["boundary"] = {"type": type, "geometries": [stated["boundary"]], "coordinates": []}
    with pytest.raises(ValidationError) as refused:
        EnrolAreas.model_validate_json(json.dumps({"areas": [stated]}))
    assert ("areas", 0, "boundary", "type") in [error["loc"] for error in refused.value.errors()]
