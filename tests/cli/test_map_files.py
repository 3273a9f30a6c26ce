"""Maps of every format and coordinate system are read as the same ground; each fault is named by feature and rule."""

import json
from pathlib import Path

import pyproj
import pytest
import typer
from shapely.geometry import Polygon

from cli.areas.columns import division_in, said_of
from cli.areas.feature import NotReadable
from contracts.language.datum import from_cgcs2000
from contracts.language.values import Datum
from tests.cli.map_written import COLUMNS, GROUND, ROW, packaged, positions, read, written
from tests.cli.maps import collection, feature, gauss_krueger, ring, shapefile

pytestmark = pytest.mark.usefixtures("english")

DATAV = Path(__file__).parent / "maps_given" / "datav-360200.json"


def degrees_off(found, expected):
    return max(max(abs(x - a), abs(y - b)) for (x, y), (a, b) in zip(found, expected, strict=True))


def test_a_collection_one_feature_and_a_feature_a_line_say_the_same(tmp_path):
    one = feature({"adcode": 360202, "name": "昌江区"}, GROUND)
    line = json.dumps(one, ensure_ascii=False)
    texts = [collection(one), line, f"{line}\n{line}", f"\x1e{line}\n\x1e{line}\n", json.dumps(one["geometry"])]
    found = [read(written(tmp_path, text))[0] for text in texts]
    assert [len(rows) for rows in found] == [1, 1, 2, 2, 1]
    assert [positions(rows[:1]) for rows in found] == [GROUND] * 5
    assert {row.id() for rows in found[:4] for row in rows} == {"360202000000"}


def test_a_broken_line_is_named_and_the_others_are_read(tmp_path):
    line = json.dumps(feature({"adcode": 360202, "name": "昌江区"}, GROUND))
    rows, _ = read(written(tmp_path, f"{line}\n{line[:-2]}\n{line}"))
    assert [row.wrong == [] for row in rows] == [True, False, True]


def test_arcs_that_neighbours_share_are_put_together(tmp_path):
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.01, 0.01], "translate": [117.0, 29.0]},
        "arcs": [[[10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10], [10, 0]], [[10, 0], [10, 0], [0, 10], [-10, 0]]],
        "objects": {
            "areas": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "360202"}},
                    {"type": "MultiPolygon", "arcs": [[[2, -1]]], "properties": {"code": "360203"}},
                    {"type": None, "properties": {"code": "360222"}},
                ],
            }
        },
    }
    rows, _ = read(written(tmp_path, json.dumps(topology)))
    shapes = [Polygon(row.feature.polygons[0][0]) for row in rows[:2]]
    expected = [Polygon(ring(117.0, 29.0, 117.1, 29.1)), Polygon(ring(117.1, 29.0, 117.2, 29.1))]
    assert [one.symmetric_difference(other).area < 1e-12 for one, other in zip(shapes, expected, strict=True)] == [
        True,
        True,
    ]
    assert [row.wrong for row in rows[:2]] == [[], []]
    assert rows[2].wrong == [("geometry", "has no geometry")]


@pytest.mark.parametrize("altitude", [False, True])
@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("gb18030", None), ("gb18030", "GBK"), ("gb18030", "UTF-8"), ("utf-8", "UTF-8"), ("utf-8", None)],
)
def test_names_of_a_dbf_are_read_in_their_code_page(tmp_path, encoding, cpg, altitude):
    file = shapefile(tmp_path, "a", COLUMNS, [ROW], [GROUND], encoding, cpg, altitude=altitude)
    rows, told = read(file, crs="EPSG:4490")
    said = said_of(rows[0].feature.columns, rows[0].feature.polygons, {})
    assert (said["division"], said["name"]) == ROW
    assert degrees_off(positions(rows), GROUND) == 0
    assert any("altitude" in one or "高程" in one for one in told) is altitude
    assert any("UTF-8".lower() in one for one in told) is (encoding == "gb18030" and cpg == "UTF-8")


@pytest.mark.parametrize(
    ("crs", "meridian", "zone"),
    [
        ("EPSG:4527", 117, "39"),
        ("4527", 117, "39"),
        ("EPSG:4548", 117, ""),
        ("EPSG:4528", 120, "40"),
        ("EPSG:4547", 114, ""),
    ],
)
def test_three_degree_zones_with_and_without_their_number_are_the_same_ground(tmp_path, crs, meridian, zone):
    projected = [gauss_krueger(*at, meridian, zone) for at in GROUND]
    file = shapefile(tmp_path, "a", COLUMNS, [ROW], [projected])
    rows, _ = read(file, crs=crs)
    assert rows[0].wrong == []
    assert degrees_off(positions(rows), GROUND) < 2e-8


@pytest.mark.parametrize(
    ("crs", "zone", "told"),
    [("EPSG:4548", "39", "say --crs EPSG:4527"), ("EPSG:4527", "", "say --crs EPSG:4548")],
)
def test_an_easting_that_has_a_zone_where_the_system_has_none_is_named(tmp_path, crs, zone, told):
    file = shapefile(tmp_path, "a", COLUMNS, [ROW], [[gauss_krueger(*at, 117, zone) for at in GROUND]])
    ((_, rule),) = read(file, crs=crs)[0][0].wrong
    assert told in rule


def test_the_system_stands_in_prj_in_crs_and_in_thepackage(tmp_path):
    projected = [gauss_krueger(*at, 117, "39") for at in GROUND]
    prj = pyproj.CRS.from_epsg(4527).to_wkt("WKT1_ESRI")
    file = shapefile(tmp_path, "a", COLUMNS, [ROW], [projected], prj=prj)
    package = tmp_path / "a.gpkg"
    wkb = Polygon(projected).wkb
    packaged(package, wkb)
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}
    text = collection(feature({"code": "360202001", "name": "西郊街道"}, projected), crs=member)
    for one in (file, package, written(tmp_path, text)):
        rows, _ = read(one)
        assert rows[0].wrong == []
        assert degrees_off(positions(rows), GROUND) < 2e-8
        assert rows[0].id() == "360202001000"


def degrees(folder):
    return shapefile(folder, "a", COLUMNS, [ROW], [GROUND])


@pytest.mark.parametrize(
    ("make", "option", "told"),
    [
        (degrees, {}, "states no coordinate system"),
        (degrees, {"crs": "EPSG:2436"}, "Beijing 1954"),
        (degrees, {"crs": "EPSG:2327"}, "Xian 1980"),
        (degrees, {"crs": "EPSG:999999"}, "no coordinate system"),
        (
            lambda f: shapefile(f, "a", COLUMNS, [ROW], [GROUND]),
            {"crs": "EPSG:4527", "datum": Datum.GCJ02},
            "for degrees",
        ),
        (lambda f: DATAV, {}, "on GCJ-02"),
    ],
)
def test_what_is_not_said_of_a_map_is_asked_and_never_guessed(tmp_path, make, option, told):
    with pytest.raises(typer.BadParameter) as refused:
        read(make(tmp_path), **option)
    assert told in str(refused.value)


def test_boundaries_of_amap_are_converted_once(tmp_path):
    """The given file has its first position 590 m off; where it is in truth, the forward formula says."""
    rows, _ = read(DATAV, datum=Datum.GCJ02)
    assert [row.id() for row in rows] == ["360202000000", "360203000000", "360222000000", "360281000000"]
    assert [row.wrong for row in rows] == [[], [], [], []]
    stated = json.loads(DATAV.read_text("utf-8"))["features"][0]["geometry"]["coordinates"][0][0]
    found = rows[0].feature.polygons[0][0]
    assert degrees_off([from_cgcs2000(*at, Datum.GCJ02) for at in found], stated) < 1e-7
    assert degrees_off(found, stated) > 0.002


def test_a_map_of_other_columns_is_wgs84_where_geojson_says_nothing_and_that_is_told(tmp_path):
    rows, told = read(written(tmp_path, collection(feature({"code": "360202", "name": "昌江区"}, GROUND))))
    assert positions(rows) == GROUND
    assert any("gcj02" in one for one in told)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (360202, "360202000000"),
        (360202.0, "360202000000"),
        ("36", "360000000000"),
        ("3602", "360200000000"),
        ("３６０２０２", "360202000000"),
        (" 360202001 ", "360202001000"),
        ("360202001202", "360202001202"),
    ],
)
def test_a_code_is_understood_however_it_is_cut_off(stated, expected):
    assert division_in(stated) == expected


@pytest.mark.parametrize("stated", ["", "36020", "3602020", "昌江区", 36020.5, True, "360202-001"])
def test_a_code_of_no_levels_length_is_refused(stated):
    with pytest.raises(NotReadable):
        division_in(stated)


@pytest.mark.parametrize(
    ("columns", "mu"),
    [({"面积（亩）": "30"}, "30"), ({"面积公顷": 2}, "30.0000"), ({"area_m2": 20_000}, "30.0000"), ({}, "0")],
)
def test_a_stated_size_is_read_in_its_unit(columns, mu):
    assert said_of({"XZQDM": "360202", "XZQMC": "昌江区", **columns}, [[GROUND]], {})["area_mu"] == mu


def test_the_national_base_map_writes_a_country_before_its_codes():
    assert said_of({"gb": "156360202", "name": "昌江区"}, [[GROUND]], {})["division"] == "360202000000"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04rest", "an archive"),
        (b"<?xml version='1.0'?><kml/>", "XML"),
        (b"SQLite format 3\x00rest", "no Shapefile or GeoPackage"),
        (b"\x00\x00\x27\x0arest", "is missing"),
        (b"AC1032", "DWG"),
        (b"{", "is no JSON"),
    ],
)
def test_what_is_no_map_is_said_by_what_it_is(tmp_path, content, told):
    file = tmp_path / "areas.shp"
    file.write_bytes(content)
    with pytest.raises(typer.BadParameter) as refused:
        read(file)
    assert told in str(refused.value)


def test_a_package_of_several_layers_must_be_told_which(tmp_path):
    file = tmp_path / "a.gpkg"
    for layer in ("towns", "villages"):
        packaged(file, Polygon(GROUND).wkb, layer, "EPSG:4490")
    with pytest.raises(typer.BadParameter) as refused:
        read(file)
    assert "towns" in str(refused.value)
    assert positions(read(file, layer="villages")[0]) == GROUND
