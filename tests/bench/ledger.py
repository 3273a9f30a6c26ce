"""The ledger at a past day and an old cut-off, with ten thousand to a million cases."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from cli.demo.world import jingdezhen
from contracts.case import CaseKind
from contracts.division import Division, Level
from services.cases import ledger, ledger_store
from services.cases.campaign import CAMPAIGNS
from services.cases.ledger import Window
from services.runtime.transaction import Transaction
from tests.servers import migrated

ROUNDS = 20
NOW = datetime(2020, 12, 31, 8, 0, tzinfo=UTC)
FIRST, PAST = date(2018, 1, 1), date(2019, 9, 30)
OLD_CUTOFF = datetime(2019, 10, 8, 9, 30, tzinfo=UTC)
WINDOWS = {
    "city, every campaign": ("360200000000", None, None, OLD_CUTOFF),
    "city, one campaign and kind": ("360200000000", "green-shield-2018", CaseKind.FELLING, OLD_CUTOFF),
    "county, every campaign, now": ("360222000000", None, None, NOW),
    "town, every campaign": ("360222104000", None, None, OLD_CUTOFF),
    "village, every campaign": ("360222104201", None, None, OLD_CUTOFF),
}


async def at_sizes(*sizes: int) -> dict[str, Any]:
    """Milliseconds, median and worst, by window and number of cases."""
    sql = await asyncpg.connect(await migrated("cases"))
    found: dict[str, Any] = {}
    have = 0
    for size in sizes:
        await _add(sql, have, size - have)
        have = size
        started = time.perf_counter()
        while await _fold(sql):
            pass
        await sql.execute("VACUUM ANALYZE ledger, ledger_sums, unfolded")
        windows = {name: await _timed(sql, *window) for name, window in WINDOWS.items()}
        found[str(size)] = {"folded_in_s": round(time.perf_counter() - started, 1), "ms": windows}
    await sql.close()
    return found


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
        list(CAMPAIGNS),
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
            ledger.sheet(window, await ledger_store.counted(tx, window), await ledger_store.same_site(tx, window))
            took.append((time.perf_counter() - started) * 1000)
    return {"median": round(statistics.median(took), 1), "worst": round(max(took), 1)}
