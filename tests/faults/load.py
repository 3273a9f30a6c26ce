"""The load: reports that are posted until the stream has them, an office that verifies, and a ledger of both."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from cli.bus import Bus, BusError, Refused, connected
from contracts.book_commands import CaseList, ListCases
from contracts.case import Case
from contracts.case_commands import VerifyCase
from contracts.event import Envelope, to_headers
from contracts.intake import IncidentReport
from contracts.patrol import IncidentLocated
from tests.bench.rig import reports
from tests.faults.cluster import Cluster, quiet
from tests.faults.rig import COUNTY, OFFICE, TOWN, small_world

PER_SECOND = 25
VERIFIED_AT_ONCE = 8
RECEIPT_WITHIN_S = 2.0
REPEATED, POISONED = 0.1, 0.03


@dataclass
class Ledger:
    """What was acknowledged: reports by their external id, those that must be refused, poison facts, verified cases."""

    reports: set[str] = field(default_factory=set)
    refusals: set[str] = field(default_factory=set)
    poison: int = 0
    verified: set[str] = field(default_factory=set)
    refused_verifications: list[str] = field(default_factory=list)
    messages: int = 0
    longest_gap_s: float = 0.0


class Load:
    """Posts at a steady rate; what has been begun is posted until it is acknowledged."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self._cluster = cluster
        self._draw = random.Random(seed)
        self._reports = reports(small_world())
        self._begun: set[asyncio.Task[None]] = set()
        self._going = asyncio.Event()
        self._going.set()
        self._last_receipt = time.monotonic()
        self._office_open = True
        self.desk = asyncio.Lock()
        """Who has it keeps the office from asking."""
        self._unanswered: set[str] = set()
        self.ledger = Ledger()

    async def run(self) -> None:
        """Until it is cancelled; `pause` and `drained` end it in good order."""
        self._client = await self._connect("acme")
        self._patrol = await self._connect("patrol")
        self._verifying = asyncio.create_task(self._verify())
        try:
            while True:
                await self._going.wait()
                self._begin(self._one())
                await asyncio.sleep(1 / PER_SECOND)
        finally:
            self._verifying.cancel()
            await self._client.close()
            await self._patrol.close()

    async def pause(self, within_s: float = 60.0) -> None:
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

    async def _one(self) -> None:
        subject, body, headers = next(self._reports)
        external_id = headers["ce-id"]
        if self._draw.random() < POISONED:
            self.ledger.refusals.add(external_id)
            await self._until_taken(self._client, subject, b'{"external_id": "torn"}', headers)
            return
        await self._until_taken(self._client, subject, body, headers)
        self.ledger.reports.add(external_id)
        if self._draw.random() < REPEATED:
            anew = to_headers(Envelope(f"{external_id}-again", "acme", IncidentReport.type(), datetime.now(UTC)))
            await self._until_taken(self._client, subject, body, self._draw.choice((headers, anew)))

    async def _until_taken(self, client: Client, subject: str, body: bytes, headers: dict[str, str]) -> None:
        while True:
            try:
                reply = await client.request(subject, body, timeout=RECEIPT_WITHIN_S, headers=headers)
            except (NatsError, OSError, TimeoutError):
                await asyncio.sleep(0.1)
                continue
            if b'"error"' not in reply.data:
                break
            await asyncio.sleep(0.1)
        now = time.monotonic()
        self.ledger.longest_gap_s = max(self.ledger.longest_gap_s, now - self._last_receipt)
        self._last_receipt = now
        self.ledger.messages += 1

    def _begin(self, work) -> None:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _verify(self) -> None:
        """The office verifies what it finds registered; a question without an answer is asked again by the same id."""
        node = 0
        while self._office_open or self._unanswered:
            try:
                async with connected(self._cluster.direct(OFFICE)[node % 3], OFFICE) as office:
                    while self._office_open or self._unanswered:
                        async with self.desk:
                            found = await self._verify_some(office)
                        await asyncio.sleep(0 if found else 0.2)
            except BusError:
                node += 1
                await asyncio.sleep(0.2)

    async def _verify_some(self, office: Bus) -> bool:
        """Ask again what was not answered, and look for more; whether there was more."""
        await asyncio.gather(*(self._verify_one(office, id) for id in sorted(self._unanswered)))
        if not self._office_open:
            return False
        asked = ListCases(state="registered", limit=VERIFIED_AT_ONCE)
        found = await office.ask(asked, OFFICE, COUNTY, CaseList, timeout=3)
        self._unanswered |= {case.ref.id for case in found.cases}
        return bool(found.cases)

    async def _verify_one(self, office: Bus, id: str) -> None:
        try:
            await office.ask(VerifyCase(case_id=id), OFFICE, COUNTY, Case, timeout=3, message_id=f"verify-{id}")
        except Refused as refused:
            if refused.problem.status < 500:
                self._unanswered.discard(id)
                self.ledger.refused_verifications.append(f"{id}: {refused.problem.detail}")
        else:
            self._unanswered.discard(id)
            self.ledger.verified.add(id)

    async def close_office(self, within_s: float) -> None:
        """Verify nothing more; what was asked is asked until it is answered."""
        self._office_open = False
        await asyncio.wait_for(self._verifying, within_s)

    async def _connect(self, user: str) -> Client:
        return await nats.connect(
            self._cluster.direct(user),
            inbox_prefix=f"_INBOX.{user}".encode(),
            connect_timeout=2,
            reconnect_time_wait=0.2,
            max_reconnect_attempts=-1,
            error_cb=quiet,
        )
