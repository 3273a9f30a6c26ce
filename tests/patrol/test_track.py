"""The filter chain: every point is kept or counted by reason."""

from datetime import timedelta

import pytest

from services.patrol.track import Kept, sift
from tests.patrol.ground import LAT, METRE, NOW, walked

T = NOW - timedelta(hours=1)


def second(n):
    return T + timedelta(seconds=n)


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
    kept, refused = sift(walked("b", [(117.05, LAT, second(0)), point]).body, None, (), NOW)
    assert (len(kept), dict(refused)) == ((2, {}) if reason is None else (1, {reason: 1}))


def test_points_come_out_in_the_order_of_time():
    batch = walked("b", [(117.05, LAT, second(60)), (117.05, LAT, second(0)), (117.05, LAT, second(30))]).body
    assert [point.at for point in sift(batch, None, (), NOW)[0]] == [second(0), second(30), second(60)]


def test_speed_is_measured_from_the_newest_point_of_earlier_batches_but_late_points_are_not_judged_by_it():
    last = Kept(second(0), 117.05, LAT, 117.05, LAT)
    far = 117.05 + 5000 * METRE
    kept, refused = sift(walked("b", [(far, LAT, second(10)), (far, LAT, second(-10))]).body, last, (), NOW)
    assert ([point.at for point in kept], dict(refused)) == ([second(-10)], {"impossible_speed": 1})


def test_times_that_are_stored_are_duplicates():
    batch = walked("b", [(117.05, LAT, second(0)), (117.05, LAT, second(30))]).body
    kept, refused = sift(batch, None, {second(0)}, NOW)
    assert ([point.at for point in kept], dict(refused)) == ([second(30)], {"duplicate": 1})
