"""One bare hop: nats-py and one transaction for what has gathered. No validation, no inbox, no outbox, no order.

`python -m tests.bench.floor NATS DSN HOP`. A crash between the commit and the last receipt loses what was to be told.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg
import nats
import uvloop
from nats.aio.msg import Msg

from tests.bench.bare import HOPS, told_after

WINDOW, BATCH = 1024, 512


class Window:
    """An open pull request that is renewed when half of it has arrived."""

    def __init__(self, client: nats.NATS, stream: str, durable: str) -> None:
        self._client = client
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()
        self._left = 0

    async def start(self) -> None:
        await self._client.subscribe(self._inbox, cb=self._receive, pending_msgs_limit=-1, pending_bytes_limit=-1)
        await self._ask()

    async def _ask(self) -> None:
        self._left += WINDOW
        await self._client.publish(self._next, b'{"batch": %d}' % WINDOW, reply=self._inbox)

    async def _receive(self, message: Msg) -> None:
        if message.reply:
            self._left -= 1
            self._arrived.put_nowait(message)
            if self._left < WINDOW // 2:
                await self._ask()

    async def take(self) -> list[Msg]:
        taken = [await self._arrived.get()]
        while len(taken) < BATCH and not self._arrived.empty():
            taken.append(self._arrived.get_nowait())
        return taken


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
