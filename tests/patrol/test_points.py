"""What is plainly wrong with a point, at every edge, and that no order sent tells."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest

from services.patrol.kept.point import POINT, at_of, days_of, us_of
from services.patrol.service import patrol
from services.patrol.track.law import FILTER
from services.patrol.track.points import read_points
from tests.laws import taken_up, under
from tests.patrol.areas_and_reports import LAT, NOW, sent, walked
from tests.telling import hear

LIMITS = FILTER.shipped.newest

MOMENT = timedelta(microseconds=1)


def reasons(*points, datum="cgcs2000"):
    (stated,) = read_points([sent("b", list(points), datum=datum)], NOW)
    return dict(stated.refused)


def point(lon=117.05, lat=LAT, at=NOW, **more):
    return {"lon": lon, "lat": lat, "at": at if isinstance(at, str) else at.isoformat(), **more}


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (point(180.0), None),
        (point(-180.0), None),
        (point(180.001), "invalid"),
        (point(-180.001), "invalid"),
        (point(lat=90.0), None),
        (point(lat=-90.0), None),
        (point(lat=90.001), "invalid"),
        (point(lat=-90.001), "invalid"),
        (point(0.0099, -0.0099), "zero_island"),
        (point(0.01, 0.0), None),
        (point(0.0, -0.01), None),
        (point(at=NOW + timedelta(minutes=5)), None),
        (point(at=NOW + timedelta(minutes=5) + MOMENT), "future"),
        (point(at=NOW - timedelta(days=7)), None),
        (point(at=NOW - timedelta(days=7) - MOMENT), "too_old"),
        (point(accuracy_m=100), None),
        (point(accuracy_m=100.01), "inaccurate"),
        (point(accuracy_m=-1), None),
        (point(accuracy_m=None), None),
        (point(accuracy_m="5"), "invalid"),
        (point(accuracy_m=True), "invalid"),
        (point(lon=True), "invalid"),
        (point(lon="117"), "invalid"),
        (point(lat=None), "invalid"),
        (point(lon=10**400), "invalid"),
        (point(accuracy_m=10**400), "invalid"),
        (point(accuracy_m=2**70), "inaccurate"),
        (point(at="2020-06-15T02:00:00z"), None),
        (point(at="2020-06-15t10:00:00+08:00"), None),
        (point(at="2020-06-15 02:00:00Z"), None),
        (point(at="2020-06-15T02:00:00"), "invalid"),
        (point(at="2020-06-15"), "invalid"),
        (point(at="20200615T020000Z"), "invalid"),
        (point(at=""), "invalid"),
        (7, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_point_is_good_to_the_edge_and_what_is_wrong_with_it_is_counted(stated, reason):
    assert reasons(stated) == ({} if reason is None else {reason: 1})


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [(117.05, LAT, None), (71.0, LAT, "outside_datum"), (139.0, LAT, "outside_datum"), (117.05, 56.0, "outside_datum")],
)
def test_the_domestic_datum_says_nothing_of_a_point_outside_of_it(lon, lat, reason):
    assert reasons(point(lon, lat), datum="gcj02") == ({} if reason is None else {reason: 1})
    assert reasons(point(lon, lat)) == {}


def test_the_first_thing_that_is_wrong_counts_and_each_point_once():
    points = [
        point(0.0, 0.0, at=NOW + timedelta(days=1), accuracy_m=500),
        point(at=NOW + timedelta(days=1), accuracy_m=500),
        point(at=NOW - timedelta(days=30), accuracy_m=500),
        point(lon=200, at=NOW + timedelta(days=1)),
        point(),
    ]
    assert reasons(*points) == {"zero_island": 1, "future": 1, "too_old": 1, "invalid": 1}


DIFFERENT = [
    point(),
    point(117.06),
    point(117.06, LAT + 0.01),
    point(accuracy_m=5),
    point(accuracy_m=9),
    point(at=NOW - timedelta(seconds=15)),
]


@pytest.mark.parametrize("three", list(permutations(range(len(DIFFERENT)), 3))[::7])
def test_in_whatever_order_points_are_sent_they_are_read_alike(three):
    orders = [[DIFFERENT[n] for n in order] for order in permutations(three)]
    read = [read_points([sent("b", points)], NOW)[0] for points in orders]
    assert {(one.good.tobytes(), one.digest) for one in read} == {(read[0].good.tobytes(), read[0].digest)}


@pytest.mark.parametrize("one", range(len(DIFFERENT)))
def test_batches_that_say_other_things_have_other_digests(one):
    digests = {read_points([sent("b", [point])], NOW)[0].digest for point in DIFFERENT}
    assert (len(digests), {len(digest) for digest in digests}) == (len(DIFFERENT), {16})
    whole = DIFFERENT[one]
    assert len({read_points([sent("b", [whole] * n)], NOW)[0].digest for n in (1, 2, 3)}) == 3


def test_of_two_points_of_one_time_the_more_accurate_comes_first_and_one_of_unknown_accuracy_last():
    accuracies = (None, 50, 5, -1)
    points = [point(117.0 + n, accuracy_m=metres) for n, metres in enumerate(accuracies)]
    (stated,) = read_points([sent("b", points)], NOW)
    assert stated.good["lon"].tolist() == [119.0, 118.0, 117.0, 120.0]


def test_points_of_several_batches_are_read_at_once_and_stay_apart():
    batches = [
        walked("a", [(117.05, LAT, NOW), (117.05, LAT, NOW - timedelta(minutes=1))]),
        walked("b", [(200.0, LAT, NOW), (117.08, LAT, NOW)]),
        walked("c", [(117.07, LAT, NOW)], datum="gcj02"),
    ]
    a, b, c = read_points(batches, NOW)
    assert [one.good["stated_lon"].tolist() for one in (a, b, c)] == [[117.05, 117.05], [117.08], [117.07]]
    assert [dict(one.refused) for one in (a, b, c)] == [{}, {"invalid": 1}, {}]
    assert (a.good["lon"] == a.good["stated_lon"]).all()
    assert c.good["lon"][0] != c.good["stated_lon"][0]
    assert a.span == (NOW - timedelta(minutes=1), NOW)
    assert read_points([walked("d", [(200.0, LAT, NOW)])], NOW)[0].span is None


def test_the_day_of_a_point_is_the_one_in_china():
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    points = np.zeros(4, dtype=POINT)
    points["at_us"] = [us_of(midnight) - 1, us_of(midnight), us_of(midnight) + 86_400_000_000 - 1, us_of(midnight) - 1]
    assert days_of(points) == [date(2020, 6, 30), date(2020, 7, 1), date(2020, 7, 1), date(2020, 6, 30)]


def test_an_instant_is_counted_in_microseconds_since_1970_and_back():
    at = datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)
    assert (us_of(at), at_of(1_000_005)) == (1_000_005, at)


def test_the_limits_are_those_of_the_page():
    assert (LIMITS.future, LIMITS.older_than) == (timedelta(seconds=300), timedelta(days=7))
    assert LIMITS.offline_older_than == timedelta(days=30)
    assert (LIMITS.accuracy_m, LIMITS.speed_m_per_s, LIMITS.votes) == (100, 50, 10)


def test_a_point_is_taken_by_the_limits_in_force_on_the_day_on_which_it_is_heard():
    amendment = {"from_on": "2020-06-16", "version": "2020-2", "source": "一项新的规定", "accuracy_m": 20}
    found = []
    for day in (date(2020, 6, 15), date(2020, 6, 16)):
        with under(FILTER, day, amendments=[amendment]):
            found += [reasons(point(accuracy_m=20)), reasons(point(accuracy_m=20.5))]
    assert found == [{}, {}, {}, {"inaccurate": 1}]


async def test_a_speed_that_an_office_holds_possible_is_that_of_the_whole_chain(tx):
    at = NOW - timedelta(minutes=5)
    points = [point(at=at), point(lon=117.05 + 0.01, at=at + timedelta(seconds=30))]
    told = []
    for number, metres in enumerate((50, 20), 1):
        await taken_up(tx, patrol.laws, FILTER, number, speed_m_per_s=metres)
        ((_, fact),) = await hear(patrol, tx, [sent(f"b-{number}", points, terminal=f"t-{number}")])
        told.append((fact.kept, fact.refused))
    assert told == [(2, {}), (1, {"impossible_speed": 1})]
