"""Files of NASA FIRMS as they are handed out: every sensor's columns, times and words; what is wrong is named."""

import json
from datetime import UTC, datetime
from itertools import pairwise, permutations
from math import acos, cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.given_file import BadFile
from cli.patrol.firms import hotspots_in
from cli.patrol.overpass import in_order
from contracts.language.reading import parse
from contracts.patrol import IncidentReport
from demo.world import DATA
from tests.cli.conftest import linzhang

MODIS = (
    "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight"
)
VIIRS = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight"
)
AREA_API = (
    "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,"
    "frp,daynight"
)
LANDSAT = "latitude,longitude,path,row,scan,track,acq_date,acq_time,satellite,confidence,daynight"


@pytest.fixture
def csv_file(tmp_path):
    def write(*lines, encoding="utf-8"):
        file = tmp_path / "fires.csv"
        file.write_bytes("\r\n".join(lines).encode(encoding))
        return file

    return write


def only(file):
    read = hotspots_in(file)
    assert (read.wrong, len(read.found)) == ([], 1)
    return read.found[0]


def test_the_area_api_says_its_minutes_after_midnight_without_zeros(csv_file):
    line = "29.39267,117.89442,301.01,0.59,0.53,2026-07-10,1,N,VIIRS,n,2.0NRT,256.76,3.61,N"
    one = only(csv_file(AREA_API, line))
    assert one.seen_at == datetime(2026, 7, 10, 0, 1, tzinfo=UTC)
    assert (one.sensor, one.satellite, one.confidence, one.confidence_percent, one.frp_mw, one.by_night) == (
        "viirs",
        "Suomi NPP",
        "nominal",
        None,
        3.61,
        True,
    )


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("0", 0, 0),
        ("1", 0, 1),
        ("59", 0, 59),
        ("100", 1, 0),
        ("0258", 2, 58),
        ("258", 2, 58),
        ("2359", 23, 59),
        ("02:58", 2, 58),
        ("258.0", 2, 58),
        ("１", 0, 1),
    ],
)
def test_a_time_is_hours_and_minutes_of_utc_however_short_it_is_written(csv_file, written, hour, minute):
    one = only(csv_file(VIIRS, f"29.3,117.8,301,0.5,0.5,2020-06-14,{written},N,nominal,2.0,256,3.6,D"))
    assert one.seen_at == datetime(2020, 6, 14, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        (MODIS, "29.3,117.8,312.2,1.98,1.37,2023-08-01,0258,T,25,6.1NRT,289.41,14.47,D", ("modis", "Terra", 25, "low")),
        (MODIS, "29.3,117.8,312.2,1.98,1.37,2023-08-01,0258,A,29,6.1NRT,289.4,14.4,D", ("modis", "Aqua", 29, "low")),
        (MODIS, "29.3,117.8,312.2,1.9,1.3,2023-08-01,0258,Aqua,30,6.1,289.4,14.4,D", ("modis", "Aqua", 30, "nominal")),
        (MODIS, "29.3,117.8,312.2,1.9,1.3,2023-08-01,0258,A,79,6.1,289.4,14.4,D", ("modis", "Aqua", 79, "nominal")),
        (MODIS, "29.3,117.8,312.2,1.9,1.3,2023-08-01,0258,A,80,6.1,289.4,14.4,D", ("modis", "Aqua", 80, "high")),
        (VIIRS, "29.3,117.8,301,0.5,0.5,2020-06-14,0512,N20,high,2.0,256,3.6,D", ("viirs", "NOAA-20", None, "high")),
        (VIIRS, "29.3,117.8,301,0.5,0.5,2020-06-14,0512,1,l,2.0,256,3.6,D", ("viirs", "NOAA-20", None, "low")),
        (VIIRS, "29.3,117.8,301,0.5,0.5,2020-06-14,0512,2,h,2.0,256,3.6,D", ("viirs", "NOAA-21", None, "high")),
        (LANDSAT, "29.3,117.8,121,40,30,30,2023-08-01,0244,L8,M,D", ("oli", "Landsat 8", None, "nominal")),
    ],
)
def test_each_sensor_and_satellite_and_each_way_to_say_how_sure_it_is(csv_file, head, row, expected):
    one = only(csv_file(head, row))
    assert (one.sensor, one.satellite, one.confidence_percent, one.confidence) == expected
    parse(IncidentReport, json.dumps(one.report).encode())


@pytest.mark.parametrize(
    ("column", "written", "named"),
    [
        (6, "60", "acq_time"),
        (6, "2400", "acq_time"),
        (6, "noon", "acq_time"),
        (6, "-1", "acq_time"),
        (5, "2020-02-30", "acq_date"),
        (5, "", "acq_date"),
        (8, "101", "confidence"),
        (8, "x", "confidence"),
        (0, "91", "latitude"),
        (1, "181", "longitude"),
        (1, "nan", "longitude"),
        (7, "Z9", "satellite"),
        (11, "much", "frp"),
        (12, "dusk", "daynight"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_good_rows_are_kept(csv_file, column, written, named):
    good = ["29.3", "117.8", "301", "0.5", "0.5", "2020-06-14", "0512", "N", "nominal", "2.0", "256", "3.6", "D"]
    bad = [written if at == column else one for at, one in enumerate(good)]
    read = hotspots_in(csv_file(VIIRS, ",".join(bad), ",".join(good)))
    assert [(row, name) for row, name, _ in read.wrong] == [(2, named)]
    assert [one.row for one in read.found] == [3]


def test_every_missing_column_is_named(csv_file):
    with pytest.raises(BadFile) as refused:
        hotspots_in(csv_file("latitude,brightness,acq_date,confidence,frp", "29.3,312,2020-06-14,n,3"))
    assert str(refused.value).endswith("longitude, acq_time, satellite")


def test_what_is_no_fire_of_vegetation_or_lies_abroad_is_counted_and_not_reported(csv_file):
    rows = [
        "29.3,117.8,301,0.5,0.5,2020-06-14,0512,N,nominal,2.0,256,3.6,D,2",
        "29.3,117.9,301,0.5,0.5,2020-06-14,0512,N,nominal,2.0,256,3.6,D,0",
        "8.39,32.89,301,0.5,0.5,2020-06-14,0512,N,nominal,2.0,256,3.6,D,0",
    ]
    read = hotspots_in(csv_file(f"{VIIRS},type", *rows, encoding="utf-8-sig"))
    assert (len(read.found), read.left_out, read.wrong) == (1, {"no_vegetation": 1, "abroad": 1}, [])


def test_the_same_pixel_has_one_name_in_whatever_file_it_comes(csv_file):
    short = only(csv_file(AREA_API, "29.3,117.8,301,0.5,0.5,2020-06-14,512,N,VIIRS,n,2.0NRT,256,3.6,D"))
    long = only(csv_file(VIIRS, "29.30000,117.80000,301,0.5,0.5,2020-06-14,0512,N,nominal,2.0,256,3.6,D"))
    assert short.external_id == long.external_id


def test_every_row_of_a_file_of_the_agency_is_read():
    read = hotspots_in(DATA / "firms-modis-2023-08-01-jiangxi.csv")
    assert (len(read.found), read.wrong, {one.sensor for one in read.found}) == (40, [], {"modis"})


def line_of_fire(csv_file, order, step=0.004):
    rows = [f"29.3,{117.8 + step * n:.3f},301,0.5,0.5,2020-06-14,0512,N,n,2.0,256,{n + 1},D" for n in order]
    return list(in_order(hotspots_in(csv_file(VIIRS, *rows)).found))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_line_of_pixels_is_reported_from_neighbour_to_neighbour(csv_file, order):
    found = [float(one.lon) for one in line_of_fire(csv_file, order)]
    assert found == [117.812, 117.808, 117.804, 117.8]


def metres(one, other):
    """The great circle by the spherical law of cosines."""
    (lon, lat), (other_lon, other_lat) = (map(radians, place) for place in (one, other))
    cosine = sin(lat) * sin(other_lat) + cos(lat) * cos(other_lat) * cos(other_lon - lon)
    return 6_371_008.8 * acos(min(cosine, 1.0))


def fires(places, reach_m):
    """How many there are, however far each extends from neighbour to neighbour."""
    left, found = set(places), 0
    while left:
        found += 1
        open_ = [left.pop()]
        while open_:
            here = open_.pop()
            near = {place for place in left if metres(here, place) <= reach_m}
            left -= near
            open_ += near
    return found


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=25, unique=True))
def test_no_fire_is_begun_at_two_of_its_ends(tmp_path_factory, places):
    file = tmp_path_factory.mktemp("fires") / "fires.csv"
    rows = [f"{29 + y / 1000:.3f},{117 + x / 1000:.3f},301,1,1,2020-06-14,5,N,n,2,2,{x},D" for x, y in places]
    file.write_text("\n".join([VIIRS, *rows]))
    ordered = [(float(one.lon), float(one.lat)) for one in in_order(hotspots_in(file).found)]
    begun = [not any(metres(one, other) <= 1000 for other in ordered[:at]) for at, one in enumerate(ordered)]
    assert (len(ordered), sum(begun)) == (len(places), fires(ordered, 1000))


def test_two_overpasses_come_one_after_the_other(csv_file):
    rows = [
        f"29.3,{117.8 + n / 1000},301,0.5,0.5,2020-06-14,{at},N,n,2.0,256,3,D"
        for n, at in enumerate(["0512", "1648", "0513", "1650"])
    ]
    seen = [one.seen_at for one in in_order(hotspots_in(csv_file(VIIRS, *rows)).found)]
    assert [later - earlier for earlier, later in pairwise(seen)][1].total_seconds() > 3600


async def test_a_file_is_reported_and_one_fire_is_one_alarm(up, csv_file):
    rows = [f"29.75,{117.19 + n * 0.0039:.4f},301,0.5,0.5,2020-06-14,1,N,VIIRS,n,2.0,256,3.6,N" for n in range(3)]
    file = csv_file(AREA_API, *rows, "29.75,117.19,301,0.5,0.5,2020-06-14,1,N,VIIRS,?,2.0,256,3.6,N")
    status, out, said = linzhang(up.home, "patrol", "hotspots", str(file), "--json")
    assert (status, json.loads(out)["posted"]) == (1, 3), said
    assert [(one["row"], one["column"]) for one in json.loads(out)["refused"]] == [(5, "confidence")]
