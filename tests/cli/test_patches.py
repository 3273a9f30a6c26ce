"""Patches of inspection as offices have them: GeoJSON with Chinese columns, each fault named by row and column."""

import json
from datetime import UTC, datetime

import pytest

from cli.case.report import problems_of
from cli.given_file import BadFile
from cli.patrol.patches import patches_in
from contracts.patrol import IncidentKind

PROJECT = "2020年森林督查"
SIDE = 0.001
GROUND_HA = 1.0782
"""A thousandth of a degree each way at 29.05 degrees north: 97.4 m by 110.8 m, by tables of parallel and meridian."""


def feature(west=117.05, **columns):
    ring = [(west, 29.05), (west + SIDE, 29.05), (west + SIDE, 29.05 + SIDE), (west, 29.05 + SIDE), (west, 29.05)]
    properties = {"图斑号": "TB-1", "前时相": "2019-10-01", "后时相": "2020.5.21", "判读原因": "建设项目", **columns}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture
def read(tmp_path):
    def read(*features, **more):
        file = tmp_path / "patches.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), "utf-8")
        return patches_in(file, PROJECT, None, None, None)

    return read


def test_a_patch_is_reported_with_all_that_inspection_wrote_down(read):
    columns = {
        "林班": "012",
        "小班": "3",
        "面积": 1.08,
        "核实原因": "违法建设",
        "核实面积": "1.0",
        "前地类": "乔木林地",
        "现地类": "建设用地",
        "森林类别": "公益林",
        "林种": "水源涵养林",
        "起源": "天然",
        "保护等级": "Ⅱ",
        "许可文号": "赣林地审字〔2019〕1号",
        "许可面积": "0.2",
        "违法面积": "0.8",
        "采伐蓄积": "12.5",
        "采伐证": "无",
        "违法类型": "未批先占",
        "调查人": "调查队",
        "调查日期": "20200701",
        "照片": "1.jpg",
    }
    patches = read(feature(**columns))
    assert (patches.wrong, len(patches.found)) == ([], 1)
    report = patches.found[0][1]
    assert (report["kind"], report["external_id"]) == (IncidentKind.FOREST_LAND_TAKEN, f"patch/{PROJECT}/TB-1")
    assert problems_of(report) == []
    # Midnight in China.
    assert report["seen_at"] == datetime(2020, 5, 20, 16, tzinfo=UTC).isoformat()
    details = report["details"]
    assert (details["compartment"], details["sub_compartment"], details["ground_mu"]) == ("012", "3", "12.0000")
    patch = details["patch"]
    assert patch.pop("boundary")["type"] == "MultiPolygon"
    assert patch == {
        "project": PROJECT,
        "number": "TB-1",
        "before_on": "2019-10-01",
        "after_on": "2020-05-21",
        "read_as": "建设项目",
        "area_ha": "1.0800",
        "verified_reason": "违法建设",
        "verified_ha": "1.0000",
        "land_before": "乔木林地",
        "land_after": "建设用地",
        "forest_class": "公益林",
        "forest_category": "水源涵养林",
        "forest_origin": "天然",
        "protection_grade": "Ⅱ",
        "permit": "赣林地审字〔2019〕1号",
        "permit_ha": "0.2000",
        "illegal_ha": "0.8000",
        "felled_m3": "12.5000",
        "felling_permit": "无",
        "violation": "未批先占",
        "surveyor": "调查队",
        "surveyed_on": "2020-07-01",
        "photos": "1.jpg",
    }


def test_felling_is_told_by_what_was_seen_and_measured_in_cubic_metres(read):
    report = read(feature(判读原因="疑似采伐", 采伐蓄积=8)).found[0][1]
    assert (report["kind"], report["details"]["volume_m3"]) == (IncidentKind.FELLING, "8.0000")


def test_where_no_area_is_stated_the_shape_is_measured(read):
    area_ha = float(read(feature()).found[0][1]["details"]["patch"]["area_ha"])
    assert area_ha == pytest.approx(GROUND_HA, rel=2e-3)


@pytest.mark.parametrize(("stated", "is_told"), [(1.03, False), (1.12, False), (1.01, True), (1.15, True)])
def test_an_area_that_is_off_by_more_than_a_twentieth_is_told(read, stated, is_told):
    told = read(feature(面积=stated)).told
    assert any("TB-1" in one for one in told) is is_told


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"图斑号": ""}, "number"),
        ({"后时相": None}, "after_on"),
        ({"后时相": "2020-02-30"}, "后时相"),
        ({"违法面积": "约一亩"}, "违法面积"),
        ({"违法面积": -1}, "违法面积"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column_and_good_ones_are_kept(read, columns, named):
    patches = read(feature(**columns), feature(图斑号="TB-2"))
    assert [(row, name) for row, name, _ in patches.wrong] == [(1, named)]
    assert [row for row, _ in patches.found] == [2]


def test_a_number_that_stands_twice_is_refused_the_second_time(read):
    patches = read(feature(), feature(117.06))
    assert [row for row, _ in patches.found] == [1]
    assert [(row, name) for row, name, _ in patches.wrong] == [(2, "number")]


def test_a_shape_that_crosses_itself_is_refused_by_name(read):
    crossed = feature()
    crossed["geometry"]["coordinates"] = [[(117, 29), (117.1, 29.1), (117.1, 29), (117, 29.1), (117, 29)]]
    assert [row for row, _, _ in read(crossed).wrong] == [1]


def test_every_missing_column_is_named(read):
    without = feature()
    without["properties"] = {"县": "浮梁县"}
    with pytest.raises(BadFile) as refused:
        read(without)
    assert str(refused.value).endswith("图斑号、后时相")


def test_positions_in_metres_of_a_zone_are_converted(read):
    ring = [(39504872.0, 3214900.0), (39504972.0, 3214900.0), (39504972.0, 3215000.0), (39504872.0, 3215000.0)]
    metres = feature()
    metres["geometry"]["coordinates"] = [[*ring, ring[0]]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}}
    patches = read(metres, crs=crs)
    assert patches.wrong == []
    at = patches.found[0][1]["at"]
    assert (round(at["lon"], 2), round(at["lat"], 2)) == (117.05, 29.05)
    assert float(patches.found[0][1]["details"]["patch"]["area_ha"]) == pytest.approx(1.0, rel=1e-3)
