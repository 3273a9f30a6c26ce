"""Track points per second, located and stored durably, in batches of few and of many."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import orjson
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import TrackBatch
from tests.bench.bare import Bare, Processes
from tests.bench.chain import Ours
from tests.bench.locate import EAST, NORTH, SOUTH, WEST
from tests.bench.measured import alternating
from tests.bench.rig import Post, post_all
from tests.bench.spent import Processor
from tests.waiting import until

POINTS, ROW_BY_ROW = 240_000, 3_000
EVERY_S = 15
LOOK_EVERY_S = 0.02
STEP_DEGREES = 0.0001
"""About ten metres between two points: a ranger's walk."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many points a second, and how many microseconds of processor time each took, by process."""

    per_second: float
    processor_us: dict[str, float]


async def stored(ours: Ours, bare: Bare, of: int, rounds: int, quick: bool) -> dict[str, list[Stored]]:
    """Rounds of batches of `of` points: ours, fetch and COPY alone, and a row for each point."""
    many, few = (6_000, 600) if quick else (POINTS, ROW_BY_ROW)
    others = {way: await _Other.start(bare, way, of) for way in ("floor", "naive")}

    async def once(way: str, n: int) -> Stored:
        posts = batches((few if way == "naive" else many) // of, of, f"{of}-{n}-{way}")
        if way == "ours":
            return await _ours(ours, posts, of)
        return await others[way].stored(posts, of)

    try:
        return await alternating(
            {way: (lambda n, way=way: once(way, n)) for way in ("ours", "floor", "naive")},  # type: ignore[misc]
            rounds,
        )
    finally:
        for other in others.values():
            other.processes.stop()


def batches(count: int, of: int, name: str) -> list[Post]:
    """Batches of walking terminals, none of which walks for longer than its batch."""
    draw = random.Random(name)
    begin = datetime.now(UTC) - timedelta(days=2)
    subject, posts = intake_subject(TrackBatch, "acme"), []
    for n in range(count):
        lon, lat = draw.uniform(WEST + 0.2, EAST - 0.2), draw.uniform(SOUTH + 0.2, NORTH - 0.2)
        points = [
            {
                "lon": lon + STEP_DEGREES * k,
                "lat": lat + STEP_DEGREES * (k % 7),
                "at": (begin + timedelta(seconds=EVERY_S * k)).isoformat(),
                "accuracy_m": 8.0,
            }
            for k in range(of)
        ]
        id = f"{name}-{n}"
        body = orjson.dumps({"batch_id": id, "terminal": id, "datum": "gcj02", "points": points})
        posts.append((subject, body, to_headers(Envelope(id, "acme", TrackBatch.type(), datetime.now(UTC)))))
    return posts


async def _ours(ours: Ours, posts: list[Post], of: int) -> Stored:
    sql = await asyncpg.connect(ours.database("patrol"))
    last = await sql.fetchval("SELECT coalesce(max(id), 0) FROM batches")
    pid = ours.pid("patrol")
    os.kill(pid, signal.SIGSTOP)
    client = await ours.connect()
    await post_all(client, posts)
    await client.close()
    processor = ours.processor()
    processor.begin()
    os.kill(pid, signal.SIGCONT)
    started = time.perf_counter()
    all_stored = "SELECT count(*) = $2 FROM batches WHERE id > $1"
    await until(lambda: sql.fetchval(all_stored, last, len(posts)), within_s=600, every_s=LOOK_EVERY_S)
    found = _stored(len(posts) * of, time.perf_counter() - started, processor)
    kept = await sql.fetchval("SELECT sum(kept) FROM batches WHERE id > $1", last)
    assert kept == len(posts) * of, f"{kept} of {len(posts) * of} points kept"
    await sql.close()
    await ours.settled()
    return found


def _stored(points: int, seconds: float, processor: Processor) -> Stored:
    return Stored(points / seconds, {name: ms * 1000 / points for name, ms in processor.since().items()})


class _Other:
    """The floor or the naive way, with a stream and a table of its own."""

    def __init__(self, bare: Bare, way: str) -> None:
        self._bare, self._way = bare, way
        self.processes = Processes("bare_track", bare, [way])

    @classmethod
    async def start(cls, bare: Bare, way: str, of: int) -> _Other:
        client, sql = await bare.connect(), await asyncpg.connect(bare.dsn)
        stream, name = client.jetstream(timeout=10), f"track_{way}"
        await sql.execute(f"DROP TABLE IF EXISTS {name}")
        await sql.execute(
            f"CREATE TABLE {name} (terminal text, at timestamptz, lon float8, lat float8, PRIMARY KEY (terminal, at))"
        )
        await stream.add_stream(StreamConfig(name=name, subjects=[f"track.{way}"]))
        await stream.add_consumer(
            name, ConsumerConfig(durable_name=way, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=20_000)
        )
        await client.close()
        await sql.close()
        return cls(bare, way)

    async def stored(self, posts: list[Post], of: int) -> Stored:
        sql = await asyncpg.connect(self._bare.dsn)
        before = await sql.fetchval(f"SELECT count(*) FROM track_{self._way}")
        self.processes.hold(on=True)
        client = await self._bare.connect()
        await post_all(client, [(f"track.{self._way}", body, {}) for _, body, _ in posts])
        await client.close()
        processor = Processor({"patrol": self.processes.pids[self._way]} | self._bare.pids)
        processor.begin()
        self.processes.hold(on=False)
        started = time.perf_counter()
        all_stored = f"SELECT count(*) = $1 FROM track_{self._way}"
        await until(lambda: sql.fetchval(all_stored, before + len(posts) * of), within_s=600, every_s=LOOK_EVERY_S)
        self.processes.require_alive()
        found = _stored(len(posts) * of, time.perf_counter() - started, processor)
        await sql.close()
        return found
