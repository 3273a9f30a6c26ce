"""Recent points are rows, older days are packed, and nobody who reads a track can tell which."""

import asyncio
import os
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.language.values import SHANGHAI
from services.patrol.kept import clock, store
from services.patrol.kept.point import at_of, begin_of
from services.patrol.kept.sealing import SEAL_AFTER_LEAST, Keeping
from services.patrol.service import patrol
from services.patrol.track.law import FILTER, anywhere_within
from tests.patrol.areas_and_reports import LAT, METRE, NOW, walked
from tests.servers import transaction
from tests.telling import hear

LIMITS = FILTER.shipped.newest

DAY = date(2020, 6, 10)
EVER = (begin_of(date(2019, 1, 1)), begin_of(date(2022, 1, 1)))
SEALED_FROM = begin_of(DAY + timedelta(days=1 + SEAL_AFTER_LEAST))
"""From this moment on DAY may be packed."""
COUNTS = "SELECT (SELECT count(*) FROM points), (SELECT coalesce(sum(points), 0) FROM packed_days)"


def at(hour, minute=0, second=0, day=DAY):
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def steps(count, begin=None, off=0.0):
    return [(117.05 + off + n * METRE, LAT, (begin or at(9)) + timedelta(seconds=30 * n)) for n in range(count)]


async def stored(tx, number=None):
    """All that is kept of a terminal, whichever way."""
    if number is None:
        number = await tx.sql.fetchval("SELECT min(number) FROM terminals")
    (points,) = await store.track(tx.sql, [(number, *EVER)])
    return points


async def seal(tx, now):
    before, tx.now = tx.now, now
    while await tx.sql.fetchval("SELECT count(*) FROM terminals WHERE rows_from < $1", _sealable(now)):
        assert await clock.seal_days(tx) == []
    tx.now = before


def _sealable(now):
    return begin_of(now.astimezone(SHANGHAI).date() - timedelta(days=SEAL_AFTER_LEAST))


async def counts(tx):
    return tuple(await tx.sql.fetchrow(COUNTS))


async def test_a_day_is_packed_once_it_is_so_many_days_past_and_reads_as_before(tx):
    await hear(patrol, tx, [walked("b-1", steps(4)), walked("b-2", steps(3, at(10)), datum="gcj02")])
    rows = (await stored(tx)).tobytes()
    await seal(tx, SEALED_FROM - timedelta(microseconds=1))
    assert await counts(tx) == (7, 0)
    await seal(tx, SEALED_FROM)
    assert (await counts(tx), (await stored(tx)).tobytes()) == ((0, 7), rows)


async def test_days_are_those_of_china_and_each_is_packed_apart(tx):
    await hear(
        patrol,
        tx,
        [
            walked(
                "b-1",
                [*steps(1, at(0)), *steps(1, at(23, 59, 59)), *steps(1, at(0, day=DAY + timedelta(days=1)))],
            )
        ],
    )
    await seal(tx, SEALED_FROM)
    assert await counts(tx) == (1, 2)
    await seal(tx, SEALED_FROM + timedelta(days=1))
    found = await tx.sql.fetch("SELECT day, points FROM packed_days ORDER BY day")
    assert [tuple(one) for one in found] == [(DAY, 2), (DAY + timedelta(days=1), 1)]


async def test_between_two_times_a_track_has_its_points_from_the_first_and_before_the_last(tx):
    await hear(patrol, tx, [walked("b-1", steps(4))])
    number = await tx.sql.fetchval("SELECT number FROM terminals")
    for _ in range(2):
        (points,) = await store.track(tx.sql, [(number, at(9, 0, 30), at(9, 1, 30))])
        assert [at_of(us) for us in points["at_us"].tolist()] == [at(9, 0, 30), at(9, 1)]
        await seal(tx, SEALED_FROM)


async def test_several_terminals_are_packed_and_read_apart(tx):
    await hear(patrol, tx, [walked("b-1", steps(4)), walked("b-2", steps(3, off=0.01), terminal="t-2")])
    numbers = [row["number"] for row in await tx.sql.fetch("SELECT number FROM terminals ORDER BY terminal")]
    rows = [one.tobytes() for one in await store.track(tx.sql, [(number, *EVER) for number in numbers])]
    await seal(tx, SEALED_FROM)
    assert [one.tobytes() for one in await store.track(tx.sql, [(number, *EVER) for number in numbers])] == rows
    assert await tx.sql.fetchval("SELECT count(*) FROM packed_days") == 2


async def test_a_late_point_of_a_packed_day_is_sifted_with_it_and_packed_with_it(tx):
    await hear(patrol, tx, [walked("b-1", steps(4))])
    await seal(tx, SEALED_FROM)
    late = [(117.05 + 4 * METRE, LAT, at(9, 2)), (118.5, LAT, at(9, 1)), (118.5, LAT, at(9, 1, 15))]
    ((_, told),) = await hear(patrol, tx, [walked("b-2", late)])
    assert (told.kept, told.refused) == (1, {"duplicate": 1, "impossible_speed": 1})
    assert await counts(tx) == (5, 0)
    await seal(tx, SEALED_FROM)
    assert await counts(tx) == (0, 5)


async def test_a_point_further_off_in_time_than_anybody_needs_to_anywhere_unpacks_nothing(tx):
    await hear(patrol, tx, [walked("b-1", steps(4))])
    await seal(tx, SEALED_FROM)
    tx.now = SEALED_FROM
    midnight = begin_of(DAY + timedelta(days=1))
    await hear(patrol, tx, [walked("b-2", [(117.05, LAT, midnight + LIMITS.older_than)])])
    assert await counts(tx) == (1, 4)


def test_what_is_sent_in_time_never_reaches_a_packed_day():
    assert timedelta(days=SEAL_AFTER_LEAST) >= LIMITS.older_than + anywhere_within(LIMITS)


async def test_days_older_than_the_setting_are_deleted_and_the_day_itself_is_kept(tx):
    await hear(patrol, tx, [walked("b-1", [*steps(2), *steps(1, at(9, day=DAY + timedelta(days=1)))])])
    await seal(tx, SEALED_FROM + timedelta(days=1))
    tx.now = begin_of(DAY + timedelta(days=clock.KEEPING.keep_days))
    await clock.forget_days(tx)
    assert await counts(tx) == (0, 3)
    tx.now += timedelta(days=1)
    await clock.forget_days(tx)
    assert await counts(tx) == (0, 1)


async def test_which_batches_came_is_known_for_its_days_and_then_forgotten_the_oldest_first(tx):
    for n in range(3):
        tx.now = at(12) + timedelta(days=n)
        await hear(patrol, tx, [walked(f"b-{n}", steps(1, tx.now))])

    async def left(when):
        tx.now = when
        await clock.forget_batches(tx)
        return [row["batch_id"] for row in await tx.sql.fetch("SELECT batch_id FROM batches ORDER BY id")]

    over = begin_of(DAY + timedelta(days=clock.KEEPING.batch_keep_days + 1))
    assert await left(over - timedelta(microseconds=1)) == ["b-0", "b-1", "b-2"]
    assert await left(over) == ["b-1", "b-2"]
    await store.forget_batches(tx, over, 1)
    assert await left(over) == ["b-2"]


async def test_so_many_days_are_deleted_at_once(tx):
    await tx.sql.execute("INSERT INTO packed_days SELECT n, '2015-01-01', 1, '' FROM generate_series(1, 5) AS n")
    assert [await store.forget(tx, date(2015, 1, 2), 2) for _ in range(4)] == [2, 2, 1, 0]


async def test_so_many_terminals_are_packed_in_one_turn_the_oldest_first(tx):
    batches = [walked(f"b-{n}", steps(1, at(9, n)), terminal=f"t-{n}") for n in range(5)]
    await hear(patrol, tx, batches)
    taken = await store.take_unsealed(tx, SEALED_FROM, 2)
    names = {row["number"]: row["terminal"] for row in await tx.sql.fetch("SELECT number, terminal FROM terminals")}
    assert [(names[number], day) for number, day in taken] == [("t-0", DAY), ("t-1", DAY)]


async def test_rows_that_a_release_before_has_written_to_a_packed_day_are_packed_with_it(tx):
    await hear(patrol, tx, [walked("b-1", steps(2))])
    await seal(tx, SEALED_FROM)
    number = await tx.sql.fetchval("SELECT number FROM terminals")
    for when in (at(9, 0, 30), at(9, 5)):
        await tx.sql.execute(
            "INSERT INTO points (terminal, at, lon, lat, stated_lon, stated_lat, area, batch) "
            "VALUES ($1, $2, 117.06, 29.05, 117.06, 29.05, 0, 1)",
            number,
            when,
        )
    await tx.sql.execute("UPDATE terminals SET rows_from = $1", at(9))
    await seal(tx, SEALED_FROM)
    assert (await stored(tx))["lon"].tolist() == [117.05, round(117.05 + METRE, 7), 117.06]


PIECES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(1, 12), st.booleans()), min_size=1, max_size=8
)
"""Of which day, from which step, how many steps, and whether the clock packs what it may right after."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PIECES, st.randoms(use_true_random=False))
def test_in_any_order_and_repetition_of_arrival_packed_days_say_what_rows_say(dsn, pieces, draw):
    sent = [
        walked(
            f"b-{n}",
            steps(count, at(9, day=DAY + timedelta(days=day)) + timedelta(seconds=30 * first), first * METRE),
            datum="gcj02",
        )
        for n, (day, first, count, _) in enumerate(pieces)
    ]
    again = [*sent, *draw.choices(sent, k=len(sent))]
    draw.shuffle(again)
    sealing = [packs for *_, packs in pieces]

    async def kept(batches, packed):
        async with transaction(dsn, NOW) as tx:
            for n, batch in enumerate(batches):
                await hear(patrol, tx, [batch])
                if packed and sealing[n % len(sealing)]:
                    await seal(tx, SEALED_FROM + timedelta(days=n % 3))
            found = await stored(tx)
            return [found[name].tolist() for name in ("at_us", "lon", "lat", "stated_lon", "stated_lat")]

    rows = asyncio.run(kept(sent, packed=False))
    assert asyncio.run(kept(again, packed=True)) == rows


@pytest.mark.served
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LINZHANG_TRACK_SEAL_AFTER_DAYS", "11", "must be at least 12"),
        ("LINZHANG_TRACK_KEEP_DAYS", "30", "must be at least 31"),
        ("LINZHANG_TRACK_KEEP_DAYS", "x", "must be a whole number"),
    ],
)
def test_a_setting_that_cannot_be_is_named_at_the_start(name, value, said):
    done = subprocess.run(
        [sys.executable, "-c", "import services.patrol.service"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, f"{name}: {said}\n")


def test_days_are_counted_from_today():
    keeping = Keeping(seal_after_days=12, keep_days=31)
    assert keeping.unsealed_from(date(2020, 3, 12)) == date(2020, 2, 29)
    assert keeping.kept_from(date(2020, 3, 31)) == date(2020, 2, 29)
