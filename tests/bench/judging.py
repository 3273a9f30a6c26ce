"""Judging patrols: how many rounds of rangers a second, by their points, as the clock of one replica does it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import shapely

from contracts.language.message import Fact
from contracts.language.values import AreaKind
from contracts.roster import AreaStated
from contracts.roster import Post as RosterPost
from demo.world import jingdezhen, world
from services.patrol.patrol import clock
from services.patrol.service import patrol
from services.runtime.messages import Heard
from services.runtime.reference.view import Views
from services.runtime.telling import outbox
from services.runtime.transaction import Transaction
from tests.patrol.rounds import batch, enrol, fixes, hold, report
from tests.servers import migrated
from tests.telling import hear, heard

NOW = datetime(2020, 6, 7, 0, 0, tzinfo=UTC)
FIRST = datetime(2020, 6, 1, 1, 0, tzinfo=UTC)
LASTS, EVERY_S, PACE_M_S = timedelta(hours=2), 30, 0.6
TOLD_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Judged:
    """Rounds a second, the longest transaction, and what a round took of the process's time."""

    per_second: float
    longest_s: float
    processor_ms: float


async def judged(rounds: int) -> Judged:
    """Rounds of two hours with a point each half minute; each ranger of Jingdezhen walks one a day."""
    areas, posts = world(jingdezhen())
    grounds = {one.id: shapely.geometry.shape(one.boundary.model_dump()) for one in areas if one.kind is AreaKind.GRID}
    rangers = [one for one in posts if one.role == "ranger" and one.appointments and one.area_id in grounds]
    rangers = rangers[:rounds]
    sql = await asyncpg.connect(await migrated("patrol"))
    views = Views()
    try:
        stated = [heard(AreaStated(area=one), "roster", n) for n, one in enumerate(areas, 1)]
        async with sql.transaction():
            tx = Transaction(sql, NOW, views)
            await hear(patrol, tx, stated)
            await enrol(tx, *rangers)
            for n, one in enumerate(rangers):
                await hold(tx, f"t-{n}", one.appointments[0].person.id, one.id)
        said = [_round(n, rangers, grounds) for n in range(rounds)]
        for first in range(0, rounds, TOLD_AT_ONCE):
            some = said[first : first + TOLD_AT_ONCE]
            for part in zip(*some, strict=True):
                await _tell(sql, views, part)
        return await _judge_all(sql, views, rounds)
    finally:
        await sql.close()


def _round(
    n: int, rangers: Sequence[RosterPost], grounds: dict[str, shapely.geometry.base.BaseGeometry]
) -> tuple[Heard, Heard, Heard]:
    """Its beginning, its end and its points."""
    who = n % len(rangers)
    middle = grounds[rangers[who].area_id].representative_point()
    begin = FIRST + timedelta(days=n // len(rangers), minutes=who % 60)
    terminal = f"t-{who}"
    walked_m = LASTS.total_seconds() * PACE_M_S
    points = fixes(begin, walked_m, EVERY_S, PACE_M_S, middle.x, middle.y)
    return (
        report(f"w-{n}", "begin", begin, terminal),
        report(f"w-{n}", "end", begin + LASTS, terminal),
        batch(f"b-{n}", points, terminal),
    )


async def _tell(sql: asyncpg.Connection[asyncpg.Record], views: Views, some: Sequence[Heard]) -> None:
    async with sql.transaction():
        await hear(patrol, Transaction(sql, NOW, views), list(some))


async def _judge_all(sql: asyncpg.Connection[asyncpg.Record], views: Views, rounds: int) -> Judged:
    async with sql.transaction():
        await clock.mark_patrols(Transaction(sql, NOW, views))
    longest_s, spent_s, began, told = 0.0, sum(os.times()[:2]), time.perf_counter(), 0
    while True:
        started = time.perf_counter()
        async with sql.transaction():
            tx = Transaction(sql, NOW, views)
            news: list[Fact] = await clock.judge_patrols(tx)
            await outbox.write(sql, "patrol", [outbox.telling(fact, None) for fact in news], NOW, tx.texts)
        longest_s = max(longest_s, time.perf_counter() - started)
        told += len(news)
        if not news:
            break
    took_s = time.perf_counter() - began
    states = await sql.fetch("SELECT verdict, count(*) FROM patrols GROUP BY 1")
    assert [tuple(one) for one in states] == [("valid", rounds)], states
    return Judged(rounds / took_s, longest_s, (sum(os.times()[:2]) - spent_s) / rounds * 1000)
