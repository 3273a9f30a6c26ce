"""The load: reports that are posted until the stream has them, and a ledger of all that the stream acknowledged."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentLocated, IncidentReport
from tests.faults.cluster import Cluster, quiet
from tests.faults.desk import TOWN, Desk
from tests.faults.reports import Posted, reports
from tests.faults.rig import small_world

PER_SECOND = 25
RECEIPT_WITHIN_S = 2.0
REPEATED, TORN = 0.1, 0.03
FLOOD_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Handover:
    """A post that somebody else holds from a day: asked at a moment, and known to everybody at another."""

    post_id: str
    person_id: str
    held_from: date
    asked_at: datetime
    known_at: datetime


@dataclass
class Ledger:
    """What was acknowledged, by its id: reports, those to be refused, floods, poison; and handovers, in their order."""

    reports: dict[str, tuple[Posted, datetime]] = field(default_factory=dict)
    """With the moment when each was first posted."""
    refusals: set[str] = field(default_factory=set)
    flood: set[str] = field(default_factory=set)
    handovers: list[Handover] = field(default_factory=list)
    poison: int = 0
    messages: int = 0
    longest_gap_s: float = 0.0


class Load:
    """Posts at a steady rate; what has been begun is posted until it is acknowledged."""

    def __init__(self, cluster: Cluster, seed: int, flood_of: int) -> None:
        self._cluster = cluster
        self._draw = random.Random(seed)
        self._reports = reports(small_world(), seed)
        self._begun: set[asyncio.Task[None]] = set()
        self._going = asyncio.Event()
        self._going.set()
        self._last_receipt = time.monotonic()
        self.flood_of = flood_of
        self.desk = Desk(cluster, seed)
        self.ledger = Ledger()

    async def open(self) -> None:
        self._client = await self._connect("acme")
        self._patrol = await self._connect("patrol")

    async def run(self) -> None:
        """Until it is cancelled; `pause` ends it in good order."""
        self._working = asyncio.create_task(self.desk.run())
        try:
            while True:
                await self._going.wait()
                self._begin(self._one())
                await asyncio.sleep(1 / PER_SECOND)
        finally:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
            await self._client.close()
            await self._patrol.close()

    async def close_desk(self, within_s: float) -> None:
        """Take up no further case; what was begun is brought to its end."""
        self.desk.close()
        await asyncio.wait_for(self._working, within_s)

    async def pause(self, within_s: float) -> None:
        """Begin nothing new, and wait until all that was begun is acknowledged; the office goes on."""
        self._going.clear()
        async with asyncio.timeout(within_s):
            while self._begun:
                await asyncio.wait(set(self._begun))

    def go_on(self) -> None:
        self._last_receipt = time.monotonic()
        self._going.set()

    async def poison(self, count: int) -> None:
        """Facts that no contract reads, as a broken service of another version would send."""
        for _ in range(count):
            name = f"poison-{self.ledger.poison}"
            envelope = Envelope(
                name, "patrol", IncidentLocated.type(), datetime.now(UTC), sequence=1, partitionkey=name
            )
            subject = f"{IncidentLocated.name}.{TOWN.tokens}"
            self.ledger.poison += 1
            self._begin(self._until_taken(self._patrol, subject, b'{"incident": "torn"}', to_headers(envelope)))

    async def again(self, messages: list[tuple[str, bytes, dict[str, str]]], service: str) -> None:
        """Facts that were told before once more, as a network may bring them: late and in another order."""
        client = await self._connect(service)
        for subject, body, headers in messages:
            late = {**headers, "Nats-Msg-Id": f"late-{self._draw.random()}"}
            await self._until_taken(client, subject, body, late)
        await client.close()

    async def flood(self) -> None:
        """Somebody posts reports that cannot be read, as fast as the stream takes them, beside all others."""
        client = await self._connect("flooder")
        subject, first = intake_subject(IncidentReport, "flooder"), len(self.ledger.flood)
        names = iter([f"bad-{n}" for n in range(first, first + self.flood_of)])

        async def post() -> None:
            for name in names:
                told = to_headers(Envelope(name, "flooder", IncidentReport.type(), datetime.now(UTC)))
                await self._until_taken(client, subject, b'{"external_id": "torn"}', told, quick=True)
                self.ledger.flood.add(name)

        await asyncio.gather(*(post() for _ in range(FLOOD_AT_ONCE)))
        await client.close()

    async def _one(self) -> None:
        posted, begun_at = next(self._reports), datetime.now(UTC)
        if self._draw.random() < TORN:
            self.ledger.refusals.add(posted.external_id)
            await self._until_taken(self._client, posted.subject, b'{"external_id": "torn"}', posted.headers)
            return
        await self._until_taken(self._client, posted.subject, posted.body, posted.headers)
        self.ledger.reports[posted.external_id] = (posted, begun_at)
        if self._draw.random() < REPEATED:
            again = f"{posted.external_id}-again"
            anew = to_headers(Envelope(again, "acme", IncidentReport.type(), datetime.now(UTC)))
            headers = self._draw.choice((posted.headers, anew))
            await self._until_taken(self._client, posted.subject, posted.body, headers)

    async def _until_taken(
        self, client: Client, subject: str, body: bytes, headers: dict[str, str], *, quick: bool = False
    ) -> None:
        while True:
            try:
                reply = await client.request(subject, body, timeout=RECEIPT_WITHIN_S, headers=headers)
            except (NatsError, OSError, TimeoutError):
                await asyncio.sleep(0.1)
                continue
            if b'"error"' not in reply.data:
                break
            await asyncio.sleep(0.1)
        self.ledger.messages += 1
        if not quick:
            now = time.monotonic()
            self.ledger.longest_gap_s = max(self.ledger.longest_gap_s, now - self._last_receipt)
            self._last_receipt = now

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _connect(self, user: str) -> Client:
        return await nats.connect(
            self._cluster.direct(user),
            inbox_prefix=f"_INBOX.{user}".encode(),
            connect_timeout=2,
            reconnect_time_wait=0.2,
            max_reconnect_attempts=-1,
            error_cb=quiet,
        )
