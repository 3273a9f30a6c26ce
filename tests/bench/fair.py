"""One hop of the floor: bare nats-py, one transaction for what has gathered, and told on what ours tells there.

`python -m tests.bench.fair NATS DSN HOP SAMPLES`; SAMPLES is a file that `Samples.write` made. Subjects, headers and
bodies are as long as ours and as many. No contract, no inbox, no outbox, no order: a crash between the commit and the
last receipt loses what was to be told.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncpg
import nats
import uvloop

from tests.bench.samples import CAUSE, HEARS, Samples, messages
from tests.bench.window import Window


async def main(url: str, dsn: str, hop: str, path: str) -> None:
    told = Samples.read(Path(path), hop)
    client = await nats.connect(url, pending_size=256 * 1024 * 1024)
    stream = client.jetstream(timeout=10)
    sql = await asyncpg.connect(dsn)
    window = Window(client, f"fair_{HEARS[hop]}", hop)
    await window.start()
    cause = "ce-id" if hop == "patrol" else CAUSE
    while True:
        heard = await window.take()
        async with sql.transaction():
            await sql.execute(
                f"INSERT INTO fair_{hop} SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING",
                [message.headers["ce-id"] for message in heard],
                [message.data for message in heard],
            )
        telling = (one for message in heard for one in messages(hop, told, message.headers[cause]))
        await asyncio.gather(*(stream.publish(subject, body, headers=headers) for subject, body, headers in telling))
        for message in heard:
            await client.publish(message.reply, b"+ACK")


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:5]))
