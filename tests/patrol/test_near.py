"""What is near, at its edges: exactly as far as the reach, exactly as long, the nearest of several, at any latitude."""

import json
from datetime import timedelta
from math import acos, cos, degrees, radians, sin

import pytest

from contracts.law.lines import Faulty
from contracts.law.near import NearRules, Reach
from contracts.law.reading import read_law
from contracts.patrol import IncidentKind
from services.patrol.incident.near import EARTH_M, Standing, cell, distance_m, is_near, nearest, spots
from services.patrol.incident.report import incident_id
from tests.patrol.areas_and_reports import LAT, SEEN

WITHIN_M = 200
"""DOMAIN's default: within 200 m and 24 h."""
A_DAY = timedelta(hours=24)
REACH = Reach(within_m=WITHIN_M, within_h=24)


def by_cosines(lon, lat, other_lon, other_lat):
    """The great circle by the spherical law of cosines, in metres."""
    up, down = radians(lat), radians(other_lat)
    return 6_371_008.8 * acos(sin(up) * sin(down) + cos(up) * cos(down) * cos(radians(other_lon - lon)))


def east(lat, metres):
    """So many metres to the east, in degrees."""
    return degrees(metres / (6_371_008.8 * cos(radians(lat))))


def north(metres):
    return degrees(metres / 6_371_008.8)


def standing(name, lon, lat=LAT, seen_at=SEEN):
    return Standing(incident_id(("acme", name)), lon, lat, seen_at, 1)


def found(lon, lat, *standing, seen_at=SEEN, kind=IncidentKind.FELLING):
    by_place = {}
    for one in standing:
        by_place.setdefault((cell(one.lon, one.lat), kind), []).append(one)
    near = nearest(kind, lon, lat, seen_at, by_place, REACH)
    return near and near[0]


@pytest.mark.parametrize("lat", [3.5, 18.2, 29.05, 40.0, 53.5])
@pytest.mark.parametrize(("metres", "is_found"), [(WITHIN_M - 0.01, True), (WITHIN_M + 0.01, False)])
def test_the_reach_is_as_many_metres_to_the_east_and_to_the_north_at_every_latitude(lat, metres, is_found):
    one = standing("a", 117.05, lat)
    for lon, other in [(117.05 + east(lat, metres), lat), (117.05 - east(lat, metres), lat)]:
        assert (found(lon, other, one) is one) is is_found
    for other in (lat + north(metres), lat - north(metres)):
        assert (found(117.05, other, one) is one) is is_found


@pytest.mark.parametrize("lat", [3.5, 29.05, 53.5])
def test_a_distance_is_that_of_the_great_circle(lat):
    for lon, other in [(117.06, lat), (117.0, lat + 0.3), (118.7, lat - 1.2), (80.0, lat)]:
        assert distance_m(117.05, lat, lon, other) == pytest.approx(by_cosines(117.05, lat, lon, other), rel=1e-6)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_of_several_within_reach_the_nearest_is_corroborated_not_the_farthest_nor_the_first(order):
    all_of_them = [standing(name, 117.05 + east(LAT, off)) for name, off in [("a", 150), ("b", 40), ("c", -90)]]
    assert found(117.05, LAT, *(all_of_them[n] for n in order)).id == incident_id(("acme", "b"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_between_two_equally_near_the_older_one_is_corroborated(order):
    two = [standing("new", 117.05, seen_at=SEEN), standing("old", 117.05, seen_at=SEEN - timedelta(hours=1))]
    assert found(117.05, LAT, *(two[n] for n in order)).id == incident_id(("acme", "old"))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_between_two_of_one_place_and_time_it_does_not_matter_which_is_looked_at_first(order):
    two = sorted([standing("a", 117.05), standing("b", 117.05)], key=lambda one: one.id)
    assert found(117.05, LAT, *(two[n] for n in order)) is two[0]


@pytest.mark.parametrize(
    ("after", "is_found"),
    [
        (A_DAY, True),
        (-A_DAY, True),
        (A_DAY + timedelta(microseconds=1), False),
        (-A_DAY - timedelta(microseconds=1), False),
    ],
)
def test_a_day_to_the_microsecond_is_still_near_in_time(after, is_found):
    one = standing("a", 117.05)
    assert (found(117.05, LAT, one, seen_at=SEEN + after) is one) is is_found
    other = standing("b", 117.05, seen_at=SEEN + after)
    assert is_near(one, other, REACH) is is_found


def test_the_nearest_that_is_too_old_does_not_hide_one_farther_off():
    old, new = standing("old", 117.05, seen_at=SEEN - A_DAY * 2), standing("new", 117.05 + east(LAT, 100))
    assert found(117.05, LAT, old, new) is new


@pytest.mark.parametrize("lat", [3.5, 40.0, 53.5])
def test_every_place_within_reach_is_looked_at_at_every_latitude(lat):
    looked = set(spots(IncidentKind.FELLING, 117.0375, lat, REACH))
    for metres in (-199, 199):
        assert (cell(117.0375 + east(lat, metres), lat), IncidentKind.FELLING) in looked
        assert (cell(117.0375, lat + north(metres)), IncidentKind.FELLING) in looked


@pytest.mark.parametrize(
    ("lon", "lat", "rows", "columns"),
    [
        (117.05, 29.05, [29.04], [117.04]),
        (117.0405, 29.05, [29.04], [117.02, 117.04]),
        (117.0595, 29.0595, [29.04, 29.06], [117.04, 117.06]),
        (117.05, 29.0405, [29.02, 29.04], [117.04]),
        # A degree of longitude is shorter in the north: there 200 m reach over a border that they do not reach here.
        (117.0375, 29.05, [29.04], [117.02]),
        (117.0375, 53.45, [53.44], [117.02, 117.04]),
    ],
)
def test_only_the_places_that_the_circle_may_touch_are_looked_at(lon, lat, rows, columns):
    cells = {(cell(x + 0.01, y + 0.01), IncidentKind.FELLING) for y in rows for x in columns}
    assert set(spots(IncidentKind.FELLING, lon, lat, REACH)) == cells


def test_a_cell_has_the_number_under_which_it_stands_in_the_tables():
    # Rows of 0.02 degrees from the south pole, 18,000 to a row from 180 degrees west.
    assert cell(117.05, 29.05) == 5952 * 18_000 + 14_852
    assert (cell(-180.0, -90.0), cell(-179.97, -89.97)) == (0, 18_001)


def stated(kinds):
    """The law with what is otherwise for some kinds."""
    default = {"within_m": 200, "within_h": 24}
    law = {"law": "patrol.near", "version": "1", "source": "a", "default": default, "kinds": kinds}
    return read_law(json.dumps(law), "patrol.near", NearRules)


def test_a_kind_may_have_a_reach_of_its_own():
    rules = stated({"fire": {"within_m": 1000, "within_h": 6}}).newest
    found = [rules.reach(kind) for kind in (IncidentKind.FIRE, IncidentKind.FELLING)]
    assert [(one.within_m, one.within) for one in found] == [(1000, timedelta(hours=6)), (200, A_DAY)]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({"fires": {"within_m": 1000, "within_h": 6}}, "1: kinds.fires.[key]: must be one of: fire, "),
        ({"fire": {"within_m": 1000, "within_d": 6}}, "1: kinds.fire.within_h: is required"),
        ({"fire": {"within_m": 0, "within_h": 6}}, "1: kinds.fire.within_m: must be more than 0"),
    ],
)
def test_a_reach_that_breaks_a_rule_is_named_and_not_taken_for_that_of_another_kind(kinds, said):
    with pytest.raises(Faulty) as refused:
        stated(kinds)
    assert str(refused.value).startswith(said)


def test_the_earth_is_as_large_as_its_mean_radius():
    assert pytest.approx((2 * 6_378_137 + 6_356_752.314) / 3, abs=0.1) == EARTH_M
