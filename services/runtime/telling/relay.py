"""Sends what the outbox holds: one relay per service, in order within each aggregate, until the stream's receipt.

Why facts of an aggregate cannot leave out of order stands in docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

import asyncpg
import structlog

from clients.python.connection import Client
from contracts.wiring.streams import STREAMS
from services.runtime import metrics
from services.runtime.breaker import AWAY, LONGEST_DELAY_S, Breaker
from services.runtime.pause import pause_s
from services.runtime.saying.sayable import said_of
from services.runtime.settings import Settings
from services.runtime.sql import Sql
from services.runtime.telling import outbox, traced
from services.runtime.telling.fresh import Fresh
from services.runtime.telling.outbox import Written
from services.runtime.telling.receipts import Receipted, Receipts, Sending

log = structlog.get_logger()

POLL_S = 1.0
OVERTAKEN_S = 0.05
PUT_OFF_S = 1.0
FRUITLESS_S = 0.5
"""The longest pause while a stream takes nothing; a fact is put off for longer, so that others get their turn."""
SHORTER_LOOKS = 3
"""How often, a poll apart, a stream must say that it is shorter than it was: a new leader may have yet to catch up."""


class Relay:
    """Holds the schema's advisory lock on a connection of its own; without the lock it sends nothing."""

    def __init__(self, settings: Settings, bus: Client, service: str, bus_breaker: Breaker, database: Breaker) -> None:
        self._settings = settings
        self._bus = bus
        self._service = service
        self._channel = f"outbox_{service}"
        self._breaker = bus_breaker
        self._database = database
        self._receipts = Receipts(bus)
        self._wake = asyncio.Event()
        self._put_off: dict[str, float] = {}
        own = next(stream for stream in STREAMS if stream.name == service.upper())
        self._stream = own.name
        self._subjects = tuple(subject.removesuffix(">") for subject in own.subjects)
        self._last = 0
        self._in_doubt = True
        """Whether the stream may end elsewhere than at `_last`."""
        self._repeats = False
        """Whether the stream has what is being told, and says so: its end stays where it is."""
        self._fresh = Fresh(self._subjects, 2 * settings.relay_chunk)
        self._behind = True
        """Whether the table may hold what is not in memory."""
        self._look_at = 0.0
        self._connection = 0
        self._shorter = 0
        self._fruitless = 0
        """How many waves in a row of which the stream took nothing."""
        self.leading = False

    def wake(self) -> None:
        """There is something new in the table; a relay that does not lead tells the one that does."""
        self._behind = True
        self._wake.set()

    def offer(self, rows: Sequence[Written]) -> None:
        """These rows have just been committed: a relay that leads need not read them again."""
        if rows:
            traced.committed(rows)
            metrics.count_facts(row.subject for row in rows)
            self._behind |= not (self.leading and self._fresh.keep(rows))
            self._wake.set()

    async def run(self) -> None:
        await self._receipts.listen()
        delay_s = 0.1
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await asyncpg.connect(
                    self._settings.database_url,
                    server_settings={"application_name": f"{self._service}-relay"},
                    ssl=self._settings.database_tls(),
                )
                delay_s = 0.1
                await self._lead(connection)
            except (asyncpg.PostgresError, *AWAY) as error:
                reason = said_of(error)
                if connection is None:
                    # It asks all the time: an idle service would else not notice that the database is away.
                    self._database.open(reason)
                else:
                    log.warning("relay lost the database", reason=reason)
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            finally:
                self.leading = False
                if connection is not None:
                    connection.terminate()

    async def _lead(self, sql: asyncpg.Connection) -> None:
        while not await sql.fetchval("SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 0))"):
            if await self._woken():
                await sql.execute("SELECT pg_notify($1, '')", self._channel)
        await sql.add_listener(self._channel, self._heard)
        self.leading = self._in_doubt = True
        log.debug("relay leads")
        while True:
            await self._breaker.closed()
            if self._in_doubt or self._connection != self._bus.stats["reconnects"]:
                self._fresh.forget()
                self._behind = True
                if not await self._look(sql):
                    await asyncio.sleep(POLL_S)
            elif self._behind or asyncio.get_running_loop().time() >= self._look_at:
                self._behind = False
                more = await self._send_some(sql)
                # Whoever has woken it meanwhile has said so here.
                self._behind |= more
                self._look_at = asyncio.get_running_loop().time() + POLL_S
            elif not await self._send_fresh(sql):
                await self._woken()

    def _heard(self, _connection: object, _pid: int, _channel: str, said: object) -> None:
        self._in_doubt |= said == outbox.AGAIN
        self.wake()

    async def _look(self, sql: asyncpg.Connection) -> bool:
        """Learn where the stream ends; False when it does not say.

        One that was made anew, or lost its end, is told everything on record once more, before anything newer.
        """
        connection = self._bus.stats["reconnects"]
        end = await self._receipts.end_of(self._stream, self._settings.publish_timeout_s)
        if end is None:
            log.debug("the stream does not answer", stream=self._stream)
            return False
        self._in_doubt = False
        async with sql.transaction():
            noted = await sql.fetchrow("SELECT stream_made_at, last_sequence FROM told FOR UPDATE")
            assert noted is not None
            shorter = noted["stream_made_at"] == end.made_at and end.last < noted["last_sequence"]
            self._shorter = self._shorter + 1 if shorter else 0
            if 0 < self._shorter < SHORTER_LOOKS:
                self._in_doubt = True
                return False
            if shorter or noted["stream_made_at"] != end.made_at:
                again = await outbox.all_unsent(sql)
                # A stream that has yet to be told anything is no news.
                if again:
                    log.warning("everything is told again", stream=self._stream, facts=again, shorter=shorter)
            await sql.execute("UPDATE told SET stream_made_at = $1, last_sequence = $2", *end)
        self._connection, self._last, self._shorter = connection, end.last, 0
        return True

    async def _woken(self) -> bool:
        """Wait until there is something new, or for a while; the poll is what is relied on (STACK row 14)."""
        try:
            async with asyncio.timeout(POLL_S):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _send_fresh(self, sql: Sql) -> bool:
        """Send one wave from memory; False when there was nothing that could leave."""
        wave, missed = self._fresh.wave(self._settings.relay_chunk)
        self._behind |= missed
        if wave:
            await self._send(sql, wave)
        return bool(wave) or missed

    async def _send_some(self, sql: Sql) -> bool:
        """Send one chunk from the table; True when there may be more."""
        self._fresh.leave()
        now = asyncio.get_running_loop().time()
        self._put_off = {key: until for key, until in self._put_off.items() if until > now}
        rows = await sql.fetch(
            """
            SELECT o.id, o.subject, o.partitionkey, o.sequence, o.headers, o.body
            FROM (SELECT id FROM unsent WHERE partitionkey <> ALL($1::text[]) ORDER BY id LIMIT $2) AS next,
                 -- OFFSET 0 keeps it a look into the index for each row, however long the outbox has grown.
                 LATERAL (SELECT * FROM outbox WHERE outbox.id = next.id OFFSET 0) AS o
            ORDER BY o.id
            """,
            list(self._put_off),
            self._settings.relay_chunk,
        )
        queues: dict[str, deque[Written]] = {}
        for row in rows:
            queues.setdefault(row["partitionkey"], deque()).append(Written(*row))
        while queues and not self._in_doubt:
            await self._send(sql, [queue.popleft() for queue in queues.values()])
            queues = {key: queue for key, queue in queues.items() if queue}
        return len(rows) == self._settings.relay_chunk

    async def _send(self, sql: Sql, wave: Sequence[Written]) -> None:
        began_ns = time.time_ns()
        receipted = await self._receipts.publish(self._bound(wave), self._settings.publish_timeout_s)
        traced.sent(wave, receipted.failed, began_ns)
        await self._settle(sql, wave, receipted)

    def _bound(self, wave: Sequence[Written]) -> list[Sending]:
        """Bind each fact to the end of the stream that the one before it makes; other streams have other writers.

        While it repeats, none makes another: bound to an end further on, all but the first would be refused, and one of
        a wave told. The first that is new is taken, whatever follows it in its wave is refused and sent again.
        """
        last, sendings = self._last, []
        for row in wave:
            ours = row.subject.startswith(self._subjects)
            sendings.append(Sending(row, last if ours else None))
            last += ours and not self._repeats
        return sendings

    async def _settle(self, sql: Sql, wave: Sequence[Written], receipted: Receipted) -> None:
        """Strike off what has a receipt; what has none, and its aggregate, is read again, some of it later."""
        self._last = max(self._last, receipted.last)
        self._repeats = receipted.repeated > 0 and receipted.last == 0
        sent = [row.id for row in wave if row.id not in receipted.failed]
        for row in wave:
            if row.id not in receipted.failed:
                self._fresh.told(row)
        if sent:
            await sql.execute(
                """
                WITH struck AS (DELETE FROM unsent WHERE id = ANY($1::bigint[]))
                UPDATE told SET last_sequence = greatest(last_sequence, $2)
                """,
                sent,
                receipted.last,
            )
            metrics.RELAYED.inc(len(sent))
        self._in_doubt |= bool(receipted.failed)
        late = [row for row in wave if row.id in receipted.failed.keys() - receipted.overtaken]
        if late:
            metrics.RELAY_FAILED.inc(len(late))
            first = late[0]
            log.warning("not sent yet", facts=len(late), first=first.subject, reason=receipted.failed[first.id])
            until = asyncio.get_running_loop().time() + PUT_OFF_S
            self._put_off.update(dict.fromkeys((row.partitionkey for row in late), until))
        self._fruitless = 0 if sent else self._fruitless + 1
        if receipted.overtaken and not sent:
            await asyncio.sleep(pause_s(OVERTAKEN_S, self._fruitless, FRUITLESS_S))
