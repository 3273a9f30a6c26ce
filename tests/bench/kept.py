"""Points as they are kept: bytes a point of a year of rangers, and how soon a month of one of them is read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import asyncpg
import numpy as np

from contracts.language.datum import gcj02_offset
from services.patrol.kept import packed, store
from services.patrol.kept.point import KEPT, Points, begin_of, rounded, us_of
from services.runtime.transaction import Transaction
from tests.servers import migrated

RANGERS, DAYS_A_MONTH, HOURS_A_DAY, EVERY_S = 200, 20, 8, 30
"""A tenth of a city's two thousand."""
POINTS_A_DAY = HOURS_A_DAY * 3600 // EVERY_S
YEAR, ROW_DAYS, READS, AT_ONCE = 2026, 12, 15, 100
ROW_DAYS_WALKED = ROW_DAYS * DAYS_A_MONTH // 30
DRIFT_M, DEGREE_M = 5.0, 111_195


@dataclass(frozen=True, slots=True)
class Kept:
    """What a part of a city's year takes on the disk, and how long it takes to pack and to read."""

    points: int
    packed_bytes_a_point: float
    row_bytes_a_point: float
    packed_per_second: float
    month_ms: list[float]
    recent_month_ms: list[float]
    """Of a month of which twelve days are rows."""


async def measured(rangers: int) -> Kept:
    """Days go the clock's way, as rows first; walks are drawn, stated on GCJ-02, in batches of an hour."""
    sql = await asyncpg.connect(await migrated("patrol"))
    days, recent = _days()[:-ROW_DAYS_WALKED], _days()[-ROW_DAYS_WALKED:]
    took_s, count = 0.0, 0
    for number in range(1, rangers + 1):
        draw = np.random.default_rng(number)
        for first in range(0, len(days), AT_ONCE):
            some = [(number, day) for day in days[first : first + AT_ONCE]]
            walked = [_walk(day, draw) for _, day in some]
            began = time.perf_counter()
            async with sql.transaction():
                await store.seal(Transaction(sql, datetime.now(UTC)), some, walked)
            took_s += time.perf_counter() - began
            count += sum(map(len, walked))
        async with sql.transaction():
            rows = np.concatenate([_walk(day, draw) for day in recent])
            await store.add_points(Transaction(sql, datetime.now(UTC)), rows, np.full(len(rows), number))
            await sql.execute(
                "INSERT INTO terminals (source, terminal, rows_from) VALUES ('bench', $1, $2)",
                str(number),
                begin_of(recent[0]),
            )
    packed_bytes = await sql.fetchval("SELECT pg_total_relation_size('packed_days')")
    row_bytes = await sql.fetchval("SELECT pg_total_relation_size('points')")
    row_count = await sql.fetchval("SELECT count(*) FROM points")
    months = begin_of(date(YEAR, 6, 1)), begin_of(date(YEAR, 11, 21))
    reads = [[await _read_ms(sql, n % rangers + 1, first) for n in range(READS)] for first in months]
    await sql.close()
    return Kept(count + row_count, packed_bytes / count, row_bytes / row_count, count / took_s, *reads)


async def _read_ms(sql: asyncpg.Connection[asyncpg.Record], number: int, first: datetime) -> float:
    began = time.perf_counter()
    (points,) = await store.track(sql, [(number, first, first + timedelta(days=30))], packed.PLACES)
    assert len(points) >= POINTS_A_DAY
    return (time.perf_counter() - began) * 1000


def city_year_gb(kept: Kept) -> float:
    """What two thousand rangers take in a year, the last twelve days as rows."""
    a_day = 2000 * POINTS_A_DAY * DAYS_A_MONTH / 30
    return (a_day * (365 - ROW_DAYS) * kept.packed_bytes_a_point + a_day * ROW_DAYS * kept.row_bytes_a_point) / 1e9


def _days() -> list[date]:
    return [date(YEAR, month, 1 + n) for month in range(1, 13) for n in range(DAYS_A_MONTH)]


def _walk(day: date, draw: np.random.Generator) -> Points:
    """Hours of a ranger: a pace that changes, a way that turns, and a position that drifts."""
    points = np.zeros(POINTS_A_DAY, dtype=KEPT)
    begin_us = us_of(begin_of(day)) + 8 * 3_600_000_000
    points["at_us"] = begin_us + np.arange(POINTS_A_DAY) * EVERY_S * 1_000_000
    pace_m = np.clip(draw.normal(0.8, 0.4, POINTS_A_DAY), 0, None) * EVERY_S
    heading = np.cumsum(draw.normal(0, 0.4, POINTS_A_DAY))
    for name, part, centre in (("lon", np.cos(heading), 117.2), ("lat", np.sin(heading), 29.3)):
        points[name] = centre + (np.cumsum(pace_m * part) + draw.normal(0, DRIFT_M, POINTS_A_DAY)) / DEGREE_M
    by_lon, by_lat = gcj02_offset(points["lon"], points["lat"], np)
    points["stated_lon"], points["stated_lat"] = points["lon"] + by_lon, points["lat"] + by_lat
    points["area"] = 1 + np.arange(POINTS_A_DAY) // 240
    points["batch"] = day.toordinal() * 20_000 + np.arange(POINTS_A_DAY) // 120 * 2_000
    rounded(points)
    return points
