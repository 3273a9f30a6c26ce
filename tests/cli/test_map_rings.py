"""Each bad ring of a map is named, nothing is repaired in silence, and what is written comes back."""

from math import cos, pi, sin
from random import Random

import pytest
from pydantic import ValidationError
from shapely.geometry import Polygon

from cli.areas.coverage import enrolling
from tests.cli.map_written import COLUMNS, GROUND, ROW, packaged, positions, read, written
from tests.cli.maps import collection, feature, shapefile

pytestmark = pytest.mark.usefixtures("english")

OPEN = GROUND[:-1]


BOW_TIE = [GROUND[0], GROUND[2], GROUND[1], GROUND[3], GROUND[0]]


WRONG_WAY = [(117.1, 29.1), (117.2, 29.1), (117.2, 29.2), (-117.1, 29.2), (117.1, 29.1)]


@pytest.mark.parametrize(
    ("geometry", "where", "rule"),
    [
        ({"type": "Polygon", "coordinates": [OPEN]}, "geometry.coordinates.0.0", "closed ring: its last position is 2"),
        ({"type": "Polygon", "coordinates": [GROUND, OPEN]}, "geometry.coordinates.0.1", "closed ring"),
        ({"type": "Polygon", "coordinates": [GROUND[:2] + GROUND[:1]]}, "geometry.coordinates.0.0", "it has 3"),
        ({"type": "Polygon", "coordinates": [BOW_TIE]}, "geometry.coordinates", "crosses or touches itself"),
        ({"type": "Polygon", "coordinates": [WRONG_WAY]}, "geometry.coordinates.0.0", "wrong way around the globe"),
        ({"type": "Polygon", "coordinates": [[(y, x) for x, y in GROUND]]}, "geometry.coordinates.0.0", "exchanged"),
        (
            {"type": "Polygon", "coordinates": [[(x - 100, y) for x, y in GROUND]]},
            "geometry.coordinates.0.0",
            "in China",
        ),
        (
            {"type": "Polygon", "coordinates": [[(500_000 + x, y * 1e5) for x, y in GROUND]]},
            "geometry.coordinates.0.0",
            "say the projected system by --crs",
        ),
        (
            {"type": "Polygon", "coordinates": [[GROUND[0], ["a", 29], *GROUND[2:]]]},
            "geometry.coordinates.0.0.1",
            "two",
        ),
        ({"type": "Polygon", "coordinates": [[GROUND[0], [117], *GROUND[2:]]]}, "geometry.coordinates.0.0.1", "two"),
        ({"type": "Polygon", "coordinates": []}, "geometry", "has no geometry"),
        ({"type": "Point", "coordinates": [1, 2]}, "geometry.type", "unlike Point"),
        (None, "geometry", "has no geometry"),
    ],
)
def test_each_bad_ring_is_named_by_its_place_and_reason(tmp_path, geometry, where, rule):
    good = feature({"code": "360202", "name": "昌江区"}, GROUND)
    bad = {"type": "Feature", "properties": {"code": "360203", "name": "珠山区"}, "geometry": geometry}
    rows, _ = read(written(tmp_path, collection(good, bad)))
    assert rows[0].wrong == []
    ((at, said),) = rows[1].wrong
    assert (at, rule in said) == (where, True), said


def test_forest_land_that_its_contract_does_not_take_is_named_by_its_row_and_keeps_no_other_back(tmp_path):
    circle = [(117 + 0.1 * cos(2 * pi * n / 65_537), 29 + 0.1 * sin(2 * pi * n / 65_537)) for n in range(65_537)]
    text = collection(
        feature({"code": "360222100001"}, GROUND),
        feature({"code": "360222100001"}, [*circle, circle[0]]),
        feature({"code": "360222100001", "id": "三龙", "kind": "reserve"}, GROUND),
        feature({"name": "三龙"}, GROUND),
    )
    rows, _ = read(written(tmp_path, text))
    asked = [enrolling(row, 2019, "二类调查") for row in rows]
    assert [one.lands[0].area_id for one in asked if one is not None] == ["360222100001"]
    assert [[field for field, _ in row.wrong[:1]] for row in rows] == [
        [],
        ["boundary.coordinates.0.0"],
        ["area_id"],
        ["properties.code"],
    ]
    with pytest.raises(ValidationError):
        enrolling(read(written(tmp_path, text))[0][0], 3000, "二类调查")


def test_the_rings_of_a_shapefile_are_not_closed_in_silence(tmp_path):
    file = shapefile(tmp_path, "a", COLUMNS, [ROW, ROW], [OPEN, []])
    rows, _ = read(file, crs="EPSG:4490")
    assert [row.wrong[0][0] for row in rows] == ["geometry.coordinates.0.0", "geometry"]


def test_repairs_are_shown_and_make_a_boundary_of_the_ground_that_was_drawn(tmp_path):
    features = [
        feature({"code": code, "name": "区"}, *rings)
        for code, rings in [("360202", [OPEN]), ("360203", [BOW_TIE]), ("360222", [GROUND, GROUND[:2] + GROUND[:1]])]
    ]
    rows, _ = read(written(tmp_path, collection(*features)), repair=True)
    assert [len(row.repairs) for row in rows] == [1, 1, 1]
    assert all(row.wrong for row in rows)
    shapes = [Polygon(row.feature.polygons[0][0]) for row in rows]
    assert shapes[0].equals(Polygon(GROUND))
    assert shapes[2].equals(Polygon(GROUND))
    assert len(rows[1].feature.polygons) == 2
    wrong_way = feature({"code": "360202", "name": "区"}, WRONG_WAY)
    assert read(written(tmp_path, collection(wrong_way)), repair=True)[0][0].repairs == ()


@pytest.mark.parametrize("number", range(20))
def test_any_ring_comes_back_as_it_was_written_through_every_format(tmp_path, number):
    """Random simple rings, in degrees, through GeoJSON, Shapefile and GeoPackage."""
    chance = Random(number)
    corners = sorted({round(chance.uniform(117.0, 117.5), 6) for _ in range(8)})
    low = [(x, round(29.0 + chance.random() * 0.1, 6)) for x in corners]
    drawn = [*low, *((x, round(y + 0.2, 6)) for x, y in reversed(low)), low[0]]
    shape = shapefile(tmp_path, "a", COLUMNS, [ROW], [drawn])
    packaged(tmp_path / "a.gpkg", Polygon(drawn).wkb, crs="EPSG:4490")
    text = written(tmp_path, collection(feature({"code": "360202"}, drawn)))
    found = [read(shape, crs="4490"), read(tmp_path / "a.gpkg"), read(text)]
    assert [Polygon(positions(rows)).equals(Polygon(drawn)) for rows, _ in found] == [True] * 3
    assert [rows[0].wrong for rows, _ in found] == [[], [], []]
