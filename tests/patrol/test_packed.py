"""A packed day says what its rows say, to the last digit that is kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.patrol.kept import packed
from services.patrol.kept.point import KEPT, rounded
from services.patrol.kept.sealing import whole

MIDNIGHT_US = 1_592_150_400_000_000
SAID = ["at_us", "lon", "lat", "stated_lon", "stated_lat", "marks", "area", "batch"]


def day(times_ms, draw):
    points = np.zeros(len(times_ms), dtype=KEPT)
    points["at_us"] = MIDNIGHT_US + np.array(sorted(times_ms), dtype=np.int64) * 1000
    for name in ("lon", "stated_lon"):
        points[name] = draw.uniform(-180, 180, len(points))
    for name in ("lat", "stated_lat"):
        points[name] = draw.uniform(-90, 90, len(points))
    points["marks"] = draw.integers(0, 2, len(points))
    points["area"] = draw.integers(0, 1 << 40, len(points))
    points["batch"] = draw.integers(1, 1 << 62, len(points))
    rounded(points)
    return points


def walk(count, every_ms=30_000):
    """A walk of about a metre a second, stated on a datum that shifts it by five hundred metres."""
    draw = np.random.default_rng(7)
    points = np.zeros(count, dtype=KEPT)
    points["at_us"] = MIDNIGHT_US + np.arange(count) * every_ms * 1000
    points["lon"] = 117.2 + np.cumsum(draw.normal(2e-4, 1e-4, count))
    points["lat"] = 29.3 + np.cumsum(draw.normal(0, 2e-4, count))
    points["stated_lon"] = points["lon"] + 0.005 + (points["lon"] - 117.2) / 3000
    points["stated_lat"] = points["lat"] - 0.003 + (points["lat"] - 29.3) / 2000
    points["area"], points["batch"] = 7, 1000 + np.arange(count) // 60 * 2_000
    rounded(points)
    return points


@given(st.sets(st.integers(0, 86_399_999), min_size=1, max_size=80), st.integers(0, 1 << 32))
def test_whatever_a_day_holds_is_unpacked_as_it_was(times_ms, seed):
    points = day(times_ms, np.random.default_rng(seed))
    assert packed.unpack(packed.pack(points)).tobytes() == points.tobytes()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 960, 5760])
def test_a_walk_of_any_length_is_unpacked_as_it_was(count):
    points = walk(count)
    assert packed.unpack(packed.pack(points)).tobytes() == points.tobytes()


def test_of_a_walk_its_times_and_places_can_be_read_alone():
    points = walk(960)
    found = packed.unpack(packed.pack(points), packed.PLACES)
    assert all((found[name] == points[name]).all() for name in ("at_us", "lon", "lat", "marks"))
    assert not found["batch"].any()


def test_a_point_of_a_walk_takes_no_more_than_six_bytes_with_what_was_stated_on_another_datum():
    assert len(packed.pack(walk(960))) / 960 < 6


@pytest.mark.parametrize("at", ["first", "last"])
def test_a_single_leap_of_place_costs_a_few_bytes_and_no_digit(at):
    points = walk(960)
    points["lon"][{"first": 0, "last": -1}[at]] = -179.9999999
    rounded(points)
    assert packed.unpack(packed.pack(points)).tobytes() == points.tobytes()


def test_another_form_of_the_bytes_is_named_and_not_guessed_at():
    with pytest.raises(packed.UnknownForm):
        packed.unpack(bytes([packed.FORM + 1]) + packed.pack(walk(3))[1:])


def test_what_is_rounded_is_cut_to_the_millisecond_and_brought_to_the_nearest_ten_millionth_of_a_degree():
    points = np.zeros(1, dtype=KEPT)
    points["at_us"], points["lon"], points["lat"] = MIDNIGHT_US - 1, 117.123456749, -29.123456751
    rounded(points)
    assert points["at_us"].tolist() == [MIDNIGHT_US - 1000]
    assert (points["lon"].tolist(), points["lat"].tolist()) == ([117.1234567], [-29.1234568])


def test_of_rows_and_a_packed_day_of_one_time_what_is_packed_stays():
    packed_day, rows = walk(4), walk(6)
    rows["lon"] += 1
    found = whole(packed_day, rows)
    assert found["lon"].tolist() == [*packed_day["lon"], *np.rint(rows["lon"][4:] * 1e7) / 1e7]
    assert whole(None, rows[:0]).tolist() == []
