"""Which points of a track are wrong: found against all of them, whatever came first, in whatever order, and counted."""

import json
import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.patrol.kept.point import at_of, days_of, us_of
from services.patrol.track.law import FILTER
from services.patrol.track.points import read_points
from services.patrol.track.track import Terminal, sift_all
from tests.patrol.areas_and_reports import ANYTHING, LAT, METRE, NOW, POINTS, sent, walked

LIMITS = FILTER.shipped.newest

T = NOW - timedelta(hours=1)
HUNDRED_KM = 100_000 * METRE


def second(n):
    return T + timedelta(seconds=n)


def at(n, off=0.0):
    """The n-th point of a walk of a metre a second, or one that lies degrees off."""
    return (117.05 + n * 15 * METRE + off, LAT, second(15 * n))


WALK = [at(n) for n in range(6)]


class Sender:
    """A terminal that sends batches one after another; what is kept of each, and how many were refused by reason."""

    def __init__(self, stored=()):
        self.terminal = Terminal(1, sorted((us_of(when), lon, lat) for lon, lat, when in stored))

    def sends(self, points, datum="cgcs2000"):
        return self.sends_raw([{"lon": lon, "lat": lat, "at": when.isoformat()} for lon, lat, when in points], datum)

    def sends_raw(self, points, datum="cgcs2000"):
        (stated,) = read_points([sent("b", points, datum=datum)], NOW)
        (found,) = sift_all([stated], {stated.terminal: self.terminal})
        kept = [at_of(when) for when in found.kept["at_us"].tolist()]
        assert len(kept) + sum(found.refused.values()) == len(points)
        return kept, dict(found.refused)


@pytest.mark.parametrize("wrong", range(6))
@pytest.mark.parametrize("seed", range(4))
def test_one_wrong_fix_is_lost_and_the_good_ones_are_kept_wherever_it_stands_and_in_any_order(wrong, seed):
    points = [at(n, HUNDRED_KM if n == wrong else 0) for n in range(6)]
    random.Random(seed).shuffle(points)
    good = [second(15 * n) for n in range(6) if n != wrong]
    assert Sender().sends(points) == (good, {"impossible_speed": 1})


def test_after_a_pause_a_cached_fix_that_could_have_been_reached_is_lost_for_the_good_ones_that_follow():
    later = [(117.05, LAT, second(2400 + 15 * n)) for n in range(4)]
    cached = (117.05 + HUNDRED_KM, LAT, second(2390))
    assert Sender(WALK).sends([cached, *later]) == ([when for _, _, when in later], {"impossible_speed": 1})


def test_of_two_places_of_as_many_points_the_earlier_is_right():
    here, there = [at(n) for n in range(3)], [at(n, HUNDRED_KM) for n in range(3, 6)]
    assert Sender().sends([*there, *here]) == ([when for _, _, when in here], {"impossible_speed": 3})
    assert Sender(here).sends(there) == ([], {"impossible_speed": 3})


def test_between_a_stored_point_and_a_new_one_before_it_the_stored_one_is_right():
    assert Sender([at(6)]).sends([at(5, HUNDRED_KM)]) == ([], {"impossible_speed": 1})


def test_a_stored_wrong_fix_does_not_take_the_good_ones_that_follow():
    assert Sender([at(0, HUNDRED_KM)]).sends(WALK[1:]) == ([when for _, _, when in WALK[1:]], {})


def test_a_terminal_that_sends_single_points_after_a_wrong_fix_is_believed_from_the_second_good_one():
    sender = Sender([at(0, HUNDRED_KM)])
    found = [sender.sends([point]) for point in WALK[1:]]
    assert found == [([], {"impossible_speed": 1}), *(([when], {}) for _, _, when in WALK[2:])]


def test_what_was_refused_once_and_is_sent_again_has_one_voice():
    sender = Sender([at(0, HUNDRED_KM)])
    for _ in range(3):
        assert sender.sends([WALK[1]]) == ([], {"impossible_speed": 1})
    assert sender.sends(WALK[1:3]) == ([WALK[1][2], WALK[2][2]], {})


def test_no_more_refused_points_are_remembered_than_have_a_vote():
    sender = Sender([at(n) for n in range(30)])
    sender.sends([at(n, (n - 28) * HUNDRED_KM) for n in range(30, 45)])
    assert len(sender.terminal.doubted) == LIMITS.votes


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_spike_in_the_middle_is_lost_however_the_walk_is_cut_into_batches(cut):
    points = [at(n, HUNDRED_KM if n == 4 else 0) for n in range(8)]
    sender = Sender()
    (first, _), (last, _) = sender.sends(points[:cut]), sender.sends(points[cut:])
    assert first + last == [second(15 * n) for n in range(8) if n != 4]


def test_of_two_points_of_one_time_the_more_accurate_is_kept_and_one_of_unknown_accuracy_comes_last():
    def one(lon, accuracy):
        return {"lon": lon, "lat": LAT, "at": second(0).isoformat(), "accuracy_m": accuracy}

    (stated,) = read_points([sent("b", [one(117.05, None), one(117.06, 50), one(117.07, 5), one(117.08, -1)])], NOW)
    (found,) = sift_all([stated], {stated.terminal: Terminal(1, [])})
    assert (found.kept["stated_lon"].tolist(), dict(found.refused)) == ([117.07], {"duplicate": 3})


GOOD = {"lon": 117.05, "lat": LAT, "at": second(0).isoformat()}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"lon": None}, "invalid"),
        ({"lon": "117.05"}, "invalid"),
        ({"lon": True}, "invalid"),
        ({"lon": 180.001}, "invalid"),
        ({"lon": 10**400}, "invalid"),
        ({"lat": -90.001}, "invalid"),
        ({"lat": [29.0]}, "invalid"),
        ({"at": None}, "invalid"),
        ({"at": "昨天"}, "invalid"),
        ({"at": ""}, "invalid"),
        ({"at": "2020-06-15"}, "invalid"),
        ({"at": "20200615T013000Z"}, "invalid"),
        ({"at": "2020-06-15T01:00:00"}, "invalid"),
        ({"at": "2020-13-15T01:00:00Z"}, "invalid"),
        ({"at": 1592182800}, "invalid"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "future"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "too_old"),
        ({"accuracy_m": "5"}, "invalid"),
        ({"accuracy_m": 100.5}, "inaccurate"),
    ],
)
def test_what_is_wrong_with_one_point_is_counted_by_its_reason_and_the_others_are_kept(wrong, reason):
    later = {**GOOD, "at": second(15).isoformat()}
    assert Sender().sends_raw([GOOD, {**GOOD, "at": second(5).isoformat(), **wrong}, later]) == (
        [second(0), second(15)],
        {reason: 1},
    )


@pytest.mark.parametrize("point", [None, 7, "117.05,29.05", [117.05, LAT], {}, {"lng": 117.05, "lat": LAT}])
def test_what_is_no_point_at_all_is_counted_too(point):
    assert Sender().sends_raw([point, GOOD]) == ([second(0)], {"invalid": 1})


@pytest.mark.parametrize(("field", "text"), [("lon", "1e999"), ("lat", "-1e999"), ("accuracy_m", "1e999")])
def test_a_number_that_is_not_finite_is_invalid(field, text):
    point = json.loads(json.dumps({**GOOD, field: None}).replace("null", text))
    assert Sender().sends_raw([point, {**GOOD, "at": second(9).isoformat()}]) == ([second(9)], {"invalid": 1})


@pytest.mark.parametrize(
    "accuracy",
    [{"accuracy_m": -1}, {"accuracy_m": -1e308}, {"accuracy_m": None}, {}, {"accuracy_m": 0}, {"accuracy_m": 100}],
)
def test_an_accuracy_that_is_not_known_is_nothing_wrong(accuracy):
    assert Sender().sends_raw([{**GOOD, **accuracy}]) == ([second(0)], {})


@pytest.mark.parametrize(
    ("lon", "lat", "datum", "reason"),
    [
        (180.0, LAT, "gcj02", {"outside_datum": 1}),
        (0.0, -89.0, "gcj02", {"outside_datum": 1}),
        (72.004, LAT, "gcj02", {"outside_datum": 1}),
        (72.005, LAT, "gcj02", {}),
        (180.0, LAT, "wgs84", {}),
        (0.001, 0.001, "gcj02", {"zero_island": 1}),
    ],
)
def test_a_point_stated_in_the_domestic_datum_lies_on_its_ground(lon, lat, datum, reason):
    _, refused = Sender().sends_raw([{**GOOD, "lon": lon, "lat": lat}], datum)
    assert refused == reason


def test_a_time_is_read_in_any_offset_and_in_either_case():
    stated = [
        "2020-06-15T01:00:00Z",
        "2020-06-15t01:00:00.5z",
        "2020-06-15T09:00:01+08:00",
        "2020-06-14 19:00:02-06:00",
    ]
    kept, refused = Sender().sends_raw([{**GOOD, "at": one} for one in stated])
    assert ([(one - T).total_seconds() for one in kept], refused) == ([0, 0.5, 1, 2], {})


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(POINTS | ANYTHING, min_size=1, max_size=12), st.sampled_from(["wgs84", "gcj02"]), st.randoms())
def test_every_point_posted_is_kept_or_counted_once_whatever_it_is_and_in_whatever_order(posted, datum, draw):
    found = Sender().sends_raw(posted, datum)
    draw.shuffle(posted)
    assert Sender().sends_raw(posted, datum) == found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(117.0, 117.2), st.integers(0, 600)), min_size=1, max_size=15))
def test_of_what_is_kept_nobody_goes_faster_than_anybody_goes(drawn):
    (stated,) = read_points([walked("b", [(lon, LAT, second(n)) for lon, n in drawn])], NOW)
    (found,) = sift_all([stated], {stated.terminal: Terminal(1, [])})
    kept = list(zip(found.kept["lon"].tolist(), found.kept["at_us"].tolist(), strict=True))
    for (lon, when), (next_lon, next_when) in pairwise(kept):
        # One degree of this parallel on the sphere of 6,371,008.8 m.
        assert abs(next_lon - lon) * 97_208 <= LIMITS.speed_m_per_s * (next_when - when) / 1e6 * 1.001


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(117.0, 117.2), st.integers(0, 600)), min_size=1, max_size=9, unique_by=lambda p: p[1])
)
def test_no_other_choice_would_keep_more(drawn):
    (stated,) = read_points([walked("b", [(lon, LAT, second(n)) for lon, n in drawn])], NOW)
    (found,) = sift_all([stated], {stated.terminal: Terminal(1, [])})
    ordered = sorted(drawn, key=lambda point: point[1])

    def most(upto, last):
        best = 0
        for n in range(upto, len(ordered)):
            if last is None or abs(ordered[n][0] - last[0]) * 97_208 <= 50 * (ordered[n][1] - last[1]):
                best = max(best, 1 + most(n + 1, ordered[n]))
        return best

    assert len(found.kept) == most(0, None)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2020-06-14T15:59:59.999999Z", date(2020, 6, 14)),
        ("2020-06-14T16:00:00Z", date(2020, 6, 15)),
        ("2020-06-15T00:00:00+08:00", date(2020, 6, 15)),
        ("2020-06-14T23:59:59+08:00", date(2020, 6, 14)),
        ("2020-06-15T01:00:00Z", date(2020, 6, 15)),
    ],
)
def test_the_day_of_a_point_begins_at_midnight_in_china(at, day):
    (stated,) = read_points([sent("b", [{"lon": 117.05, "lat": LAT, "at": at}])], NOW)
    assert days_of(stated.good) == [day]
