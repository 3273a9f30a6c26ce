"""Who answers for a line or a piece of ground, and where boundaries contradict the tree."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from contracts.language.division import Division
from contracts.roster import Boundary, Stretch
from services.roster.answerable.answerable import Duties
from services.runtime.problem import Problem
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
    held,
    post,
    square,
)

AT = datetime(2020, 6, 15, 2, tzinfo=UTC)
POSTS = [post(TOWN, "chief", None, held("p-town")), post(WEST, "village_chief"), post(EAST, "village_chief")]


def box(west, east, south=29.0, north=29.1):
    return Boundary(coordinates=(square(west, east, south, north),))


def answering(ground, areas=AREAS, at=AT):
    known = Duties(areas, POSTS)
    return known.answerable_for(known.shared(ground, at), at, None)


def shares(told):
    return {one.area_id: round(one.share, 4) for one in told.shares}


def test_ground_is_answered_for_by_whoever_has_the_largest_share_of_it():
    told = answering(box(117.06, 117.16))
    assert shares(told) == {EAST: 0.6, WEST_GRID.id: 0.4}
    assert (told.areas, told.outside) == ((EAST, TOWN), 0)
    assert [one.id for one in told.posts] == [f"{EAST}-village-chief", f"{TOWN}-chief"]


def test_a_line_is_measured_by_its_length_and_east_is_shorter_than_north():
    """0.04 degrees of longitude are 0.035 of latitude at 29 north: the longer part runs north."""
    told = answering(Stretch(coordinates=((117.06, 29.01), (117.10, 29.01), (117.11, 29.01), (117.11, 29.045))))
    assert told.areas == (EAST, TOWN)
    assert shares(told)[EAST] > 0.55


def test_of_equal_shares_and_on_a_border_the_smaller_code_answers():
    assert answering(box(117.05, 117.15)).areas[0] == WEST_GRID.id
    two = (TOWN_AREA, WEST_AREA, EAST_AREA)
    assert answering(box(117.05, 117.15), two).areas == (WEST, TOWN)
    assert answering(Stretch(coordinates=((117.1, 29.01), (117.1, 29.09))), two).areas == (WEST, TOWN)


def test_ground_that_no_smaller_area_has_is_the_larger_ones():
    wide = area(TOWN, TOWN, square(117.0, 117.4))
    told = answering(box(117.15, 117.35), (wide, WEST_AREA, EAST_AREA))
    assert shares(told) == {TOWN: 0.75, EAST: 0.25}
    assert told.areas == (TOWN,)


def test_what_lies_in_no_area_is_said():
    told = answering(box(117.15, 117.25))
    assert (told.areas, shares(told), round(told.outside, 4)) == ((EAST, TOWN), {EAST: 0.5}, 0.5)


@pytest.mark.parametrize(("west", "answers"), [(117.149, True), (117.151, False)])
def test_a_special_area_answers_where_half_lies_in_it_and_comes_first_by_its_precedence(west, answers):
    reserve = area("reserve", TOWN, square(117.1, 117.2), kind="reserve", parent=TOWN, precedence=5)
    told = answering(box(west, west + 0.1), (*AREAS, reserve))
    assert (told.areas[0] == "reserve") is answers


def test_an_area_answers_for_ground_on_its_days_alone():
    ended = EAST_AREA.model_copy(update={"ended_on": date(2020, 6, 15)})
    days = (datetime(2020, 6, 15, 15, 59, tzinfo=UTC), datetime(2020, 6, 15, 16, tzinfo=UTC))
    found = [answering(box(117.11, 117.19), (TOWN_AREA, WEST_AREA, ended), at).areas for at in days]
    assert found == [(EAST, TOWN), (TOWN,)]


def test_who_answers_for_ground_is_as_it_was_known_then():
    late = post(TOWN, "chief", None, held("p-a", recorded_at="2020-06-10T00:00:00Z"))
    known = Duties(AREAS, [late])
    shared = known.shared(box(117.11, 117.19), AT)
    for known_at, holder in ((AT - timedelta(days=10), None), (AT, "p-a"), (None, "p-a")):
        (told,) = known.answerable_for(shared, AT, known_at).posts
        assert (told.holder and told.holder.id) == holder


@pytest.mark.parametrize(
    ("ground", "field"),
    [
        (Boundary(coordinates=((((117.0, 29.0), (117.1, 29.0), (117.1, 29.1), (117.0, 29.1)),),)), "coordinates.0.0"),
        (
            Boundary(coordinates=((((117.0, 29.0), (117.1, 29.1), (117.1, 29.0), (117.0, 29.1), (117.0, 29.0)),),)),
            "coordinates",
        ),
    ],
)
def test_a_shape_that_is_none_is_refused_by_its_ring(ground, field):
    with pytest.raises(Problem) as refused:
        answering(ground)
    assert [one["field"] for one in refused.value.errors] == [f"polygons.{field}"]


def point(areas, lon, lat=29.05):
    known = Duties(areas, [])
    found = known.areas(lon, lat, AT)
    told = known.contradiction(lon, lat, AT, found)
    return tuple(one.id for one in found), told and (told.outside, told.inside)


def test_a_tree_that_the_boundaries_bear_out_contradicts_nothing():
    assert [point(AREAS, lon)[1] for lon in (117.05, 117.1, 117.15, 117.2)] == [None] * 4


def test_a_chain_whose_upper_area_does_not_hold_the_point_is_flagged():
    """A county was corrected, its towns were not: the tree still answers, and the answer says that it contradicts."""
    other = Division("360203000000")
    county = area("360222000000", "360222000000", square(117.1, 117.2))
    corrected = area(other, other, square(117.0, 117.1))
    town = area(TOWN, TOWN, square(117.0, 117.2), parent="360222000000")
    found, told = point((county, corrected, town), 117.05)
    assert found == (TOWN, "360222000000")
    assert told == (("360222000000",), (other,))
    assert point((county, corrected, town), 117.15) == ((TOWN, "360222000000"), None)


@pytest.mark.parametrize("number", range(15))
def test_the_share_of_any_box_is_what_its_width_says(number):
    """Villages side by side in a town, some with a grid; boxes of their height: each share is a width by hand."""
    chance = Random(number)
    cuts = sorted(chance.sample(range(1, 40), 4))
    edges = [117 + cut / 100 for cut in (0, *cuts, 40)]
    codes = [Division(f"3602221042{n:02d}") for n in range(len(edges) - 1)]
    areas = [area(TOWN, TOWN, square(117.0, 117.4))]
    areas += [
        area(code, code, square(west, east), parent=TOWN)
        for code, west, east in ((code, *edge) for code, edge in zip(codes, pairwise(edges), strict=True))
        if chance.random() < 0.8
    ]
    west, east = sorted(chance.sample(range(-10, 50), 2))
    expected = {
        one.id: max(0, min(round(b * 100) - 11700, east) - max(round(a * 100) - 11700, west)) / (east - west)
        for one in areas[1:]
        for a, b in [(one.boundary.coordinates[0][0][0][0], one.boundary.coordinates[0][0][1][0])]
    }
    inside = max(0, min(40, east) - max(0, west)) / (east - west)
    expected[TOWN] = inside - sum(expected.values())
    known = Duties(areas, [])
    shared = known.shared(box(117 + west / 100, 117 + east / 100), AT)
    assert {id: round(share, 6) for id, share in shared.shares.items()} == {
        id: round(share, 6) for id, share in expected.items() if share > 1e-9
    }
    assert round(shared.outside, 6) == round(1 - inside, 6)
    if inside:
        largest = max(round(share, 6) for share in expected.values())
        first = min((id for id, share in expected.items() if round(share, 6) == largest), key=str)
        assert shared.areas[0].id == first
