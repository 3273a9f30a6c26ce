"""The demo's world: real divisions on made-up ground."""

import pytest
import shapely

from contracts.language.division import Level
from contracts.language.values import AreaKind
from demo.boundaries import boundaries
from demo.world import DATA, NEVER_VACANT, jingdezhen, world
from services.runtime.reference.ground import shape_of

DIVISIONS = jingdezhen()
AREAS, POSTS = world(DIVISIONS)
SHAPES = {area.id: shape_of(area) for area in AREAS}
BY_ID = {area.id: area for area in AREAS}
VILLAGES = [area for area in AREAS if area.division.level is Level.VILLAGE and area.kind is AreaKind.DIVISION]
EXTENT = shapely.box(116.95, 28.73, 117.70, 29.94)


def test_every_division_is_an_area_and_every_village_has_a_grid_on_its_ground():
    assert (len(AREAS), len(VILLAGES)) == (777 + 711, 711)
    assert [area.id for area in AREAS if area.kind is AreaKind.DIVISION] == sorted(d.code for d in DIVISIONS)
    for village in VILLAGES:
        grid = BY_ID[f"{village.id}-g1"]
        assert (grid.boundary, grid.parent_id) == (village.boundary, village.id)
    assert all(area.generated for area in AREAS)


def test_the_lowest_divisions_are_disjoint_and_cover_the_city():
    above = {area.parent_id for area in AREAS if area.kind is AreaKind.DIVISION}
    shapes = [SHAPES[area.id] for area in AREAS if area.kind is AreaKind.DIVISION and area.id not in above]
    assert shapely.coverage_is_valid(shapes)
    assert abs(sum(shape.area for shape in shapes) - SHAPES["360200000000"].area) < 1e-12
    assert len(SHAPES["360200000000"].geoms) == 1
    assert not SHAPES["360200000000"].geoms[0].interiors
    assert EXTENT.contains(SHAPES["360200000000"])


def test_every_area_above_is_exactly_what_lies_in_it():
    children = {}
    for area in AREAS:
        if area.kind is AreaKind.DIVISION and area.parent_id:
            children.setdefault(area.parent_id, []).append(SHAPES[area.id])
    assert len(children) == 1 + 4 + 59  # Of two towns no list has the villages.
    for parent, shapes in children.items():
        assert SHAPES[parent].is_valid
        assert SHAPES[parent].symmetric_difference(shapely.union_all(shapes)).area < 1e-12


def test_a_village_has_few_corners_on_a_grid_of_a_millionth_of_a_degree():
    corners = [shapely.get_num_coordinates(SHAPES[village.id]) - 1 for village in VILLAGES]
    assert 5 <= sum(corners) / len(corners) <= 8
    drawn = shapely.get_coordinates([SHAPES[village.id] for village in VILLAGES])
    assert (drawn.round(6) == drawn).all()


def test_parents_come_before_their_children():
    seen = set()
    for area in AREAS:
        assert area.parent_id is None or area.parent_id in seen
        seen.add(area.id)


@pytest.mark.slow
def test_the_same_world_comes_out_every_time():
    assert world(list(reversed(DIVISIONS))) == (AREAS, POSTS)
    villages = [division.code for division in DIVISIONS if division.code.level is Level.VILLAGE]
    assert boundaries(villages[::-1]) == boundaries(villages)


def test_every_post_stands_on_an_area_and_has_a_unit_of_one_name():
    assert len({post.id for post in POSTS}) == len(POSTS) == 4 + 3 * 4 + 3 * 61 + 3 * 711
    names = {}
    for post in POSTS:
        assert BY_ID[post.area_id].division == post.division
        assert names.setdefault(post.unit.id, post.unit.name) == post.unit.name
    assert names["u-360222108000"] == "三龙镇林业工作站"
    assert names["u-360222000000-office"] == "浮梁县林长办"


def test_about_one_post_in_a_hundred_is_vacant_but_no_office_and_no_unit():
    vacant = [post for post in POSTS if not post.appointments]
    assert 0.005 < len(vacant) / len(POSTS) < 0.02
    assert not [post for post in vacant if post.role in NEVER_VACANT]


def test_a_holder_is_an_account_named_after_the_post():
    chief = next(post for post in POSTS if post.id == "360222000000-chief")
    assert chief.holder_on(chief.appointments[0].held_from).model_dump() == {
        "id": "p-360222000000-chief",
        "name": "浮梁县林长",
    }


def test_the_tables_state_their_source_and_licence():
    said = (DATA / "README.md").read_text("utf-8")
    for table in DATA.glob("*.csv"):
        assert table.name in said
    assert (said.count("Source:"), said.count("Licence:")) == (2, 2)
