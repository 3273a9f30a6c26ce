"""The ledger at a past day and an old cut-off, with ten thousand to a million cases."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import asyncpg

from contracts.cases import CaseKind
from contracts.language.division import Division, Level
from demo.world import jingdezhen
from services.cases.law.campaign import LAW
from services.cases.ledger import ledger
from services.cases.ledger import store as ledger_store
from services.cases.ledger.ledger import Window
from services.runtime.transaction import Transaction
from tests.bench.measured import alternating
from tests.servers import migrated

ROUNDS = 20
NOW = datetime(2020, 12, 31, 8, 0, tzinfo=UTC)
FIRST, PAST = date(2018, 1, 1), date(2019, 9, 30)
OLD_CUTOFF = datetime(2019, 10, 8, 9, 30, tzinfo=UTC)
LARGEST = "city, every campaign"
WINDOWS = {
    LARGEST: ("360200000000", None, None, OLD_CUTOFF),
    "city, one campaign and kind": ("360200000000", "green-shield-2018", CaseKind.FELLING, OLD_CUTOFF),
    "county, every campaign, now": ("360222000000", None, None, NOW),
    "town, every campaign": ("360222104000", None, None, OLD_CUTOFF),
    "village, every campaign": ("360222104201", None, None, OLD_CUTOFF),
}


async def at_sizes(*sizes: int) -> dict[str, Any]:
    """By number of cases: milliseconds of each window, and the rounds of ours, the floor and the naive way."""
    sql = await asyncpg.connect(await migrated("cases"))
    found: dict[str, Any] = {}
    have = 0
    for size in sizes:
        await _add(sql, have, size - have)
        have = size
        started = time.perf_counter()
        while await _fold(sql):
            pass
        await _make_snapshot(sql)
        await sql.execute("VACUUM ANALYZE ledger, ledger_sums, unfolded, snapshot")
        folded_in_s = round(time.perf_counter() - started, 1)
        windows = {name: await _timed(sql, *window) for name, window in WINDOWS.items()}
        rounds = await alternating(
            {"ours": partial(_ours, sql), "floor": partial(_ready_made, sql), "naive": partial(_replayed, sql)}
        )
        found[str(size)] = {"folded_in_s": folded_in_s, "windows_ms": windows, "rounds": rounds}
    await sql.close()
    return found


async def _ours(sql: asyncpg.Connection[asyncpg.Record], _: int) -> float:
    """The window that takes longest: a whole city with every campaign, as known long ago."""
    return (await _timed(sql, *WINDOWS[LARGEST]))["median"]


async def _make_snapshot(sql: asyncpg.Connection[asyncpg.Record]) -> None:
    """What a sheet of that day and cut-off needs, added up before anybody asks."""
    await sql.execute(
        """
        DROP TABLE IF EXISTS snapshot;
        CREATE TABLE snapshot AS
        SELECT date '2019-09-30' AS day, left(division, 4) AS city, line, on_day > date '2018-01-01' AS within,
               count(*) AS n
        FROM ledger WHERE on_day <= date '2019-09-30' AND known_at <= '2019-10-08 09:30+00' GROUP BY 1, 2, 3, 4;
        CREATE INDEX ON snapshot (day, city);
        """
    )


async def _ready_made(sql: asyncpg.Connection[asyncpg.Record], _: int) -> float:
    started = time.perf_counter()
    await sql.fetch("SELECT line, within, n FROM snapshot WHERE day = $1 AND city = $2", PAST, "3602")
    return (time.perf_counter() - started) * 1000


async def _replayed(sql: asyncpg.Connection[asyncpg.Record], _: int) -> float:
    """Every entry that there ever was, one after the other."""
    started = time.perf_counter()
    counted: Counter[tuple[str, bool]] = Counter()
    async with sql.transaction():
        async for line, on_day, known_at, division in sql.cursor(
            "SELECT line, on_day, known_at, division FROM ledger", prefetch=5_000
        ):
            if on_day <= PAST and known_at <= OLD_CUTOFF and division.startswith("3602"):
                counted[line, on_day > FIRST] += 1
    return (time.perf_counter() - started) * 1000


async def _add(sql: asyncpg.Connection[asyncpg.Record], after: int, count: int) -> None:
    """Entries of so many cases over three years; most are closed again, one in a hundred is entered a month late."""
    villages = [one.code for one in jingdezhen() if one.code.level is Level.VILLAGE]
    await sql.execute(
        """
        WITH cases AS (
            SELECT n, md5(n::text)::uuid AS id, ($3::text[])[1 + n * 7 % cardinality($3)] AS division,
                   ($4::text[])[1 + n % cardinality($4)] AS campaign, ($5::text[])[1 + n % cardinality($5)] AS kind,
                   date '2018-01-01' + (n * 13 % 900)::integer AS new_on,
                   CASE WHEN n % 100 = 0 THEN 30 ELSE 0 END AS late
            FROM generate_series($1::bigint, $1::bigint + $2 - 1) AS n
        ), entries AS (
            SELECT id, division, campaign, kind, 'new' AS line, '' AS route, new_on AS on_day, late FROM cases
            UNION ALL
            SELECT id, division, campaign, kind, 'closed', 'put_right', new_on + (20 + n % 150)::integer, late
            FROM cases WHERE n % 10 < 8
        ), new AS (
            INSERT INTO ledger (case_id, line, reason, route, on_day, known_on, known_at, campaign, division, kind)
            SELECT id, line, '', route, on_day, on_day + late, (on_day + late) + time '02:00', campaign, division, kind
            FROM entries RETURNING id
        ) INSERT INTO unfolded SELECT id FROM new
        """,
        after,
        count,
        villages,
        list(LAW.shipped.newest.campaigns),
        ["felling", "forest_land_taken", "reserve_violation", "dead_pines"],
    )


async def _fold(sql: asyncpg.Connection[asyncpg.Record]) -> int:
    async with sql.transaction():
        return await ledger_store.fold(Transaction(sql, NOW))


async def _timed(
    sql: asyncpg.Connection[asyncpg.Record],
    division: str,
    campaign: str | None,
    kind: CaseKind | None,
    cutoff: datetime,
) -> dict[str, float]:
    window = Window(campaign, Division(division), kind, FIRST, PAST, cutoff)
    took = []
    for _ in range(ROUNDS):
        async with sql.transaction():
            tx = Transaction(sql, NOW)
            started = time.perf_counter()
            beside = ledger.beyond_the_first(*await ledger_store.same_site(tx, window))
            ledger.sheet(window, await ledger_store.counted(tx, window), beside)
            took.append((time.perf_counter() - started) * 1000)
    return {"median": round(statistics.median(took), 1), "worst": round(max(took), 1)}
