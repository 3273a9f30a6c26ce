"""The chain from a report to a stored notification, ours and two others: how fast a backlog drains, and how late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

import asyncpg
import nats
from nats.aio.client import Client

from deploy.local.home import Run
from deploy.local.stack import Stack
from tests.bench.bare import HOPS, Bare, Processes
from tests.bench.measured import percentile
from tests.bench.rig import Post, hold, post_all, reports, settled
from tests.servers import until

LOOK_EVERY_S = 0.1


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


class Hops:
    """The floor or the naive way: three programs with nothing of ours."""

    message_id = "id"
    done = "floor.done"

    def __init__(self, way: str, found: Bare) -> None:
        self._way, self._bare = way, found
        self._reports = reports()
        self._processes = Processes(way, found, [str(hop) for hop in range(HOPS)])

    async def connect(self, user: str = "") -> Client:
        return await self._bare.connect()

    def posts(self, count: int) -> list[Post]:
        given = islice(self._reports, count)
        return [(f"{self._way}.0", body, {"id": headers["ce-id"]}) for _, body, headers in given]

    def hold(self, *, on: bool) -> None:
        self._processes.hold(on=on)

    async def counting(self, count: int) -> Callable[[], Awaitable[bool]]:
        sql = await asyncpg.connect(self._bare.dsn)
        stored = f"SELECT count(*) FROM {self._way}_{HOPS - 1}"
        before = await sql.fetchval(stored)

        async def all_stored() -> bool:
            if await sql.fetchval(stored) - before < count:
                return False
            await sql.close()
            return True

        return all_stored

    async def settled(self) -> None:
        return None

    def stop(self) -> None:
        self._processes.stop()


Way = Ours | Hops


async def drained_per_second(way: Way, count: int) -> float:
    """Fill the intake while the way is held, let it go, and see how fast all of it is stored at the end."""
    posts = way.posts(count)
    all_done = await way.counting(count)
    way.hold(on=True)
    client = await way.connect()
    await post_all(client, posts)
    await client.close()
    way.hold(on=False)
    started = time.perf_counter()
    await until(all_done, within_s=600, every_s=LOOK_EVERY_S)
    rate = count / (time.perf_counter() - started)
    await way.settled()
    return rate


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
