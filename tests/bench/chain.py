"""The chain from a report to a stored notification, ours and others: how fast, how late and at what cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import nats
from nats.aio.client import Client

from contracts.wiring.table import SERVICES
from deploy.local.home import Run
from deploy.local.stack import Stack
from tests.bench.bare import HOPS, Bare, Processes
from tests.bench.measured import percentile
from tests.bench.rig import Post, hold, post_all, reports, settled
from tests.bench.samples import CAUSE, HEARS, Samples
from tests.bench.samples import STREAMS as FAIR_STREAMS
from tests.bench.spent import Bytes, Processor, held
from tests.waiting import until

LOOK_EVERY_S = 0.1
STREAMS = ("INTAKE", "PATROL", "CASES", "TARGETS", "NOTIFY")
SAMPLED = 60
"""Reports of which one stands for all."""


async def counting_in(dsn: str, table: str, processes: Processes, count: int) -> Callable[[], Awaitable[bool]]:
    """Whether a table has so many rows more than now, while the processes that fill it live."""
    sql = await asyncpg.connect(dsn)
    stored = f"SELECT count(*) FROM {table}"
    before = await sql.fetchval(stored)

    async def all_stored() -> bool:
        processes.require_alive()
        if await sql.fetchval(stored) - before < count:
            return False
        await sql.close()
        return True

    return all_stored


class Ours:
    """The embedded system with the whole of Jingdezhen."""

    message_id = "ce-correlationid"
    done = "notify.notified.>"

    def __init__(self, stack: Stack, run: Run) -> None:
        self._stack, self._run = stack, run
        self._reports = reports()

    async def connect(self, user: str = "acme") -> Client:
        url, inbox = self._run.url(user), f"_INBOX.{user}".encode()
        return await nats.connect(url, inbox_prefix=inbox, pending_size=256 * 1024 * 1024)

    def database(self, service: str) -> str:
        return self._run.databases[service]

    def pid(self, service: str) -> int:
        return self._stack.pid(service)

    def processor(self) -> Processor:
        servers = {"bus": self._run.pids["nats"], "PostgreSQL": self._run.pids["postgres"]}
        return Processor({service: self.pid(service) for service in SERVICES} | servers)

    async def held(self) -> Bytes:
        reader = await self.connect("reader")
        try:
            return await held(reader, STREAMS, self.database("patrol"))
        finally:
            await reader.close()

    def posts(self, count: int) -> list[Post]:
        return list(islice(self._reports, count))

    def hold(self, *, on: bool) -> None:
        hold(self._stack, on=on)

    async def counting(self, count: int) -> Callable[[], Awaitable[bool]]:
        """Whether all of so many new reports are told of. Some few are found to say the same as another."""
        notify = await asyncpg.connect(self._run.databases["notify"])
        patrol = await asyncpg.connect(self._run.databases["patrol"])
        last_told = await notify.fetchval("SELECT coalesce(max(id), 0) FROM tellings")
        last_fate = await patrol.fetchval("SELECT coalesce(max(id), 0) FROM fates")
        linked = "SELECT count(*) FILTER (WHERE fate <> 'located'), count(*) FROM fates WHERE id > $1"

        async def all_told() -> bool:
            told = await notify.fetchval("SELECT count(*) FROM tellings WHERE id > $1", last_told)
            if told < 0.95 * count:
                return False
            without, judged = await patrol.fetchrow(linked, last_fate)
            if (told, judged) != (count - without, count):
                return False
            await notify.close()
            await patrol.close()
            return True

        return all_told

    async def settled(self) -> None:
        await settled(self._run)

    async def samples(self) -> Samples:
        """What is told because of one report like all others."""
        reader = await self.connect("reader")
        heard: list[Any] = []

        async def hear(message: Any) -> None:
            heard.append(message)

        for service in HEARS:
            await reader.subscribe(f"{service}.>", cb=hear)
        await reader.flush()
        await drained(self, SAMPLED)
        await reader.close()
        return Samples.of(heard)


class Hops:
    """The shortest way or the naive one: three programs with nothing of ours, and no second listener."""

    message_id = "id"
    done = "floor.done"

    def __init__(self, way: str, found: Bare) -> None:
        self._way, self._bare = way, found
        self._reports = reports()
        self._processes = Processes(way, found, [str(hop) for hop in range(HOPS)])

    async def connect(self, user: str = "") -> Client:
        return await self._bare.connect()

    def processor(self) -> Processor:
        return Processor(self._processes.pids | self._bare.pids)

    async def held(self) -> Bytes:
        client = await self.connect()
        try:
            return await held(client, [f"{self._way}_{hop}" for hop in range(HOPS)], self._bare.dsn)
        finally:
            await client.close()

    def posts(self, count: int) -> list[Post]:
        given = islice(self._reports, count)
        return [(f"{self._way}.0", body, {"id": headers["ce-id"]}) for _, body, headers in given]

    def hold(self, *, on: bool) -> None:
        self._processes.hold(on=on)

    async def counting(self, count: int) -> Callable[[], Awaitable[bool]]:
        return await counting_in(self._bare.dsn, f"{self._way}_{HOPS - 1}", self._processes, count)

    async def settled(self) -> None:
        return None

    def stop(self) -> None:
        self._processes.stop()


class Floor:
    """The floor: four programs with nothing of ours, which tell as many messages, as long, to as many listeners."""

    message_id = CAUSE
    done = "fair.notify.>"

    def __init__(self, found: Bare, samples: Path) -> None:
        self._bare = found
        self._reports = reports()
        self._processes = Processes("fair", found, list(HEARS), str(samples))

    async def connect(self, user: str = "") -> Client:
        return await self._bare.connect()

    def processor(self) -> Processor:
        return Processor(self._processes.pids | self._bare.pids)

    async def held(self) -> Bytes:
        client = await self.connect()
        try:
            return await held(client, [f"fair_{name}" for name in FAIR_STREAMS], self._bare.dsn)
        finally:
            await client.close()

    def posts(self, count: int) -> list[Post]:
        given = islice(self._reports, count)
        return [(f"fair.report.{subject}", body, headers) for subject, body, headers in given]

    def hold(self, *, on: bool) -> None:
        self._processes.hold(on=on)

    async def counting(self, count: int) -> Callable[[], Awaitable[bool]]:
        return await counting_in(self._bare.dsn, "fair_notify", self._processes, count)

    async def settled(self) -> None:
        """The second listener has stored all as well."""
        sql = await asyncpg.connect(self._bare.dsn)
        alike = "SELECT (SELECT count(*) FROM fair_targets) = (SELECT count(*) FROM fair_notify)"
        await until(lambda: sql.fetchval(alike), within_s=60, every_s=LOOK_EVERY_S)
        await sql.close()

    def stop(self) -> None:
        self._processes.stop()


Way = Ours | Hops | Floor


@dataclass(frozen=True, slots=True)
class Drained:
    """How many reports a second, and what each took: milliseconds of processor time, and bytes left."""

    per_second: float
    processor_ms: dict[str, float]
    left: dict[str, float]


async def drained(way: Way, count: int) -> Drained:
    """Fill the intake while the way is held, let it go, and see how fast all of it is stored at the end."""
    posts = way.posts(count)
    all_done = await way.counting(count)
    before = await way.held()
    way.hold(on=True)
    client = await way.connect()
    await post_all(client, posts)
    await client.close()
    processor = way.processor()
    processor.begin()
    way.hold(on=False)
    started = time.perf_counter()
    await until(all_done, within_s=600, every_s=LOOK_EVERY_S)
    rate = count / (time.perf_counter() - started)
    await way.settled()
    took = {name: ms / count for name, ms in processor.since().items()}
    left = {what: size / count for what, size in (await way.held()).since(before).items()}
    return Drained(rate, took, left)


async def latency_ms(way: Way, per_second: float, count: int) -> dict[str, float]:
    """From the posting of a report until the end of the chain says that it is stored: median and 99th percentile."""
    watching, posting = await way.connect("reader"), await way.connect()
    posted: dict[str, float] = {}
    took: dict[str, float] = {}
    done = asyncio.Event()

    async def heard(message: Any) -> None:
        first = message.headers[way.message_id]
        if first in posted:
            took.setdefault(first, (time.perf_counter() - posted[first]) * 1000)
            if len(took) == count:
                done.set()

    await watching.subscribe(way.done, cb=heard)
    await watching.flush()
    posts = way.posts(count)
    begin = time.perf_counter()
    for n, (subject, body, headers) in enumerate(posts):
        await asyncio.sleep(max(0.0, begin + n / per_second - time.perf_counter()))
        posted[headers.get("ce-id") or headers["id"]] = time.perf_counter()
        await posting.publish(subject, body, headers=headers)
    # Of thousands, some few may say the same as another, and such ones tell nobody.
    patience = asyncio.create_task(done.wait())
    while not patience.done() and len(took) < count:
        before = len(took)
        await asyncio.wait([patience], timeout=2.0)
        if len(took) == before and len(took) > 0.98 * count:
            break
    patience.cancel()
    await watching.close()
    await posting.close()
    return {"median": percentile(took.values(), 50), "p99": percentile(took.values(), 99)}
