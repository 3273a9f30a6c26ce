"""Batches of points as they are heard: sifted, located, stored once, told with their counts."""

import asyncio
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.language.message import dump
from contracts.patrol import TrackStored
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import ANYTHING, LAT, METRE, NOW, POINTS, WEST, sent, walked
from tests.patrol.rounds import kinds
from tests.servers import transaction
from tests.telling import hear
from tests.turns import overlapping


async def test_a_track_is_sifted_located_and_stored_once(tx):
    points = [
        (117.09, LAT, NOW - timedelta(minutes=10)),
        (117.11, LAT, NOW - timedelta(minutes=5)),
        (117.11, LAT, NOW - timedelta(minutes=5)),
        (118.5, LAT, NOW - timedelta(days=30)),
    ]
    batch = walked("b-1", points)
    ((_, told),) = await hear(patrol, tx, [batch, batch])
    assert (told.kept, told.refused, told.area_ids) == (
        2,
        {"duplicate": 1, "too_old": 1},
        (f"{WEST}-g1", "360222104202-g1"),
    )
    assert await hear(patrol, tx, [walked("b-1", points)]) == []
    ((_, again),) = await hear(patrol, tx, [walked("b-2", points[:2])])
    assert (again.kept, again.refused) == (0, {"duplicate": 2})
    assert await tx.sql.fetchval("SELECT count(*) FROM points") == 2


async def test_a_track_outside_every_area_is_stored_and_told_without_a_place(tx):
    ((_, told),) = await hear(patrol, tx, [walked("b-1", [(100.0, LAT, NOW)])])
    assert (told.kept, told.area_ids, told.division) == (1, (), "000000000000")


async def test_what_was_stated_is_kept_beside_what_it_means(tx):
    await hear(patrol, tx, [walked("b-1", [(117.05, LAT, NOW)], datum="gcj02")])
    row = await tx.sql.fetchrow("SELECT lon, stated_lon, datum FROM points JOIN batches ON batches.id = batch")
    assert (row["stated_lon"], row["datum"]) == (117.05, "gcj02")
    assert 300 < abs(row["lon"] - 117.05) / METRE < 700


async def test_a_batch_of_which_no_point_is_good_is_stored_and_told_with_its_counts(tx):
    points = [{"lon": None, "lat": LAT, "at": "9999-12-31T23:59:59-01:00"}, None]
    ((_, told),) = await hear(patrol, tx, [sent("b-1", points)])
    assert (told.kept, told.refused, told.first_at) == (0, {"invalid": 2}, None)
    assert await tx.sql.fetchval("SELECT refused->>'invalid' FROM batches") == "2"


async def test_other_points_under_a_used_batch_id_are_refused_by_name_and_the_same_in_any_order_are_a_repeat(tx):
    points = [(117.09, LAT, NOW - timedelta(minutes=10)), (117.08, LAT, NOW - timedelta(minutes=5))]
    assert kinds(await hear(patrol, tx, [walked("b-1", points)])) == [TrackStored]
    assert await hear(patrol, tx, [walked("b-1", points[::-1])]) == []
    for other in (walked("b-1", points[:1]), walked("b-1", points, "t-2"), walked("b-1", points, datum="gcj02")):
        (refused,) = await hear(patrol, tx, [other])
        assert [problem.field for problem in refused.problems] == ["batch_id"]
    assert kinds(await hear(patrol, tx, [walked("b-1", points, source="other")])) == [TrackStored]


async def test_what_was_refused_is_weighed_with_what_is_sent_next_whichever_replica_takes_it(tx):
    def point(n, off=0.0):
        return (117.05 + off, LAT, NOW - timedelta(minutes=10) + timedelta(seconds=15 * n))

    found = []
    for n, one in enumerate([point(0, 1.0), point(1), point(2), point(3)]):
        ((_, told),) = await hear(patrol, tx, [walked(f"b-{n}", [one])])
        found.append((told.kept, told.refused))
    assert found == [(1, {}), (0, {"impossible_speed": 1}), (1, {}), (1, {})]


async def test_a_late_batch_is_weighed_against_what_is_stored_before_and_after_it(tx):
    def point(n, off=0.0):
        return (117.05 + off, LAT, NOW - timedelta(minutes=10) + timedelta(seconds=15 * n))

    await hear(patrol, tx, [walked("b-1", [point(0), point(1), point(4), point(5)])])
    ((_, told),) = await hear(patrol, tx, [walked("b-2", [point(2, 1.0), point(3)])])
    assert (told.kept, told.refused) == (1, {"impossible_speed": 1})


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(POINTS | ANYTHING, min_size=1, max_size=12), st.sampled_from(["wgs84", "gcj02"]), st.uuids())
def test_what_is_written_of_a_batch_can_be_read_again_whatever_its_points_are(dsn, posted, datum, name):
    async def write_and_read():
        async with transaction(dsn, NOW) as tx:
            ((_, told),) = await hear(patrol, tx, [sent(f"b-{name}", posted, datum=datum)])
            await hear(patrol, tx, [walked("b-next", [(117.05, LAT, NOW)])])
            stored = await tx.sql.fetchval(
                "SELECT count(*) FROM points JOIN batches b ON b.id = batch WHERE b.batch_id <> 'b-next'"
            )
            return told, stored

    told, stored = asyncio.run(write_and_read())
    assert (told.kept, told.kept + sum(told.refused.values())) == (stored, len(posted))
    assert TrackStored.model_validate_json(dump(told)) == told


async def test_two_batches_of_one_terminal_take_turns(dsn):
    async def first(tx):
        ((_, told),) = await hear(patrol, tx, [walked("turn-1", [(117.05, LAT, NOW)], "t-turn")])
        return told.kept, told.refused

    async def second(tx):
        ((_, told),) = await hear(patrol, tx, [walked("turn-2", [(117.05, LAT, NOW)], "t-turn")])
        return told.kept, told.refused

    assert await overlapping(dsn, first, second, NOW) == ((1, {}), (0, {"duplicate": 1}))
