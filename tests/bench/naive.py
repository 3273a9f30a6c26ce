"""One hop as a first attempt would have it: one FastStream handler per message, one INSERT, one publish.

`python -m tests.bench.naive NATS DSN HOP`. It loses on a crash, and on the first database error.
"""

from __future__ import annotations

import sys
from typing import Any

import asyncpg
import uvloop
from faststream import FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage

from tests.bench.bare import HOPS, told_after


async def main(url: str, dsn: str, hop: int) -> None:
    broker = NatsBroker(url, logger=None)
    body = told_after(hop) if hop < HOPS - 1 else b""
    pool = await asyncpg.create_pool(dsn)

    @broker.subscriber(f"naive.{hop}", stream=JStream(f"naive_{hop}", declare=False), durable=f"naive-{hop}")
    async def handle(heard: dict[str, Any], message: NatsMessage) -> None:
        id = message.headers["id"]
        await pool.execute(f"INSERT INTO naive_{hop} VALUES ($1, $2)", id, message.body)
        if hop < HOPS - 1:
            await broker.publish(body, f"naive.{hop + 1}", headers={"id": id, "content-type": "application/json"})

    await FastStream(broker, logger=None).run()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
