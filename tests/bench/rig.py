"""A running system with the whole of Jingdezhen, and reports to put through it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import shapely
from nats.aio.client import Client

from cli.enrolling import enrol_areas, enrol_posts
from clients.python.bus import connected
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from demo.world import NamedDivision, jingdezhen, world
from deploy.local.home import Home, Run
from deploy.local.postgres import temporary_home
from deploy.local.stack import Stack
from deploy.nats.users import Integrator, Official

KINDS = ("felling", "forest_land_taken", "dead_pines", "pests", "waste", "poaching", "old_tree_hurt", "damaged_board")
IN_FLIGHT = 2_000
COUNTY = Division("360222000000")
OFFICE = f"p-{COUNTY}-office"
Post = tuple[str, bytes, dict[str, str]]
"""Subject, body, headers."""


@asynccontextmanager
async def system(sync: str) -> AsyncIterator[tuple[Stack, Run]]:
    """The embedded system with every area and post of the sample."""
    path = temporary_home()
    home = Home(path)
    home.users_file.write((Integrator("acme"), Official(OFFICE, COUNTY)))
    stack = Stack(home, lambda part, line: None, sync=sync)
    run = await stack.start()
    try:
        areas, posts = world(jingdezhen())
        async with connected(run.url(OPERATOR), OPERATOR) as operator:
            await enrol_areas(operator, list(enumerate(areas)))
            await enrol_posts(operator, posts)
        await settled(run)
        yield stack, run
    finally:
        await stack.stop()
        shutil.rmtree(path, ignore_errors=True)


async def settled(run: Run) -> None:
    """Wait until every durable has nothing left."""
    async with connected(run.url("reader"), "reader", api_prefix="$JS.API") as reader:
        streams = sorted({durable.stream for of_service in DURABLES.values() for durable in of_service})
        quiet = 0
        while quiet < 3:
            found = [one for stream in streams for one in await reader.consumers(stream)]
            quiet = 0 if any(one["num_pending"] or one["num_ack_pending"] for one in found) else quiet + 1
            await asyncio.sleep(0.2)


def reports(divisions: Sequence[NamedDivision] | None = None) -> Iterator[Post]:
    """Reports without end, of which none is near another of its kind in place and time."""
    draw = random.Random(1)
    times: Counter[tuple[int, str]] = Counter()
    areas, _ = world(divisions or jingdezhen())
    boxes = [shapely.geometry.shape(one.boundary.model_dump()) for one in areas if one.kind == "grid"]
    shapely.prepare(boxes)
    now = datetime.now(UTC)
    subject = intake_subject(IncidentReport, "acme")
    for n in count():
        village, kind = draw.randrange(len(boxes)), draw.choice(KINDS)
        ground = boxes[village]
        times[village, kind] += 1
        west, south, east, north = ground.bounds
        while not ground.contains(point := shapely.Point(draw.uniform(west, east), draw.uniform(south, north))):
            pass
        stated = {
            "external_id": f"r-{n}",
            "kind": kind,
            "at": {"lon": point.x, "lat": point.y, "datum": "wgs84"},
            "seen_at": (now - timedelta(hours=25 * times[village, kind])).isoformat(),
            "reporter": "ranger",
            "text": "山上有人砍树，看不到许可证",
            "evidence": [{"sha256": f"{n:064x}", "media_type": "image/jpeg", "size_bytes": 182_044}],
        }
        message_id = f"r-{n}"
        envelope = Envelope(message_id, "acme", IncidentReport.type(), datetime.now(UTC))
        yield subject, json.dumps(stated, ensure_ascii=False).encode(), to_headers(envelope)


async def post_all(client: Client, posts: Sequence[Post]) -> float:
    """Post everything as fast as the stream takes it; returns the seconds it took."""
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def post(subject: str, body: bytes, headers: dict[str, str]) -> None:
        async with gate:
            reply = await client.request(subject, body, timeout=60, headers=headers)
            assert b'"error"' not in reply.data, reply.data

    started = time.perf_counter()
    for at in range(0, len(posts), 5_000):
        await asyncio.gather(*(post(*one) for one in posts[at : at + 5_000]))
    return time.perf_counter() - started


def hold(stack: Stack, *, on: bool) -> None:
    """Stop the services where they are, or let them go on."""
    for service in SERVICES:
        os.kill(stack.pid(service), signal.SIGSTOP if on else signal.SIGCONT)


def resident_mb(pid: int) -> float:
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
