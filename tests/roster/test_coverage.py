"""Gaps of people, ground and trees are found exactly, told once, and healed when they are closed."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import shapely

from contracts.language.division import Division
from contracts.roster import (
    GapKind,
)
from services.roster.area.area import mu_enclosed, size_mu
from services.roster.coverage.coverage import Covered, Land, judge
from services.roster.coverage.law import GRIDS
from services.runtime.reference.ground import shape_of
from tests.roster.areas_and_posts import (
    TOWN,
    TOWN_AREA,
    WEST,
    WEST_AREA,
    area,
    held,
    post,
    square,
)
from tests.roster.grids import TEAM, grid, ranger, tree

TODAY = date(2020, 6, 15)
RULES = GRIDS.shipped.on(TODAY)


def land_of(one, *polygons):
    shape = shape_of(area("x", WEST, *polygons)) if polygons else shape_of(one)
    return Land(one.id, 2019, "二类调查", shape)


def judged(grids, land=None, posts=None, trees=(), standing=(), today=TODAY, of=WEST_AREA):
    serving = [*TEAM, *(ranger(one) for one in grids)] if posts is None else posts
    numbers = itertools.count(len(standing) + 1)
    return judge(Covered(of, grids, serving, land, trees, standing), RULES, today, lambda: f"gap-{next(numbers)}")


def test_grids_that_cover_all_with_whole_teams_leave_nothing():
    coverage, gaps = judged([grid(1, 117.0, 117.05), grid(2, 117.05, 117.1)], land_of(WEST_AREA))
    assert gaps == []
    assert (coverage.grids, coverage.rest_mu, coverage.land_mu) == (2, 0, size_mu(WEST_AREA))
    assert (coverage.land_year, coverage.land_source, coverage.template) == (2019, "二类调查", "one-chief-two-members")


def test_where_no_forest_land_is_known_that_is_said_and_no_gap_is_made_up():
    coverage, gaps = judged([grid(1, 117.0, 117.02)])
    assert gaps == []
    assert (coverage.land_year, coverage.land_mu, coverage.rest_mu) == (None, None, None)


def test_a_gap_has_its_shape_and_size_and_only_forest_land_counts():
    coverage, (gap,) = judged([grid(1, 117.0, 117.06)], land_of(WEST_AREA, square(117.0, 117.08)))
    expected = area("gap", WEST, square(117.06, 117.08))
    assert (gap.kind, gap.area_id, gap.size_mu, gap.found_on) == (GapKind.GROUND, WEST, size_mu(expected), TODAY)
    assert shape_of(area("a", WEST, *gap.shape.coordinates)).equals(shape_of(expected))
    assert coverage.rest_mu == gap.size_mu


@pytest.mark.parametrize(("metres", "found"), [(0.95, 0), (1.05, 1)])
def test_a_gap_counts_above_a_tenth_of_a_mu(metres, found):
    """A strip of 0.1 mu = 66.67 m² between grids 63.5 m high: 1.05 m wide is a gap, 0.95 m is not."""
    high, wide = 63.5 / 110_862, metres / 97_360
    of = area(WEST, WEST, square(117.0, 117.01, 29.0, 29.0 + high), parent=TOWN)
    grids = [grid(1, 117.0, 117.005, 29.0, 29.0 + high), grid(2, 117.005 + wide, 117.01, 29.0, 29.0 + high)]
    coverage, gaps = judged(grids, land_of(of), of=of)
    assert len([one for one in gaps if one.kind is GapKind.GROUND]) == found
    assert coverage.rest_mu > 0


def test_ground_in_two_grids_is_named_with_both():
    coverage, (gap,) = judged([grid(1, 117.0, 117.06), grid(2, 117.05, 117.1)], land_of(WEST_AREA))
    assert (gap.kind, gap.grids) == (GapKind.OVERLAP, (f"{WEST}-g1", f"{WEST}-g2"))
    assert gap.size_mu == size_mu(area("a", WEST, square(117.05, 117.06)))
    assert (coverage.overlaps, coverage.gaps, coverage.rest_mu) == (1, 0, 0)


def test_a_grid_covers_on_its_days_alone():
    grids = [grid(1, 117.0, 117.05), grid(2, 117.05, 117.1, ended_on=TODAY)]
    assert judged(grids, land_of(WEST_AREA))[1] == []
    (gap,) = judged(grids, land_of(WEST_AREA), today=TODAY + timedelta(days=1))[1]
    assert gap.size_mu == size_mu(grids[1])


def test_land_that_is_known_of_an_area_above_counts_within_the_boundary():
    land = Land(TOWN, 2019, "二类调查", shape_of(TOWN_AREA))
    coverage, gaps = judged([grid(1, 117.0, 117.1)], land)
    assert (gaps, coverage.land_mu) == ([], size_mu(WEST_AREA))


@pytest.mark.parametrize(
    ("posts", "missing", "vacant"),
    [
        (TEAM, ("ranger",), ()),
        ([TEAM[0], ranger(grid(1, 117.0, 117.1))], ("resource_supervisor",), ()),
        ([TEAM[1], ranger(grid(1, 117.0, 117.1))], ("village_chief",), ()),
        ([*TEAM, post(f"{WEST}-g1", "ranger")], (), ("ranger",)),
        ([*TEAM, post(f"{WEST}-g1", "ranger", None, held("p-r", held_to="2020-06-14"))], (), ("ranger",)),
        ([*TEAM, post(f"{WEST}-g1", "ranger", None, held("p-r"), ended_on=date(2020, 6, 14))], ("ranger",), ()),
        ([*TEAM, post(f"{WEST}-g2", "ranger", None, held("p-r"))], ("ranger",), ()),
        ([], ("village_chief", "resource_supervisor", "ranger"), ()),
    ],
)
def test_a_team_is_complete_by_its_template_and_a_supervisor_above_serves_several_grids(posts, missing, vacant):
    grids = [grid(1, 117.0, 117.05), grid(2, 117.05, 117.1, in_force_from=date(2021, 1, 1))]
    coverage, (gap,) = judged(grids, posts=posts)
    assert (gap.kind, gap.grids, gap.missing, gap.vacant) == (GapKind.TEAM, (f"{WEST}-g1",), missing, vacant)
    assert coverage.teams_incomplete == 1


def test_a_ranger_answers_for_his_own_grid_alone():
    grids = [grid(1, 117.0, 117.05), grid(2, 117.05, 117.1)]
    (gap,) = judged(grids, posts=[*TEAM, ranger(grids[0])])[1]
    assert gap.grids == (grids[1].id,)


def test_another_template_holds_in_another_province():
    assert RULES.of(Division("430500000000")).template == "one-chief-three-members"
    roles = [one.role for one in RULES.templates["one-chief-three-members"].members if one.least]
    assert roles == ["village_chief", "resource_supervisor", "law_officer", "ranger"]


@pytest.mark.parametrize(
    ("mu", "outside"), [("2999.9999", True), ("3000", False), ("10000", False), ("10000.0001", True)]
)
def test_a_grid_outside_of_the_norm_is_warned_of(mu, outside):
    one = grid(1, 117.0, 117.1).model_copy(update={"area_mu": Decimal(mu)})
    coverage, gaps = judged([one])
    assert (coverage.outside_norm, gaps) == ((one.id,) if outside else (), [])


def test_an_old_tree_in_no_grid_is_a_gap_and_one_on_the_border_is_not():
    trees = [
        tree("in", 117.02),
        tree("edge", 117.05),
        tree("out", 117.08),
        tree("dead", 117.08, ended_on=date(2020, 6, 14)),
    ]
    coverage, (gap,) = judged([grid(1, 117.0, 117.05)], trees=trees)
    assert (gap.kind, gap.tree_id, coverage.trees_outside) == (GapKind.TREE, "out", 1)


def test_a_gap_that_becomes_smaller_stays_the_same_gap_and_is_healed_when_it_is_closed():
    land = land_of(WEST_AREA)
    _, (found,) = judged([grid(1, 117.0, 117.05)], land)
    _, (smaller,) = judged([grid(1, 117.0, 117.08)], land, standing=[found], today=TODAY + timedelta(days=1))
    assert (smaller.id, smaller.found_on, smaller.size_mu < found.size_mu) == (found.id, TODAY, True)
    assert judged([grid(1, 117.0, 117.08)], land, standing=[smaller], today=TODAY + timedelta(days=2))[1] == []
    _, (healed,) = judged([grid(1, 117.0, 117.1)], land, standing=[smaller], today=TODAY + timedelta(days=3))
    assert healed == smaller.model_copy(update={"healed_on": TODAY + timedelta(days=3)})


def test_a_gap_in_two_is_the_larger_part_and_a_new_one():
    land = land_of(WEST_AREA)
    _, (whole,) = judged([grid(1, 117.0, 117.02)], land)
    _, gaps = judged([grid(1, 117.0, 117.02), grid(2, 117.04, 117.05)], land, standing=[whole])
    assert {one.id: one.size_mu for one in gaps} == {
        whole.id: size_mu(area("a", WEST, square(117.05, 117.1))),
        "gap-2": size_mu(area("a", WEST, square(117.02, 117.04))),
    }


ROUNDING = Decimal("0.01")
"""Four places for each piece, and the width of what is no ground."""


@pytest.mark.parametrize("number", range(25))
def test_random_tilings_with_random_holes_are_found_exactly(number):
    """Cells of a lattice make grids of random columns and rows; some cells are left out, some are in two grids."""
    chance = Random(number)
    side = chance.randrange(3, 7)
    step = 0.1 / side
    cells = list(itertools.product(range(side), range(side)))
    out = set(chance.sample(cells, chance.randrange(side)))
    twice = set(chance.sample([cell for cell in cells if cell not in out], chance.randrange(side)))

    def box(cell):
        x, y = cell
        west, south = 117.0 + x * step, 29.0 + y * step
        return square(west, west + step, south, south + step)

    def whole(cell):
        return area("a", WEST, box(cell))

    grids = [
        area(f"{WEST}-g{n}", WEST, box(cell), kind="grid", parent=WEST)
        for n, cell in enumerate([*(cell for cell in cells if cell not in out), *sorted(twice)])
    ]
    coverage, gaps = judged(grids, land_of(WEST_AREA))
    for kind, cells_of in ((GapKind.GROUND, out), (GapKind.OVERLAP, twice)):
        its = [gap for gap in gaps if gap.kind is kind]
        drawn = shapely.union_all([shape_of(area("a", WEST, *gap.shape.coordinates)) for gap in its])
        expected = shapely.union_all([shape_of(whole(cell)) for cell in cells_of])
        assert drawn.symmetric_difference(expected).area < 1e-9
        size = sum((size_mu(whole(cell)) for cell in cells_of), Decimal(0))
        assert abs(sum((gap.size_mu for gap in its), Decimal(0)) - size) < ROUNDING
    inside = sum((size_mu(one) for one in grids[: len(cells) - len(out)]), Decimal(0))
    assert abs(inside + coverage.rest_mu - coverage.land_mu) < ROUNDING
    assert len([gap for gap in gaps if gap.kind is GapKind.OVERLAP]) == len(twice)


def test_what_polygons_enclose_is_the_same_whichever_way_they_turn():
    one = shape_of(WEST_AREA)
    assert mu_enclosed(one.geoms) == mu_enclosed([part.reverse() for part in one.geoms])
