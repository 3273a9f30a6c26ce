"""What the services take: at rest, while they work, and with a great backlog before them."""

from __future__ import annotations

import asyncio

from contracts.wiring.table import SERVICES
from deploy.local.home import Run
from deploy.local.stack import Stack
from tests.bench.chain import Ours, drained
from tests.bench.rig import cpu_seconds, hold, post_all, resident_mb
from tests.bench.spent import children

SETTLED_S = 10.0
POSTED_AT_ONCE = 20_000


async def at_rest(stack: Stack, run: Run, seconds: float) -> tuple[dict[str, float], float]:
    """Megabytes of each service with nothing to do, and what everything takes of one core, in percent."""
    await asyncio.sleep(SETTLED_S)
    pids = [*run.pids.values()]
    before = {pid: cpu_seconds(pid) for pid in (*pids, *children(run.pids["postgres"]))}
    await asyncio.sleep(seconds)
    living = [pid for pid in children(run.pids["postgres"]) if pid in before]
    used = sum(cpu_seconds(pid) - before[pid] for pid in (*pids, *living) if pid != run.pids["supervisor"])
    return {service: round(resident_mb(stack.pid(service)), 1) for service in SERVICES}, 100 * used / seconds


async def under_load(stack: Stack, ours: Ours, count: int) -> dict[str, float]:
    """The most that each service takes while a filled intake drains."""
    draining = asyncio.create_task(drained(ours, count))
    return await _largest(stack, draining)


async def with_backlog(stack: Stack, ours: Ours, count: int, seconds: float) -> dict[str, float]:
    """The most that each service takes in so many seconds of work with at least so many reports before it."""
    hold(stack, on=True)
    client = await ours.connect()
    for _ in range(0, count, POSTED_AT_ONCE):
        await post_all(client, ours.posts(POSTED_AT_ONCE))
    await client.close()
    hold(stack, on=False)
    return await _largest(stack, asyncio.create_task(asyncio.sleep(seconds)))


async def _largest(stack: Stack, work: asyncio.Task[object]) -> dict[str, float]:
    largest = dict.fromkeys(SERVICES, 0.0)
    while not work.done():
        await asyncio.wait([work], timeout=0.5)
        for service in SERVICES:
            largest[service] = max(largest[service], round(resident_mb(stack.pid(service)), 1))
    await work
    return largest
