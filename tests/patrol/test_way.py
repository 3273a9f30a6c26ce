"""How far anybody can have come, and which of many fixes weigh most together."""

import random
from itertools import combinations, pairwise
from math import cos, degrees, pi, radians

import numpy as np
import pytest

from services.patrol.incident.near import EARTH_M
from services.patrol.track.way import Way

SECOND_US = 1_000_000
FASTEST_M_PER_S = 50


def way(*fixes):
    """Fixes of (seconds, lon, lat)."""
    return Way.of_fixes([(int(seconds * SECOND_US), lon, lat) for seconds, lon, lat in fixes])


def reaches(one, other):
    return bool(way(one).reaches(way(other))[0])


@pytest.mark.parametrize("lat", [0.0, 29.05, 53.5])
@pytest.mark.parametrize("seconds", [1, 100, 86_400])
@pytest.mark.parametrize(("share", "is_reached"), [(0.9999, True), (1.0001, False)])
def test_fifty_metres_a_second_are_reached_in_every_direction_and_no_more(lat, seconds, share, is_reached):
    metres = FASTEST_M_PER_S * seconds * share
    to_the_north = (seconds, 117.0, lat + degrees(metres / EARTH_M))
    assert reaches((0, 117.0, lat), to_the_north) is is_reached
    to_the_south = (seconds, 117.0, lat - degrees(metres / EARTH_M))
    assert reaches((0, 117.0, lat), to_the_south) is is_reached
    if seconds < 1000:
        for sign in (1, -1):
            there = (seconds, 117.0 + sign * degrees(metres / EARTH_M / cos(radians(lat))), lat)
            assert reaches((0, 117.0, lat), there) is is_reached


def test_nobody_is_anywhere_in_no_time_nor_before():
    here = (117.0, 29.0)
    assert [reaches((10, *here), (seconds, *here)) for seconds in (9, 10, 10.000001)] == [False, False, True]


def test_the_other_end_of_the_earth_takes_half_its_girth_and_later_all_is_within_reach():
    half = pi * EARTH_M / FASTEST_M_PER_S
    times = (half * 0.999, half * 1.001, half * 3, half * 30)
    assert [reaches((0, 117.0, 29.0), (one, -63.0, -29.0)) for one in times] == [False, True, True, True]


def test_each_fix_is_asked_for_the_next_one():
    there = way((0, 117.0, 29.0), (10, 117.0, 29.0), (20, 118.0, 29.0), (30, 118.0, 29.0))
    assert there.steps().tolist() == [True, False, True]
    assert way((0, 117.0, 29.0)).steps().tolist() == []
    assert there.part(slice(1, 3)).at_us.tolist() == [10 * SECOND_US, 20 * SECOND_US]
    assert there.part(slice(1, 3)).place.shape == (3, 2)
    assert way().heaviest([]).tolist() == []


def heaviest_of_all(fixes, weights):
    """The greatest weight of a chain in which each reaches the next, and the earliest fix at which one ends."""
    best = (0, 0)
    for size in range(1, len(fixes) + 1):
        for chosen in combinations(range(len(fixes)), size):
            if all(reaches(fixes[a], fixes[b]) for a, b in pairwise(chosen)):
                weight = sum(weights[n] for n in chosen)
                best = max(best, (weight, -chosen[-1]))
    return best[0], -best[1]


@pytest.mark.parametrize("seed", range(40))
def test_no_other_way_weighs_more_nor_as_much_and_ends_earlier(seed):
    chance = random.Random(seed)
    times = sorted(chance.choices(range(0, 60, 5), k=6))
    fixes = [(time, 117.0 + chance.choice((0, 0, 0.005, 0.02, 1)), 29.0) for time in times]
    weights = [chance.choice((1, 1, 2, 7)) for _ in fixes]
    chosen = np.flatnonzero(way(*fixes).heaviest(weights)).tolist()
    assert all(reaches(fixes[a], fixes[b]) for a, b in pairwise(chosen))
    assert (sum(weights[n] for n in chosen), chosen[-1]) == heaviest_of_all(fixes, weights)
