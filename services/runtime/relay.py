"""Sends what the outbox holds: one relay per service, in order within each aggregate, until the stream's receipt."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import asyncpg
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.runtime import metrics
from services.runtime.breaker import AWAY, Breaker
from services.runtime.settings import Settings
from services.runtime.transaction import Sql

log = structlog.get_logger()

POLL_S = 1.0


class Receipts:
    """Publishes and matches the stream's receipts, with one subscription for all of them."""

    def __init__(self, bus: Client) -> None:
        self._bus = bus
        self._prefix = bus.new_inbox()
        self._waiting: dict[str, Callable[[str | None], None]] = {}
        self._next = 0

    async def listen(self) -> None:
        await self._bus.subscribe(self._prefix + ".*", cb=self._received)

    async def _received(self, message: Msg) -> None:
        told = self._waiting.pop(message.subject.rpartition(".")[2], None)
        if told is None:
            return
        if message.headers and message.headers.get("Status") == "503":
            told("no stream takes this subject")
            return
        receipt = orjson.loads(message.data)
        told(receipt["error"].get("description", "refused by the stream") if "error" in receipt else None)

    async def publish(self, rows: list[asyncpg.Record], timeout_s: float) -> dict[int, str]:
        """Publish the rows and wait for all receipts; returns what failed, by row id, with the reason."""
        failed = {row["id"]: "no receipt in time" for row in rows}
        everything = asyncio.get_running_loop().create_future()
        left = len(rows)

        def settle(row_id: int) -> Callable[[str | None], None]:
            def told(reason: str | None) -> None:
                nonlocal left
                left -= 1
                if reason is None:
                    del failed[row_id]
                else:
                    failed[row_id] = reason
                if not left and not everything.done():
                    everything.set_result(None)

            return told

        tokens = []
        for row in rows:
            self._next += 1
            token = str(self._next)
            tokens.append(token)
            self._waiting[token] = settle(row["id"])
            await self._bus.publish(
                row["subject"], row["body"], reply=f"{self._prefix}.{token}", headers=orjson.loads(row["headers"])
            )
        try:
            async with asyncio.timeout(timeout_s):
                await everything
        except TimeoutError:
            log.warning("receipts missing", count=len(failed))
        finally:
            for token in tokens:
                self._waiting.pop(token, None)
        return failed


class Relay:
    """Holds the schema's advisory lock on a connection of its own; without the lock it sends nothing."""

    def __init__(self, settings: Settings, bus: Client, service: str, bus_breaker: Breaker) -> None:
        self._settings = settings
        self._bus = bus
        self._service = service
        self._channel = f"outbox_{service}"
        self._breaker = bus_breaker
        self._receipts = Receipts(bus)
        self._wake = asyncio.Event()
        self._put_off: dict[str, float] = {}
        self.leading = False

    def wake(self) -> None:
        """There is something new to send; a relay that does not lead tells the one that does."""
        self._wake.set()

    async def run(self) -> None:
        await self._receipts.listen()
        delay_s = 0.1
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await asyncpg.connect(
                    self._settings.database_url, server_settings={"application_name": f"{self._service}-relay"}
                )
                await self._lead(connection)
            except (asyncpg.PostgresError, *AWAY) as error:
                log.warning("relay lost the database", reason=str(error) or type(error).__name__)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, 5.0)
            else:
                delay_s = 0.1
            finally:
                self.leading = False
                if connection is not None:
                    connection.terminate()

    async def _lead(self, sql: asyncpg.Connection) -> None:
        while not await sql.fetchval("SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 0))"):
            if await self._woken():
                await sql.execute("SELECT pg_notify($1, '')", self._channel)
        await sql.add_listener(self._channel, lambda *_: self.wake())
        self.leading = True
        log.debug("relay leads")
        while True:
            await self._breaker.closed()
            if not await self._send_some(sql):
                await self._woken()

    async def _woken(self) -> bool:
        """Wait until there is something new, or for a while; the poll is what is relied on (STACK row 14)."""
        try:
            async with asyncio.timeout(POLL_S):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _send_some(self, sql: Sql) -> bool:
        """Send one chunk; True when there may be more."""
        now = asyncio.get_running_loop().time()
        self._put_off = {key: until for key, until in self._put_off.items() if until > now}
        rows = await sql.fetch(
            """
            SELECT o.id, o.subject, o.partitionkey, o.headers, o.body
            FROM (SELECT id FROM unsent WHERE partitionkey <> ALL($1::text[]) ORDER BY id LIMIT $2) AS next,
                 -- OFFSET 0 keeps it a look into the index for each row, however long the outbox has grown.
                 LATERAL (SELECT * FROM outbox WHERE outbox.id = next.id OFFSET 0) AS o
            ORDER BY o.id
            """,
            list(self._put_off),
            self._settings.relay_chunk,
        )
        queues: dict[str, deque[asyncpg.Record]] = {}
        for row in rows:
            queues.setdefault(row["partitionkey"], deque()).append(row)
        while queues:
            wave = [queue.popleft() for queue in queues.values()]
            failed = await self._receipts.publish(wave, self._settings.publish_timeout_s)
            sent = [row["id"] for row in wave if row["id"] not in failed]
            if sent:
                await sql.execute("DELETE FROM unsent WHERE id = ANY($1::bigint[])", sent)
                metrics.RELAYED.inc(len(sent))
            for row in wave:
                key = row["partitionkey"]
                if row["id"] in failed:
                    metrics.RELAY_FAILED.inc()
                    log.warning("not sent yet", subject=row["subject"], reason=failed[row["id"]])
                    self._put_off[key] = asyncio.get_running_loop().time() + 1.0
                    del queues[key]
                elif not queues[key]:
                    del queues[key]
        return bool(rows)
