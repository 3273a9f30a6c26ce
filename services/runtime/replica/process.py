"""One replica at work: FastStream's broker for commands, the pulls, the relay and the clock, its start and its stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg
import nats
import structlog
from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage
from nats.errors import SlowConsumerError

from clients.python.connection import Client, connect
from contracts.wiring.streams import stream_of
from contracts.wiring.table import FACTS, is_reference
from services.runtime.answering.commands import Answering
from services.runtime.answering.operations import operations
from services.runtime.breaker import Breaker, is_away
from services.runtime.clock import Clock
from services.runtime.hearing.handling import Handling
from services.runtime.hearing.pull import Pull
from services.runtime.legible import legible
from services.runtime.reference.view import Views
from services.runtime.replica import database
from services.runtime.replica.watchdog import Watchdog
from services.runtime.settings import Settings
from services.runtime.tables.housekeeping import keep_house
from services.runtime.tables.schema import is_migrated
from services.runtime.telling import outbox
from services.runtime.telling.relay import Relay
from services.runtime.transaction import Transaction

if TYPE_CHECKING:
    from services.runtime.service import Every, Service

log = structlog.get_logger()

COMMANDS_AT_ONCE = 16
START_EVERY_S = 0.2
WARM_EVERY_S = 2.0
SETTLED_WITHIN_S = 2.0
CANCELLED_AGAIN_S = 0.2


class Broker(NatsBroker):
    """FastStream's broker with our client; its stop raises while the bus is away (STACK row 12)."""

    async def _connect(self) -> Client:
        connection = await connect(**self._connection_kwargs)
        self.config.connect(connection)
        return connection

    async def stop(self, *raised: Any) -> None:
        try:
            await super().stop(*raised)
        except* nats.errors.Error as away:
            log.debug("the bus is away at the stop", reason=str(away))


class Process:
    """One replica of a service."""

    def __init__(self, service: Service, settings: Settings, end: Callable[[], None]) -> None:
        """`end` is called when a part has failed, and makes the process stop."""
        service.check()
        self.service = service
        self.settings = settings
        self.clock = Clock()
        self._views = Views()
        self._transaction = partial(Transaction, views=self._views, following=service.following)
        self.lag: dict[str, int] = {s.durable.name: 0 for s in service.subscriptions}
        self.handlings: dict[str, Handling] = {}
        self.broker = self._broker()
        self.database_breaker = Breaker("database", self._probe)
        self.bus_breaker = Breaker("bus")
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._watchdog: Watchdog | None = None
        self._answering: Answering | None = None
        self._pulls: list[Pull] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._handling: list[asyncio.Task[None]] = []
        self._started = False
        self._starting = "connecting"
        self._stopping = False
        self._failed: BaseException | None = None
        self._end = end

    def _broker(self) -> Broker:
        broker = Broker(
            self.settings.nats_url.split(","),
            name=f"linzhang-{self.service.name}",
            inbox_prefix=f"_INBOX.{self.service.name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=5,
            max_outstanding_pings=2,
            ack_policy=AckPolicy.MANUAL,
            logger=None,
            pending_size=64 * 1024 * 1024,
            disconnected_cb=self._bus_lost,
            reconnected_cb=self._bus_back,
            closed_cb=self._bus_closed,
            error_cb=self._bus_error,
        )

        @broker.subscriber(
            f"cmd.{self.service.name}.>",
            queue=self.service.name,
            max_workers=COMMANDS_AT_ONCE,
            no_reply=True,
            decoder=_raw,
        )
        async def on_command(message: NatsMessage) -> None:
            if self._answering is not None:
                await self._answering.on(message.raw_message)

        return broker

    async def _bus_lost(self) -> None:
        if not self._stopping:
            self.bus_breaker.open("disconnected")

    async def _bus_back(self) -> None:
        for pull in self._pulls:
            pull.forget_requests()
        self.bus_breaker.close()

    async def _bus_closed(self) -> None:
        """The client has given up for good; a supervisor must start the process anew (STACK row 6)."""
        if not self._stopping:
            log.error("the bus connection is closed for good")
            self._fail(ConnectionError("the bus connection is closed for good"))

    async def _bus_error(self, error: Exception) -> None:
        log.warning("bus", reason=legible(str(error) or type(error).__name__, 500))
        if isinstance(error, SlowConsumerError) and self._answering is not None:
            # Whoever asked while there was no room for it is told so.
            await self._answering.refuse_busy(error.reply)

    async def _probe(self) -> None:
        assert self._pool is not None
        async with self._pool.acquire(timeout=2) as sql:
            await sql.execute("UPDATE view_version SET version = version")

    async def start(self) -> None:
        try:
            await self._start()
        except Exception as error:
            if not self._stopping:
                log.error("the service cannot start", exc_info=error)
                self._fail(error)
            raise

    async def _start(self) -> None:
        """Connect, catch up with reference data, then begin to fetch."""
        bus = await self.broker.connect()
        assert isinstance(bus, Client)
        self._bus = bus
        self._pool = await self._connect_database()
        relay = Relay(self.settings, bus, self.service.name, self.bus_breaker)
        if self.settings.clock == "bus":
            await self.clock.follow(bus)
        handlers = {**self.service.commands, **operations(self)}
        self._answering = Answering(
            self.service.name, handlers, self._pool, self.clock, self.database_breaker, relay, bus, self._transaction
        )
        tells_in = {stream_of(fact) for fact in FACTS[self.service.name]}
        self._watchdog = Watchdog(bus, [s.durable for s in self.service.subscriptions], tells_in, self.lag)
        self._begin(relay.run())
        self._begin(self._watchdog.run())
        self._begin(keep_house(self))
        first = [s for s in self.service.subscriptions if is_reference(s.message)]
        for subscription in sorted(self.service.subscriptions, key=lambda s: s not in first):
            if subscription not in first:
                self._starting = "catching up with reference data"
                await self._watchdog.caught_up([s.durable for s in first])
                while not await self._warm():  # noqa: ASYNC110  a database tells nobody that it is back
                    await asyncio.sleep(START_EVERY_S)
                first = []
            handling = Handling(
                self.service.name,
                subscription,
                self._pool,
                self.settings,
                self.clock,
                self.database_breaker,
                relay,
                self._transaction,
            )
            pull = Pull(bus, subscription.durable, self.settings.batch_max)
            await pull.start()
            self._pulls.append(pull)
            self.handlings[subscription.durable.name] = handling
            self._handling.append(self._begin(handling.run(pull, self.bus_breaker)))
            self._begin(pull.beat())
        if self.service.views:
            self._begin(self._keep_warm())
        if self.service.clock_work:
            self._begin(self._clockwork(relay))
        self._started = True
        log.info("ready", hears=len(self._pulls), port=self.settings.http_port)

    async def _connect_database(self) -> asyncpg.Pool[asyncpg.Record]:
        """A pool on a migrated schema; waits for both, and says what for."""
        while True:
            pool = None
            try:
                pool = await database.connect(self.settings.database_url, self.service.name)
                async with pool.acquire() as sql:
                    if await is_migrated(sql, self.service.name):
                        return pool
                self._wait_for("the schema is not migrated")
            except Exception as error:
                if not is_away(error):
                    raise
                self._wait_for(f"database away: {str(error) or type(error).__name__}")
            if pool is not None:
                pool.terminate()
            await asyncio.sleep(START_EVERY_S)

    def _wait_for(self, what: str) -> None:
        if self._starting != what:
            log.info("waiting", reason=what)
        self._starting = what

    async def _keep_warm(self) -> None:
        """Build views anew soon after they have changed, so that the next batch seldom waits for it."""
        while True:
            await self.database_breaker.closed()
            await self._warm()
            await asyncio.sleep(WARM_EVERY_S)

    async def _warm(self) -> bool:
        """Build the views that have changed; False when the database was away."""
        try:
            async with self.pool().acquire() as sql, sql.transaction():
                tx = self._transaction(sql, self.clock.now())
                for view in self.service.views:
                    await tx.see(view)
        except Exception as error:
            if not is_away(error):
                raise
            log.debug("views wait", reason=str(error))
            return False
        return True

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=getattr(work, "__qualname__", None))
        task.add_done_callback(self._ended)
        self._tasks.append(task)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part of the service that ends on its own takes the process with it, loudly."""
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not self._stopping:
            log.error("a part of the service failed", part=task.get_name(), exc_info=error)
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failed = error
        self._end()

    async def _clockwork(self, relay: Relay) -> None:
        """Do what falls due, one work after the other, so that they neither wait for each other nor skip rows."""
        next_at = dict.fromkeys(self.service.clock_work, 0.0)
        while True:
            await self.database_breaker.closed()
            moved = self.clock.next_move()
            for every, at in next_at.items():
                if at <= time.monotonic() and await self._all_due(every, relay):
                    next_at[every] = time.monotonic() + every.seconds
            await self.clock.wait(max(0.0, min(next_at.values()) - time.monotonic()), moved)
            if moved.is_set():
                next_at = dict.fromkeys(next_at, 0.0)

    async def _all_due(self, every: Every, relay: Relay) -> bool:
        """Do a work until nothing is due; False when the database went away."""
        try:
            while await self._once(every):
                relay.wake()
        except Exception as error:
            if is_away(error):
                self.database_breaker.open(str(error) or type(error).__name__)
                return False
            log.exception("clock work failed", work=every.work.__name__)
        return True

    async def _once(self, every: Every) -> bool:
        assert self._pool is not None
        async with self._pool.acquire() as sql, sql.transaction():
            tx = self._transaction(sql, self.clock.now())
            news = await every.work(tx)
            await outbox.write(sql, self.service.name, [outbox.telling(fact, None) for fact in news], tx.now)
        return bool(news)

    def pool(self) -> asyncpg.Pool[asyncpg.Record]:
        assert self._pool is not None
        return self._pool

    def unready(self) -> list[str]:
        """Why the service is not ready; empty when it is."""
        reasons = [f"{b.what} away" for b in (self.database_breaker, self.bus_breaker) if b.is_open]
        if not self._started:
            reasons.append(f"starting: {self._starting}")
        if self._watchdog is not None:
            reasons += [f"durable {name} does not exist" for name in sorted(self._watchdog.missing)]
            reasons += [f"stream {name} is full" for name in sorted(self._watchdog.full)]
        return reasons

    async def stop(self) -> None:
        """Stop fetching, settle the messages at hand, give back the others.

        What takes longer is cut off by its transaction, and delivered again.
        """
        self._stopping = True
        for pull in self._pulls:
            pull.stop()
        if self._handling:
            await asyncio.wait(self._handling, timeout=SETTLED_WITHIN_S)
        while left := [task for task in self._tasks if not task.done()]:
            for task in left:
                task.cancel()
            # Once is not enough: asyncio.wait_for of Python 3.11 forgets it when what it waited for has just come, and
            # a start that is still going on begins more.
            await asyncio.wait(left, timeout=CANCELLED_AGAIN_S)
        if not self.bus_breaker.is_open and self._pulls:
            try:
                async with asyncio.timeout(SETTLED_WITHIN_S):
                    await asyncio.gather(*(pull.give_back() for pull in self._pulls))
            except (TimeoutError, nats.errors.Error):
                # The bus hangs: to drain the connection would take longer than a supervisor waits.
                await self._bus.close()
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 5)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                self._pool.terminate()

    @property
    def failed(self) -> bool:
        return self._failed is not None


async def _raw(message: NatsMessage) -> bytes:
    return message.raw_message.data
