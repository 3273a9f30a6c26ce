"""The filter chain: every point is kept or counted by reason."""

from datetime import timedelta

import pytest

from services.patrol.kept.point import at_of, us_of
from services.patrol.track.points import read_points
from services.patrol.track.track import Terminal, sift_all
from tests.patrol.areas_and_reports import LAT, METRE, NOW, walked

T = NOW - timedelta(hours=1)


def second(n):
    return T + timedelta(seconds=n)


def sift(batch, stored=()):
    """The times kept and how many were refused by reason, with points (lon, lat, at) stored before."""
    (stated,) = read_points([batch], NOW)
    terminal = Terminal(1, sorted((us_of(at), lon, lat) for lon, lat, at in stored))
    (found,) = sift_all([stated], {stated.terminal: terminal})
    return [at_of(at) for at in found.kept["at_us"].tolist()], dict(found.refused)


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ((117.05, LAT, second(30)), None),
        ((117.05, LAT, second(30), 100.0), None),
        ((117.05, LAT, second(30), 100.1), "inaccurate"),
        ((117.05, 91.0, second(30)), "invalid"),
        ((181.0, LAT, second(30)), "invalid"),
        ((0.0, 0.0, second(30)), "zero_island"),
        ((117.05, LAT, NOW + timedelta(minutes=6)), "future"),
        ((117.05, LAT, NOW - timedelta(days=8)), "too_old"),
        ((117.05, LAT, second(0)), "duplicate"),
        ((117.05 + 1600 * METRE, LAT, second(30)), "impossible_speed"),
        ((117.05 + 1400 * METRE, LAT, second(30)), None),
    ],
)
def test_a_point_is_kept_or_counted_by_its_reason(point, reason):
    kept, refused = sift(walked("b", [(117.05, LAT, second(0)), point]))
    assert (len(kept), refused) == ((2, {}) if reason is None else (1, {reason: 1}))


def test_points_come_out_in_the_order_of_time():
    batch = walked("b", [(117.05, LAT, second(60)), (117.05, LAT, second(0)), (117.05, LAT, second(30))])
    assert sift(batch)[0] == [second(0), second(30), second(60)]


def test_a_point_must_be_reached_from_what_is_stored_before_it_and_reach_what_is_stored_after_it():
    far = 117.05 + 5000 * METRE
    stored = [(117.05, LAT, second(0)), (117.05, LAT, second(200))]
    assert sift(walked("b", [(far, LAT, second(10))]), stored) == ([], {"impossible_speed": 1})
    assert sift(walked("b", [(far, LAT, second(190))]), stored) == ([], {"impossible_speed": 1})
    assert sift(walked("b", [(far, LAT, second(100))]), stored) == ([second(100)], {})


def test_after_a_jump_speed_is_measured_from_the_last_point_kept():
    far = 117.05 + 5000 * METRE
    batch = walked("b", [(117.05, LAT, second(0)), (far, LAT, second(10)), (117.05, LAT, second(20))])
    assert sift(batch) == ([second(0), second(20)], {"impossible_speed": 1})


def test_of_two_points_of_one_time_the_possible_one_is_kept():
    far = 117.05 + 5000 * METRE
    batch = walked("b", [(117.05, LAT, second(0)), (far, LAT, second(10)), (117.05, LAT, second(10))])
    assert sift(batch) == ([second(0), second(10)], {"impossible_speed": 1})


def test_batches_of_one_terminal_follow_each_other():
    far = 117.05 + 5000 * METRE
    batches = [walked("a", [(117.05, LAT, second(0))]), walked("b", [(far, LAT, second(10))])]
    found = sift_all(read_points(batches, NOW), {("acme", "t-1"): Terminal(1, [])})
    assert [(len(one.kept), dict(one.refused)) for one in found] == [(1, {}), (0, {"impossible_speed": 1})]


def test_times_that_are_stored_are_duplicates():
    batch = walked("b", [(117.05, LAT, second(0)), (117.05, LAT, second(30))])
    assert sift(batch, stored=[(117.05, LAT, second(0))]) == ([second(30)], {"duplicate": 1})
