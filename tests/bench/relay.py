"""Events per second out of a full outbox, against the same payloads published from memory."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import asyncpg
import nats

from clients.python.connection import Client, connect
from contracts.language.envelope import Envelope, to_headers
from contracts.patrol import IncidentLocated
from deploy.local.bus import Bus
from deploy.nats.provision import provision
from deploy.nats.users import Users
from services.runtime.breaker import Breaker
from services.runtime.ids import uuid7
from services.runtime.settings import Settings
from services.runtime.telling.relay import Relay
from services.runtime.wire import block_of
from tests.bench.bare import told_after
from tests.bench.measured import alternating
from tests.bench.rig import Post
from tests.servers import NOW, migrated
from tests.waiting import until

EVENTS, ONE_BY_ONE = 20_000, 3_000
CHUNK = 512


async def per_second(home: Path, quick: bool) -> dict[str, list[float]]:
    """Rounds of ours, of a gathered publish in chunks of the same size, and of one publish after the other."""
    bus = Bus.prepare(home / "relay", Users(), sync="2m")
    bus.start()
    try:
        dsn = await migrated("patrol")
        provisioner = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
        await provision(provisioner.jetstream(timeout=10), say=lambda _: None)
        client = await connect(bus.url("patrol"), inbox_prefix=b"_INBOX.patrol", pending_size=64 * 1024 * 1024)
        count, few = (2_000, 500) if quick else (EVENTS, ONE_BY_ONE)

        async def ours(_: int) -> float:
            await _fill(dsn, _events(count))
            return await _relayed(client, dsn, count)

        async def floor(_: int) -> float:
            return await _gathered(client, _events(count))

        async def naive(_: int) -> float:
            return await _one_by_one(client, _events(few))

        found = await alternating({"ours": ours, "floor": floor, "naive": naive})
        await client.close()
        await provisioner.close()
        return found
    finally:
        bus.stop()


def _events(count: int) -> list[Post]:
    """Facts of one size, each of an aggregate of its own."""
    body, subject = told_after(0), f"{IncidentLocated.name}.36.02.22.104.201"
    ids = [uuid7() for _ in range(count)]
    return [
        (subject, body, to_headers(Envelope(id, "patrol", IncidentLocated.type(), NOW, sequence=1, partitionkey=id)))
        for id in ids
    ]


async def _fill(dsn: str, events: list[Post]) -> None:
    sql = await asyncpg.connect(dsn)
    await sql.execute(
        """
        WITH new AS (
            INSERT INTO outbox (message_id, subject, partitionkey, sequence, headers, body)
            SELECT id, subject, id, 1, headers, body
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS new (id, subject, headers, body)
            RETURNING id, partitionkey
        ) INSERT INTO unsent SELECT id, partitionkey FROM new
        """,
        [headers["ce-id"] for _, _, headers in events],
        [subject for subject, _, _ in events],
        [_begun(headers) for _, _, headers in events],
        [body for _, body, _ in events],
    )
    await sql.execute("VACUUM ANALYZE outbox, unsent")
    await sql.close()


def _begun(headers: dict[str, str]) -> str:
    """As the outbox has them: without the sequence and the end."""
    return block_of({name: value for name, value in headers.items() if name != "ce-sequence"}).decode()[:-2]


async def _relayed(client: Client, dsn: str, count: int) -> float:
    settings = Settings(nats_url="nats://x", database_url=dsn, relay_chunk=CHUNK)
    looking = await asyncpg.connect(dsn)
    started = time.perf_counter()
    relaying = asyncio.create_task(Relay(settings, client, "patrol", Breaker("bus"), Breaker("database")).run())
    await until(lambda: looking.fetchval("SELECT NOT EXISTS (SELECT FROM unsent)"), every_s=0.01)
    rate = count / (time.perf_counter() - started)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    await looking.close()
    return rate


async def _gathered(client: Client, events: list[Post]) -> float:
    stream = client.jetstream(timeout=30)
    started = time.perf_counter()
    for at in range(0, len(events), CHUNK):
        chunk = events[at : at + CHUNK]
        await asyncio.gather(*(stream.publish(subject, body, headers=told) for subject, body, told in chunk))
    return len(events) / (time.perf_counter() - started)


async def _one_by_one(client: Client, events: list[Post]) -> float:
    stream = client.jetstream(timeout=30)
    started = time.perf_counter()
    for subject, body, headers in events:
        await stream.publish(subject, body, headers=headers)
    return len(events) / (time.perf_counter() - started)
