"""What a walk comes to, held against walks of which it is known."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from services.patrol.kept.point import KEPT, MOCK, us_of
from services.patrol.walk.ground import lengths, metres
from services.patrol.walk.limits import LIMITS
from services.patrol.walk.measure import walks
from services.patrol.walk.signs import SignKind, signs
from services.patrol.walk.together import ground_m, share_together

LON, LAT = 117.2, 29.3
EARTH_M = 6_371_008.8
MORNING = datetime(2020, 6, 15, 1, tzinfo=UTC)


def points(place_m, every_s=30.0, begin=MORNING, drift_m=0.0, seed=0):
    """Fixes on places east and north of one, in metres, with a drift that the seed draws."""
    place_m = np.asarray(place_m, dtype=float) + np.random.default_rng(seed).normal(0, 1, np.shape(place_m)) * drift_m
    found = np.zeros(len(place_m), dtype=KEPT)
    found["at_us"] = us_of(begin) + (np.arange(len(place_m)) * every_s * 1e6).astype(np.int64)
    found["lat"] = LAT + np.degrees(place_m[:, 1] / EARTH_M)
    found["lon"] = LON + np.degrees(place_m[:, 0] / EARTH_M / np.cos(np.radians(LAT)))
    return found


def straight(metres_walked, every_s=30.0, pace=1.0, begin_m=0.0):
    along = begin_m + np.arange(0, metres_walked + 1e-9, pace * every_s)
    return np.stack([along, np.zeros(len(along))], axis=1)


def still(count, at_m=(0.0, 0.0)):
    return np.tile(at_m, (count, 1))


def circle(radius_m, rounds=1, every_s=30.0, pace=1.0):
    angle = np.arange(0, rounds * 2 * np.pi, pace * every_s / radius_m)
    return radius_m * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def only(found):
    (walk,) = walks([found])
    return walk


@pytest.mark.parametrize("seed", range(20))
def test_four_still_hours_of_ordinary_drift_are_no_walk(seed):
    found = points(still(480), drift_m=25, seed=seed)
    steps_m = lengths(np.diff(metres(found["lon"], found["lat"], LON, LAT), axis=0))
    assert 19_000 < steps_m.sum() < 23_000
    walk = only(found)
    assert walk.length_m < 200
    assert walk.moving_s < 600


@pytest.mark.parametrize("every_s", [5, 15, 60, 300])
def test_stillness_is_none_of_the_interval(every_s):
    assert only(points(still(int(4 * 3600 / every_s)), every_s, drift_m=25, seed=3)).length_m < 300


@pytest.mark.parametrize("every_s", [5, 15, 30, 60])
@pytest.mark.parametrize(("drift_m", "within"), [(0, 0.001), (5, 0.05), (15, 0.15)])
def test_a_straight_way_is_as_long_as_it_is(every_s, drift_m, within):
    walk = only(points(straight(3000, every_s), every_s, drift_m=drift_m, seed=1))
    assert walk.length_m == pytest.approx(3000, rel=within)
    assert walk.moving_s == pytest.approx(3000, abs=120)


@pytest.mark.parametrize("radius_m", [150, 400])
def test_a_way_round_a_hill_is_as_long_as_it_is(radius_m):
    walk = only(points(circle(radius_m, 3), drift_m=5, seed=2))
    assert walk.length_m == pytest.approx(3 * 2 * np.pi * radius_m, rel=0.08)


def test_a_rest_on_the_way_is_a_stop_and_no_part_of_the_way():
    place_m = np.concatenate([straight(1800), still(60, (1800, 0)), straight(1800, begin_m=1830)])
    walk = only(points(place_m, drift_m=8, seed=4))
    assert walk.length_m == pytest.approx(3600, rel=0.1)
    (stop,) = walk.stops
    assert stop.last_at - stop.first_at == pytest.approx(timedelta(minutes=30), abs=timedelta(minutes=5))
    assert lengths(metres(stop.lon, stop.lat, LON, LAT) - np.array([1800, 0])) < 20
    assert walk.moving_s == pytest.approx(3600, abs=400)


def test_a_breath_is_no_stop():
    place_m = np.concatenate([straight(1800), still(6, (1800, 0)), straight(1800, begin_m=1830)])
    assert only(points(place_m, drift_m=3, seed=5)).stops == ()


def test_days_are_of_china_and_never_stitched():
    evening = datetime(2020, 6, 15, 15, 45, tzinfo=UTC)
    first, second = walks([points(straight(1800), begin=evening)])
    assert [first.day, second.day] == [date(2020, 6, 15), date(2020, 6, 16)]
    assert (first.length_m, second.length_m) == (pytest.approx(870, abs=1), pytest.approx(900, abs=1))


def test_a_gap_is_way_and_no_time():
    before, after = points(straight(1500)), points(straight(1500, begin_m=3000), begin=MORNING + timedelta(hours=1))
    walk = only(np.concatenate([before, after]))
    assert walk.length_m == pytest.approx(4500, rel=0.01)
    assert walk.moving_s == pytest.approx(3000, abs=60)


def test_the_same_points_in_whatever_parts_and_order_are_the_same_walk():
    found = points(straight(3000), drift_m=10, seed=6)
    parts = [found[::3], found[1::3], found[2::3]]
    assert only(found).length_m == only(np.concatenate(parts[::-1])).length_m == walks(parts)[0].length_m


def test_a_stored_outlier_measures_nothing():
    found = points(straight(3000))
    found["lon"][50] += 1
    assert only(found).length_m == pytest.approx(3000, abs=1)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_a_few_points_are_measured_too(count):
    found = walks([points(straight(30 * (count - 1)) if count else np.zeros((0, 2)))])
    assert [round(one.length_m) for one in found] == ([] if count == 0 else [30 * (count - 1) if count > 2 else 0])


def test_a_patrol_point_is_reached_within_its_distance():
    walk = only(points(straight(300)))
    metre = np.degrees(1 / EARTH_M)
    within = LIMITS.reached_within_m
    places = {"near": (LON, LAT + (within - 0.1) * metre), "far": (LON, LAT + (within + 0.1) * metre)}
    assert walk.reached(places) == ("near",)


def test_grids_are_entered_in_order_and_the_share_inside_is_of_the_way():
    found = points(straight(3000))
    found["area"] = [7] * 50 + [0] * 10 + [9] * 30 + [7] * (len(found) - 90)
    walk = only(found)
    assert walk.areas == (7, 9)
    assert walk.share_inside(walk.points["area"] == 7) == pytest.approx((49 + 10) / 100, abs=0.001)
    assert only(points(still(40))).share_inside(np.ones(40, dtype=bool)) == 1


def test_people_on_one_walk_count_once_for_the_ground_and_each_for_themselves():
    one, other = (only(points(straight(3000), drift_m=4, seed=seed)) for seed in (1, 2))
    alone = only(points(straight(3000) + np.array([0, 1000])))
    later = only(points(straight(3000), begin=MORNING + timedelta(hours=3)))
    assert ground_m([one, other]) == pytest.approx(3000, rel=0.06)
    assert [round(walk.length_m, -3) for walk in (one, other)] == [3000, 3000]
    assert ground_m([one, other, alone, later]) == pytest.approx(9000, rel=0.06)
    assert ground_m([]) == 0


def test_who_goes_along_for_a_part_is_counted_for_the_rest():
    one = only(points(straight(3000)))
    aside = np.stack([np.full(50, 1500), np.arange(1, 51) * 30], axis=1)
    part = np.concatenate([straight(1500), aside])
    other = only(points(part))
    assert share_together(other, one) == pytest.approx(0.5, abs=0.06)
    assert ground_m([one, other]) == pytest.approx(4500, rel=0.06)


def kinds(*found):
    return [(one.kind, one.alike) for one in signs(*found)]


def test_two_terminals_with_one_track_are_named():
    one, other = (only(points(straight(3000), drift_m=2, seed=seed)) for seed in (1, 2))
    assert kinds(one, {"t-2": other}, {}) == [(SignKind.ONE_TRACK, "t-2")]
    assert kinds(one, {"t-3": only(points(straight(3000) + np.array([0, 200])))}, {}) == []


def test_a_track_repeated_on_another_day_is_named_and_the_same_path_walked_again_is_not():
    honest = points(straight(3000), drift_m=5, seed=1)
    again = points(straight(3000), drift_m=5, seed=2, begin=MORNING + timedelta(days=1))
    replayed = honest.copy()
    replayed["at_us"] += 86_400_000_000 + 7_000_000
    before = {"2020-06-15": only(honest)}
    assert kinds(only(replayed), {}, before) == [(SignKind.REPEATED, "2020-06-15")]
    assert kinds(only(again), {}, before) == []


def test_the_speed_of_a_vehicle_is_named_and_a_run_is_not():
    assert kinds(only(points(straight(6000, pace=10.0))), {}, {}) == [(SignKind.VEHICLE, "")]
    assert kinds(only(points(straight(3000, pace=4.0))), {}, {}) == []
    brief = np.concatenate([straight(900), straight(300, pace=10.0, begin_m=900), straight(900, begin_m=1230)])
    assert kinds(only(points(brief)), {}, {}) == []


def test_positions_that_the_phone_says_are_made_up_are_named_and_measured_all_the_same():
    found = points(straight(3000))
    found["marks"][10:15] = MOCK
    walk = only(found)
    assert [(one.kind, one.value) for one in signs(walk, {}, {})] == [(SignKind.MOCK, 5)]
    assert walk.length_m == pytest.approx(3000, abs=1)


def test_who_stands_still_in_one_place_every_day_repeats_no_track():
    today, before = only(points(still(480))), only(points(still(480), begin=MORNING - timedelta(days=1)))
    assert kinds(today, {}, {"before": before}) == []
