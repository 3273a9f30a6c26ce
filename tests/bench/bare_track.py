"""Track points stored with nothing of ours: `floor` copies what it fetches, `naive` writes a row for each point.

`python -m tests.bench.bare_track NATS DSN floor|naive`.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import asyncpg
import nats
import orjson
import uvloop

from tests.bench.window import Window

Row = tuple[str, datetime, float, float]


def rows_of(data: bytes) -> list[Row]:
    batch: dict[str, Any] = orjson.loads(data)
    terminal = batch["terminal"]
    return [(terminal, datetime.fromisoformat(p["at"]), p["lon"], p["lat"]) for p in batch["points"]]


async def main(url: str, dsn: str, way: str) -> None:
    client = await nats.connect(url, pending_size=256 * 1024 * 1024)
    sql = await asyncpg.connect(dsn)
    window = Window(client, f"track_{way}", way)
    await window.start()
    while True:
        messages = await window.take()
        if way == "floor":
            rows = [row for message in messages for row in rows_of(message.data)]
            await sql.copy_records_to_table(f"track_{way}", records=rows, columns=["terminal", "at", "lon", "lat"])
        else:
            for message in messages:
                for row in rows_of(message.data):
                    await sql.execute(f"INSERT INTO track_{way} VALUES ($1, $2, $3, $4)", *row)
        for message in messages:
            await client.publish(message.reply, b"+ACK")


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:4]))
