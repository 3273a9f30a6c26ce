"""One bare hop: nats-py and one transaction for what has gathered. No validation, no inbox, no outbox, no order.

`python -m tests.bench.floor NATS DSN HOP`. A crash between the commit and the last receipt loses what was to be told.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg
import nats
import uvloop

from tests.bench.bare import HOPS, told_after
from tests.bench.window import Window


async def main(url: str, dsn: str, hop: int) -> None:
    client = await nats.connect(url, pending_size=256 * 1024 * 1024)
    stream = client.jetstream(timeout=10)
    sql = await asyncpg.connect(dsn)
    window = Window(client, f"floor_{hop}", "floor")
    await window.start()
    body = told_after(hop) if hop < HOPS - 1 else b""
    while True:
        messages = await window.take()
        ids = [message.headers["id"] for message in messages]
        async with sql.transaction():
            await sql.execute(
                f"INSERT INTO floor_{hop} SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
                ids,
                [message.data for message in messages],
            )
        if hop < HOPS - 1:
            await asyncio.gather(*(stream.publish(f"floor.{hop + 1}", body, headers={"id": id}) for id in ids))
        for message in messages:
            await client.publish(message.reply, b"+ACK")
            if hop == HOPS - 1:
                await client.publish("floor.done", b"", headers={"id": message.headers["id"]})


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
