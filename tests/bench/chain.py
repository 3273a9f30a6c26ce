"""The chain from a report to a stored notification: how fast, how late, how large."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import asyncpg
import nats

from contracts.wiring import SERVICES
from deploy.local.home import Run
from deploy.local.stack import Stack
from tests.bench.rig import cpu_seconds, hold, post_all, reports, resident_mb, settled, told_count

Row = dict[str, Any]
LOOK_EVERY_S = 2.0
"""Counting rows takes the database's time too; more often it would slow down what is measured."""


async def at_rest(stack: Stack, run: Run, seconds: float = 20.0) -> Row:
    """Memory of each service and the processor's share of everything, with nothing to do."""
    pids = {**run.pids, **{service: stack.pid(service) for service in SERVICES}}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    children = _children(run.pids["postgres"])
    before_children = {pid: cpu_seconds(pid) for pid in children}
    await asyncio.sleep(seconds)
    used = sum(cpu_seconds(pid) - before[name] for name, pid in pids.items())
    used += sum(cpu_seconds(pid) - before_children[pid] for pid in children if pid in _children(run.pids["postgres"]))
    return {
        "resident_mb": {service: round(resident_mb(pids[service]), 1) for service in SERVICES},
        "idle_percent_of_a_core": round(100 * used / seconds, 2),
    }


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(one) for one in children.read().split()]


async def latency(run: Run, per_second: float, count: int, seed: int) -> Row:
    """From the posting of a report to the fact that its notification is stored, in milliseconds."""
    watching = await nats.connect(run.url("reader"), inbox_prefix=b"_INBOX.reader")
    posting = await nats.connect(run.url("acme"), inbox_prefix=b"_INBOX.acme")
    posted: dict[str, float] = {}
    took: dict[str, float] = {}
    done = asyncio.Event()

    async def heard(message: Any) -> None:
        first = message.headers["ce-correlationid"]
        if first in posted:
            took.setdefault(first, (time.perf_counter() - posted[first]) * 1000)
            if len(took) == count:
                done.set()

    await watching.subscribe("notify.notified.>", cb=heard)
    await watching.flush()
    begin = time.perf_counter()
    for n, (subject, body, headers) in enumerate(list(reports(count, seed))):
        await asyncio.sleep(max(0.0, begin + n / per_second - time.perf_counter()))
        posted[headers["ce-id"]] = time.perf_counter()
        await posting.publish(subject, body, headers=headers)
    await asyncio.wait_for(done.wait(), 60)
    await watching.close()
    await posting.close()
    ordered = sorted(took.values())
    return {
        "per_second": per_second,
        "reports": count,
        "median_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
        "slowest_ms": round(ordered[-1], 1),
    }


async def fates(connection: asyncpg.Connection) -> tuple[int, int]:
    """How many reports patrol has judged, and how many of them it has located."""
    row = await connection.fetchrow("SELECT count(*), count(*) FILTER (WHERE fate = 'located') FROM fates")
    return row[0], row[1]


async def backlog(stack: Stack, run: Run, count: int, seed: int) -> Row:
    """Fill INTAKE while the services are held, let them go, and see how fast it drains and what it takes."""
    posts = list(reports(count, seed))
    connection = await asyncpg.connect(run.databases["notify"])
    patrol = await asyncpg.connect(run.databases["patrol"])
    before = await told_count(connection)
    fates_before = await fates(patrol)
    hold(stack, on=True)
    posting_s = await post_all(run, posts)
    del posts
    hold(stack, on=False)
    started = time.perf_counter()
    largest = dict.fromkeys(SERVICES, 0.0)
    progress: list[tuple[float, int]] = []
    told, expected = 0, count
    while told < expected:
        await asyncio.sleep(LOOK_EVERY_S)
        # Across the border of two villages two reports may still be of one thing; such ones tell nobody.
        judged, located = (now - then for now, then in zip(await fates(patrol), fates_before, strict=True))
        expected = located if judged == count else count
        told = await told_count(connection) - before
        progress.append((time.perf_counter() - started, told))
        for service in SERVICES:
            largest[service] = max(largest[service], resident_mb(stack.pid(service)))
        if len(progress) > 60 and progress[-60][1] == told:
            raise RuntimeError(f"stuck at {told} of {count}")
    seconds = progress[-1][0]
    middle = [(at, done) for at, done in progress if 0.1 * count <= done <= 0.9 * count]
    steady = (middle[-1][1] - middle[0][1]) / (middle[-1][0] - middle[0][0]) if len(middle) > 1 else count / seconds
    await settled(run)
    await connection.close()
    await patrol.close()
    return {
        "reports": count,
        "posted_per_second": round(count / posting_s),
        "reports_per_second": round(count / seconds),
        "steady_per_second": round(steady),
        "largest_resident_mb": {service: round(mb, 1) for service, mb in largest.items()},
    }
