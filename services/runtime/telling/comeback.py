"""Makes a bus and a record that have come apart agree again, in a process of its own, before services go on.

`LINZHANG_NATS_URL=… LINZHANG_MIGRATE="cases=DSN …" python -m services.runtime.telling.comeback [restored]`, as the user
`provisioner`; `restored` when the database is a backup. What it does and why stands in docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import asyncpg
import nats
import orjson
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from clients.python.away import of_bus
from clients.python.connection import Client, connect
from clients.python.secret import secret
from clients.python.tls import CaUnusable
from contracts.wiring.streams import DURABLES
from services.runtime.sql import Sql
from services.runtime.tables.migrate import read_settings
from services.runtime.telling import outbox

JUMP: Final = 1000
"""Which numbers were told since the backup is not known when the bus is gone as well: so many are passed over."""
AT_ONCE: Final = 500


async def agree(connection: Client, service: str, sql: Sql, *, restored: bool) -> str:
    """Settle one service's stream and durables; returns what was found, in a sentence."""
    stream, bus = service.upper(), connection.jetstream(timeout=30)
    if restored:
        # What was handled and is forgotten comes again; what is known is set aside by its id.
        for durable in DURABLES.get(service, ()):
            with suppress(NotFoundError):
                await bus.delete_consumer(durable.stream, durable.name)
    info = orjson.loads((await connection.request(f"$JS.API.STREAM.INFO.{stream}", timeout=30)).data)
    if "error" in info:
        if restored:
            await sql.execute("UPDATE aggregates SET sequence = sequence + $1", JUMP)
        await outbox.send_again(sql)
        return f"{service}: the stream is gone and is told again from the record"
    if not restored:
        return f"{service}: the stream is there"
    since = await sql.fetchval("SELECT last_sequence FROM told WHERE stream_made_at = $1", info["created"]) or 0
    told: dict[str, int] = {}
    async for key, sequence in _told(bus, stream, since + 1):
        told[key] = max(sequence, told.get(key, 0))
    forgotten = await _raise_counters(sql, told)
    if forgotten:
        await bus.delete_stream(stream)
        await outbox.send_again(sql)
    return f"{service}: of {forgotten} aggregates more was told than the record has"


async def _told(bus: JetStreamContext, stream: str, first: int) -> AsyncIterator[tuple[str, int]]:
    """Aggregate and number of every fact from one sequence of the stream on; bodies stay where they are."""
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=first,
        ack_policy=AckPolicy.NONE,
        headers_only=True,
        inactive_threshold=60,
    )
    reading = await bus.pull_subscribe("", stream=stream, config=config)
    left = (await reading.consumer_info()).num_pending or 0
    while left > 0:
        batch = await reading.fetch(min(left, AT_ONCE), timeout=10)
        left -= len(batch)
        for message in batch:
            headers = message.headers or {}
            key, sequence = headers.get("ce-partitionkey", ""), headers.get("ce-sequence", "")
            if key and sequence.isdecimal():
                yield key, int(sequence)
    await reading.unsubscribe()


async def _raise_counters(sql: Sql, told: dict[str, int]) -> int:
    """New facts are numbered above all that was told of their aggregate; returns of how many more was told."""
    rows = await sql.fetch(
        """
        INSERT INTO aggregates (partitionkey, sequence)
        SELECT t.partitionkey, t.sequence
        FROM unnest($1::text[], $2::bigint[]) AS t (partitionkey, sequence)
        LEFT JOIN aggregates a USING (partitionkey) WHERE t.sequence > coalesce(a.sequence, 0)
        ON CONFLICT (partitionkey) DO UPDATE SET sequence = greatest(aggregates.sequence, excluded.sequence)
        RETURNING partitionkey
        """,
        list(told),
        list(told.values()),
    )
    return len(rows)


async def main(services: list[tuple[str, str]], tls: ssl.SSLContext | None, *, restored: bool) -> int:
    try:
        connection = await connect(
            secret("LINZHANG_NATS_URL") or "",
            ca_file=os.environ.get("LINZHANG_CA_FILE"),
            inbox_prefix=b"_INBOX.provisioner",
        )
    except (CaUnusable, nats.errors.Error, OSError, ValueError) as error:
        print(of_bus(error), file=sys.stderr)
        return 3
    try:
        for name, address in services:
            sql = await asyncpg.connect(address, ssl=tls)
            async with sql.transaction():
                print(await agree(connection, name, sql, restored=restored), flush=True)
            await sql.close()
    finally:
        await connection.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(*read_settings(), restored="restored" in sys.argv[1:])))
