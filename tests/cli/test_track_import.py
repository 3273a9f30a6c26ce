"""Tracks out of files: what is read of each format, and what is said of what is none."""

import json
import re

import pytest

from cli.main import main
from cli.patrol.track.file import track_in
from cli.patrol.track.fix import instant, zone_of

MARK = "\ufeff"
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"
     xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
<wpt lat="29.9" lon="117.9"><time>2020-06-14T00:00:00Z</time></wpt>
<rte><rtept lat="29.8" lon="117.8"/></rte>
<trk><trkseg>
<trkpt lat="29.75" lon="117.19"><ele>3.4</ele><time>2020-06-14T01:00:00Z</time>
  <extensions><gpxtpx:TrackPointExtension><gpxtpx:hr>171</gpxtpx:hr></gpxtpx:TrackPointExtension></extensions></trkpt>
<trkpt lat="29.7501" lon="117.1901"/>
</trkseg><trkseg>
<trkpt lat="29.7502" lon="117.1902"><time>2020-06-14T09:01:00.500+08:00</time></trkpt>
</trkseg></trk></gpx>"""
WAYPOINT = """<?xml version="1.0" encoding="utf-8"?>
<gpx><wpt lat="29.309634" lon="117.515386"><ele>-14.6</ele><time>2020-05-27T10:08:47.8Z</time>
<extensions><security>Open</security></extensions></wpt></gpx>"""
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>
<Placemark><gx:Track><when>2020-06-14T01:00:00Z</when><when>2020-06-14T01:00:30Z</when>
<gx:coord>117.19 29.75 120</gx:coord><gx:coord>117.1901 29.7501 121</gx:coord></gx:Track></Placemark>
<Placemark><TimeStamp><when>2020-06-14T01:01:00Z</when></TimeStamp>
<Point><coordinates>117.1902,29.7502,0</coordinates></Point></Placemark>
<Placemark><LineString><coordinates>117,29 117.1,29.1</coordinates></LineString></Placemark></Document></kml>"""
GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"time": "2020-06-14T01:00:00Z"},
            "geometry": {"type": "Point", "coordinates": [117.19, 29.75]},
        },
        {
            "type": "Feature",
            "properties": {"coordTimes": ["2020-06-14T01:00:30Z", 1592096460000]},
            "geometry": {"type": "LineString", "coordinates": [[117.1901, 29.7501, 7], [117.1902, 29.7502]]},
        },
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": []}},
    ],
}
TRACCAR = {
    "position": {
        "deviceId": 1,
        "fixTime": "2020-06-14T01:00:00.000+0000",
        "valid": True,
        "outdated": False,
        "latitude": 29.75,
        "longitude": 117.19,
        "accuracy": 24.04,
        "attributes": {"motion": False, "mock": True},
    },
    "device": {"uniqueId": "T-7"},
}
CSV = """设备,经度,纬度,定位时间,精度
x,117.19,29.75,2020-06-14 01:00:00Z,5
x,117.1901,29.7501,2020/6/14 9:00:30 +08:00,
"""
AT = ["2020-06-14T01:00:00Z", "2020-06-14T01:00:30Z", "2020-06-14T01:01:00Z"]
BOMB = """<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<gpx><trk><name>&c;</name></trk></gpx>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><name>&x;</name></gpx>"""
LOCAL = GPX.replace("01:00:00Z", "01:00:00")


@pytest.fixture
def given(tmp_path):
    def written(content, name="track"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return written


def places(found):
    return [(one["lon"], one["lat"], one["at"]) for one in found.points]


@pytest.mark.parametrize("encoded", ["utf-8", "utf-8-sig", "utf-16"])
def test_of_gpx_the_track_points_of_all_segments_are_read_and_one_without_a_time_is_named(given, encoded):
    found = track_in(given(GPX.replace('encoding="UTF-8"', "").encode(encoded)), None)
    assert places(found) == [(117.19, 29.75, AT[0]), (117.1902, 29.7502, "2020-06-14T01:01:00.500000Z")]
    assert [(n, name) for n, name, _ in found.wrong] == [(2, "at")]
    assert (found.left_out["waypoints"], found.left_out["routes"]) == (1, 1)


@pytest.mark.parametrize("before", ["", MARK, "\n \n"])
def test_of_gpx_without_a_track_its_timed_waypoints_are_read_with_or_without_a_mark_and_a_namespace(given, before):
    found = track_in(
        given(before + WAYPOINT.partition("?>")[2].lstrip() if before.isspace() else before + WAYPOINT), None
    )
    assert places(found) == [(117.515386, 29.309634, "2020-05-27T10:08:47.800000Z")]


def test_of_kml_timed_tracks_and_placemarks_are_read_and_what_is_drawn_is_left_out(given):
    found = track_in(given(KML), None)
    assert [one[2] for one in places(found)] == AT
    assert (places(found)[0][:2], found.left_out["drawn"]) == ((117.19, 29.75), 1)


def test_of_geojson_timed_points_and_lines_with_a_time_for_each_place_are_read(given):
    found = track_in(given(json.dumps(GEOJSON)), None)
    assert [one[2] for one in places(found)] == AT
    assert found.left_out["drawn"] == 1


def test_of_traccar_its_terminal_accuracy_and_mock_mark_are_read_and_a_fix_that_is_none_is_left_out(given):
    lost = {**TRACCAR, "position": {**TRACCAR["position"], "valid": False}}
    found = track_in(given("\n".join(map(json.dumps, (TRACCAR, lost)))), None)
    assert found.points == [{"lon": 117.19, "lat": 29.75, "at": AT[0], "accuracy_m": 24.04, "mock": True}]
    assert (found.terminal, found.left_out["no_fix"]) == ("T-7", 1)
    listed = track_in(given(json.dumps([TRACCAR["position"], {**TRACCAR["position"], "deviceId": 2}])), None)
    assert (len(listed.points), listed.terminal, listed.several) == (2, None, True)


@pytest.mark.parametrize("encoded", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_of_csv_columns_are_known_by_their_names_in_chinese_and_english(given, encoded, delimiter):
    found = track_in(given(CSV.replace(",", delimiter).encode(encoded)), None)
    assert [one[2] for one in places(found)] == AT[:2]
    assert [one.get("accuracy_m") for one in found.points] == [5, None]


@pytest.mark.parametrize(
    ("written", "zone", "at"),
    [
        ("2020-06-14T01:00:00", "Z", AT[0]),
        ("2020-06-14 09:00:00", "+08:00", AT[0]),
        ("2020/6/14 9:00", "Asia/Shanghai", AT[0]),
        ("2020年6月14日 9:00:00", "+0800", AT[0]),
        ("2020-06-14T01:00:00Z", "+08:00", AT[0]),
        ("2020-06-13T20:00:00-0500", None, AT[0]),
        ("1592096400", None, AT[0]),
        (1592096400000, None, AT[0]),
    ],
)
def test_a_time_is_read_however_it_is_written(written, zone, at):
    assert instant(written, zone and zone_of(zone)) == at


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "has entities or external parts"),
        (OUTSIDE, "has entities or external parts"),
        ("<gpx><trk>", "broken"),
        ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>', "Common Alerting Protocol"),
        ("<service_requests><request/></service_requests>", "Open311"),
        ("api_key=x&service_code=001&lat=37.7&long=-122.4", "Open311"),
        ("<TrainingCenterDatabase/>", "TCX"),
        ("<html/>", "web page"),
        ("<a/>", "root a"),
        ("PK\x03\x04", "ZIP"),
        ("$GPRMC,1", "NMEA"),
        ('{"type": "Topology"}', "TopoJSON"),
        ('{"a": 1}', "neither GeoJSON nor"),
        ("{", "no JSON"),
        ('{"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": 5}}', "no point with a place"),
        ("latitude,longitude,bright_ti4,acq_date,acq_time\n", "hotspots"),
        ("code,name\n1,2\n", "without the columns lon、lat、at"),
        (json.dumps({**GEOJSON, "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}}), "4526"),
        ("<gpx><trk><trkseg><trkpt lat='29' lon='117'/></trkseg></trk></gpx>", "no point with a place and a time"),
        (KML.replace("when>", "x>"), "no point with a place and a time"),
        (
            '<LinearRing xmlns="http://www.opengis.net/kml/2.2"><coordinates>117,29 118,</coordinates></LinearRing>',
            "1 shapes drawn without times",
        ),
        (LOCAL, "1 times are written without a zone"),
        (CSV, "does not say its datum"),
        (GPX, "which terminal took it"),
    ],
)
def test_what_is_no_track_or_does_not_say_all_is_named_for_what_it_is(given, monkeypatch, capsys, content, said):
    monkeypatch.setenv("LINZHANG_LANG", "en")
    with pytest.raises(SystemExit) as ended:
        main(["patrol", "import", str(given(content)), "--preview"])
    assert (ended.value.code, said in re.sub(r"\s+", " ", capsys.readouterr().err)) == (2, True)


def test_the_same_file_is_the_same_batches_and_another_datum_others(given, monkeypatch, capsys):
    def batches(*more):
        with pytest.raises(SystemExit) as ended:
            main(["patrol", "import", str(given(GPX)), "--terminal", "t-1", "--preview", "--json", *more])
        assert ended.value.code == 1
        return [one["batch_id"] for one in json.loads(capsys.readouterr().out)["would"]]

    assert batches() == batches()
    assert batches() != batches("--datum", "gcj02")


@pytest.mark.parametrize(("zone", "code"), [("+08:00", 0), ("nowhere", 2), ("+99:99", 2)])
def test_the_zone_of_local_times_is_stated(given, monkeypatch, capsys, zone, code):
    monkeypatch.setenv("LINZHANG_LANG", "en")
    file = given("lon,lat,time\n117.19,29.75,2020-06-14 09:00:00\n")
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "patrol",
                "import",
                str(file),
                "--terminal",
                "t",
                "--datum",
                "wgs84",
                "--zone",
                zone,
                "--preview",
                "--json",
            ]
        )
    assert ended.value.code == code
    if code == 0:
        assert json.loads(capsys.readouterr().out)["would"][0]["points"][0]["at"] == AT[0]
