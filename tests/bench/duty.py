"""The clock's work on one day: the duties of so many posts opened and closed, in bounded batches."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import asyncpg

from contracts.language.message import Fact
from services.patrol.duty import clock
from services.runtime.reference.view import Views
from services.runtime.telling import outbox
from services.runtime.transaction import Transaction
from tests.bench.rig import resident_mb
from tests.servers import migrated

OPENED_AT = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
CLOSED_AT = datetime(2020, 7, 4, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worked:
    """Duties a second, the longest transaction, and what the process took more at its end than after a tenth."""

    opened_per_s: float
    closed_per_s: float
    longest_s: float
    grown_mb: float


async def at_size(posts: int) -> Worked:
    """Open the duties of all posts and close them, as the clock of one replica does, each batch in a transaction."""
    sql = await asyncpg.connect(await migrated("patrol"))
    try:
        await _enrol(sql, posts)
        views = Views()
        opened_s, longest_s, grown_mb = await _all_due(partial(_once, sql, views, clock.open_duties, OPENED_AT), posts)
        closed_s, longer_s, more_mb = await _all_due(partial(_once, sql, views, clock.close_duties, CLOSED_AT), posts)
        states = await sql.fetch("SELECT state, count(*) FROM duties GROUP BY state")
        assert [tuple(one) for one in states] == [("missed", posts)]
        return Worked(posts / opened_s, posts / closed_s, max(longest_s, longer_s), max(grown_mb, more_mb))
    finally:
        await sql.close()


async def _all_due(once: Callable[[], Awaitable[int]], posts: int) -> tuple[float, float, float]:
    done, longest_s, tenth_mb = 0, 0.0, 0.0
    began = time.perf_counter()
    while done < posts:
        started = time.perf_counter()
        now = await once()
        assert now > 0
        done += now
        longest_s = max(longest_s, time.perf_counter() - started)
        if not tenth_mb and done >= posts / 10:
            tenth_mb = resident_mb(os.getpid())
    assert await once() == 0
    return time.perf_counter() - began, longest_s, resident_mb(os.getpid()) - tenth_mb


async def _once(
    sql: asyncpg.Connection[asyncpg.Record],
    views: Views,
    work: Callable[[Transaction], Awaitable[list[Fact]]],
    now: datetime,
) -> int:
    async with sql.transaction():
        tx = Transaction(sql, now, views)
        news = await work(tx)
        await outbox.write(sql, "patrol", [outbox.telling(fact, None) for fact in news], now, tx.texts)
    return len(news)


async def _enrol(sql: asyncpg.Connection[asyncpg.Record], posts: int) -> None:
    """Rangers of villages and chiefs of towns: each has one duty in June."""
    await sql.execute(
        """
        INSERT INTO posts (id, sequence, body)
        SELECT 'p-' || n, 1, jsonb_build_object(
            'id', 'p-' || n, 'role', CASE n % 2 WHEN 0 THEN 'ranger' ELSE 'chief' END, 'title', '岗位',
            'area_id', 'a-' || n,
            'division', '3602' || (n % 90 + 10) || '104' || CASE n % 2 WHEN 0 THEN '201' ELSE '000' END,
            'unit', jsonb_build_object('id', 'u-' || n, 'name', '单位'), 'ended_on', NULL,
            'appointments', jsonb_build_array(jsonb_build_object(
                'person', jsonb_build_object('id', 'x-' || n, 'name', '某人'), 'held_from', '2019-01-01',
                'held_to', NULL, 'recorded_at', '2019-01-01T00:00:00Z', 'superseded_at', NULL)))
        FROM generate_series(1, $1::integer) AS n
        """,
        posts,
    )
    await sql.execute("ANALYZE posts")
