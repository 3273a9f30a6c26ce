"""How a map's areas lie to those above, beside, below, and to where they lay before."""

from datetime import date
from decimal import Decimal
from math import atanh, radians, sin, sqrt

import pytest

from cli.areas.around import Around, Weight
from contracts.language.datum import from_cgcs2000, to_cgcs2000
from contracts.language.division import Division
from contracts.language.values import Datum
from contracts.roster import Area, Boundary
from tests.cli.maps import ring

pytestmark = pytest.mark.usefixtures("english")

COUNTY, TOWN, EAST = "360222000000", "360222100000", "360222101000"
LISTED = {Division(code) for code in (COUNTY, TOWN, EAST)}
GROUND = ring(117.0, 29.0, 117.2, 29.1)
WEST_RING, EAST_RING = ring(117.0, 29.0, 117.1, 29.1), ring(117.1, 29.0, 117.2, 29.1)


def zone(lat):
    """Square metres of CGCS2000 from the equator to a parallel, for each radian of longitude: the closed formula."""
    flattening = 1 / 298.257222101
    e = sqrt(flattening * (2 - flattening))
    s = sin(radians(lat))
    return (6378137 * (1 - flattening)) ** 2 / 2 * (s / (1 - (e * s) ** 2) + atanh(e * s) / e)


SIZE = Decimal(radians(0.1) * (zone(29.1) - zone(29.0)) * 3 / 2000)


def area(id, positions, parent=None, kind="division", **about):
    return Area(
        id=id,
        kind=kind,
        name=f"地 {id}",
        division=Division(id if id.isdigit() else TOWN),
        parent_id=parent,
        boundary=Boundary(coordinates=((tuple(positions),),)),
        area_mu=about.pop("mu", "0"),
        in_force_from=date(2018, 1, 1),
        **about,
    )


def found(coming, standing, listed=LISTED):
    findings = Around(coming, {one.id: one for one in standing}, listed).findings()
    return [(one.id, one.field, one.weight, one.rule) for one in findings]


COUNTY_AREA, TOWN_AREA, EAST_AREA = area(COUNTY, GROUND), area(TOWN, WEST_RING, COUNTY), area(EAST, EAST_RING, COUNTY)
STANDING = (COUNTY_AREA, TOWN_AREA, EAST_AREA)


def test_an_area_on_the_ground_of_its_parent_and_of_nobody_else_is_found_nothing_about():
    assert found([TOWN_AREA, EAST_AREA], [COUNTY_AREA]) == []
    assert found(STANDING, []) == []


def test_a_boundary_that_was_not_converted_from_gcj02_is_known_by_its_shift():
    shifted = [from_cgcs2000(*at, Datum.GCJ02) for at in WEST_RING]
    (one, *_) = found([area(TOWN, shifted, COUNTY)], STANDING)
    assert (one[:3], "say --datum gcj02" in one[3]) == ((TOWN, "boundary", Weight.ASKS), True)


def test_a_boundary_that_was_converted_twice_is_known_by_its_shift():
    twice = [to_cgcs2000(*at, Datum.GCJ02) for at in WEST_RING]
    (one, *_) = found([area(TOWN, twice, COUNTY)], STANDING)
    assert (one[2], "taken away twice" in one[3]) == (Weight.ASKS, True)


def test_a_large_shift_is_asked_about_and_only_told_where_the_ground_was_made_up():
    away = ring(117.0, 29.0, 117.1, 29.05)
    rules = [one for one in found([area(TOWN, away, COUNTY)], STANDING) if "middle has moved" in one[3]]
    assert [one[2] for one in rules] == [Weight.ASKS]
    made_up = TOWN_AREA.model_copy(update={"generated": True})
    rules = found([area(TOWN, away, COUNTY)], [COUNTY_AREA, made_up, EAST_AREA])
    assert [(one[2], "middle has moved" in one[3]) for one in rules] == [(Weight.TOLD, True)]


@pytest.mark.parametrize(("metres", "told"), [(49, False), (51, True)])
def test_a_small_shift_is_not_spoken_of(metres, told):
    north = metres / 110_860
    shifted = [(lon, lat + north) for lon, lat in WEST_RING]
    rules = [one[3] for one in found([area(TOWN, shifted, COUNTY)], STANDING)]
    assert any("middle has moved" in one for one in rules) is told


@pytest.mark.parametrize(
    ("degrees", "asked"),
    # An area a tenth of a degree wide may reach a thousandth of itself outside.
    [(0.0000999, False), (0.000102, True)],
)
def test_what_lies_outside_the_parent_is_asked_about_above_a_sliver(degrees, asked):
    wide = ring(117.0 - degrees, 29.0, 117.1, 29.1)
    rules = found([area(TOWN, wide, COUNTY)], [COUNTY_AREA])
    assert [(one[1], one[2], f"outside of {COUNTY}" in one[3]) for one in rules] == (
        [("boundary", Weight.ASKS, True)] if asked else []
    )


def test_a_new_area_outside_its_parent_that_fits_as_gcj02_says_so():
    shifted = [from_cgcs2000(*at, Datum.GCJ02) for at in GROUND]
    ((_, _, weight, rule),) = found([area(TOWN, shifted, COUNTY)], [COUNTY_AREA])
    assert (weight, "the datum is doubtful" in rule) == (Weight.ASKS, True)


def test_a_farm_may_reach_beyond_and_that_is_told():
    farm = area("farm", ring(116.9, 29.0, 117.1, 29.1), COUNTY, kind="forest_farm")
    assert [one[2] for one in found([farm], STANDING)] == [Weight.TOLD]


def test_ground_that_has_an_owner_is_asked_about_by_name_and_size():
    ((id, field, weight, rule),) = found(
        [area(EAST, ring(117.05, 29.0, 117.2, 29.1), COUNTY)], [COUNTY_AREA, TOWN_AREA]
    )
    assert (id, field, weight) == (EAST, "boundary", Weight.ASKS)
    # 0.05 of 0.2 by 0.1 degrees at 29.05 north, 97.4 by 110.86 km a degree: 54.0 km².
    size = Decimal(rule.rpartition(" by ")[2].split()[0])
    assert abs(size * 2000 / 3 / 1_000_000 - Decimal("53.98")) < Decimal("0.05")
    assert f"overlaps {TOWN} 地 {TOWN}" in rule


def test_two_of_one_map_that_overlap_are_both_named():
    rules = found([area(EAST, GROUND, COUNTY), TOWN_AREA], [COUNTY_AREA])
    assert sorted(one[0] for one in rules) == [TOWN, EAST]


def test_areas_that_are_never_in_force_together_do_not_overlap():
    ended = TOWN_AREA.model_copy(update={"ended_on": date(2017, 12, 31)})
    assert found([area(EAST, GROUND, COUNTY)], [COUNTY_AREA, ended]) == []
    last = TOWN_AREA.model_copy(update={"ended_on": date(2018, 1, 1)})
    assert len(found([area(EAST, GROUND, COUNTY)], [COUNTY_AREA, last])) == 1


def test_children_that_a_corrected_boundary_leaves_outside_are_reported_and_hold_nobody_back():
    smaller = area(COUNTY, ring(117.0, 29.0, 117.15, 29.1))
    rules = found([smaller], STANDING)
    ((_, _, weight, rule),) = [one for one in rules if "below it" in one[3]]
    assert (weight, "1 areas below it have" in rule, EAST in rule) == (Weight.TOLD, True, True)


@pytest.mark.parametrize(("code", "asked"), [(TOWN, False), ("360222999000", True)])
def test_a_code_that_no_list_has_is_asked_about(code, asked):
    rules = found([area(code, WEST_RING, COUNTY)], [COUNTY_AREA])
    assert [(one[1], one[2]) for one in rules] == ([("division", Weight.ASKS)] if asked else [])
    standing = area(code, WEST_RING, COUNTY)
    assert found([standing], [COUNTY_AREA, standing]) == []


def test_a_parent_that_is_nowhere_is_named():
    assert [(one[1], one[2]) for one in found([TOWN_AREA], [])] == [("parent_id", Weight.WRONG)]


@pytest.mark.parametrize(("off", "wrong"), [("1.0009", False), ("1.0011", True), ("0.9989", True)])
def test_a_stated_size_is_held_against_the_measured_one(off, wrong):
    stated = area(TOWN, WEST_RING, COUNTY, mu=str((SIZE * Decimal(off)).quantize(Decimal("0.0001"))))
    rules = found([stated], [COUNTY_AREA])
    assert [(one[1], one[2]) for one in rules] == ([("area_mu", Weight.WRONG)] if wrong else [])
