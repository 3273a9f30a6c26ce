"""One replica at work: FastStream's broker for commands, the pulls, the relay and the clock, its start and its stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import asyncpg
import nats
import structlog
from faststream.nats import NatsMessage
from nats.errors import SlowConsumerError

from clients.python import away
from clients.python.connection import Client
from clients.python.together import ended
from contracts.wiring.streams import stream_of
from contracts.wiring.table import FACTS, is_reference
from services.runtime import metrics
from services.runtime.answering.commands import Answering
from services.runtime.answering.operations import operations
from services.runtime.breaker import is_away
from services.runtime.failure import StoreAway
from services.runtime.hearing.handling import Handling
from services.runtime.hearing.pull import Pull
from services.runtime.reference.law import look_at
from services.runtime.replica import database
from services.runtime.replica.away import CannotStart
from services.runtime.replica.bus import Broker
from services.runtime.replica.certificates import measure_served
from services.runtime.replica.objects import Objects
from services.runtime.replica.state import State
from services.runtime.replica.watchdog import Watchdog
from services.runtime.saying.legible import legible
from services.runtime.saying.sayable import said_of
from services.runtime.service import Every, Service
from services.runtime.settings import Settings
from services.runtime.tables.housekeeping import keep_house
from services.runtime.tables.schema import Unfit
from services.runtime.telling import outbox, traced
from services.runtime.telling.outbox import Written
from services.runtime.telling.relay import Relay

log = structlog.get_logger()

WARM_EVERY_S = 2.0
SETTLED_WITHIN_S = 2.0


class Process:
    """One replica of a service."""

    def __init__(self, service: Service, settings: Settings, end: Callable[[], None]) -> None:
        """`end` is called when a part has failed, and makes the process stop."""
        service.check()
        self.service = service
        self.state = State(
            *(service.name, [s.durable.name for s in service.subscriptions], settings, service.due_work),
            *(service.measure, service.following, service.laws, service.weighing),
        )
        self.broker = self._broker()
        self._bus: Client | None = None
        self._bus_reason = ""
        self._answering: Answering | None = None
        self._pulls: list[Pull] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._handling: list[asyncio.Task[None]] = []
        self._stopping = False
        self._failed: BaseException | None = None
        self._end = end

    def _broker(self) -> Broker:
        async def on_command(message: NatsMessage) -> None:
            if self._answering is not None:
                await self._answering.on(message.raw_message)

        return Broker.of(
            self.service.name,
            self.state.settings,
            on_command,
            self._bus_error,
            disconnected_cb=self._bus_lost,
            reconnected_cb=self._bus_back,
            closed_cb=self._bus_closed,
        )

    async def _bus_lost(self) -> None:
        if not self._stopping:
            self.state.bus.open("disconnected")

    async def _bus_back(self) -> None:
        for pull in self._pulls:
            pull.forget_requests()
        self._bus_reason = ""
        self.state.bus.close()

    async def _bus_closed(self) -> None:
        """The client has given up for good; a supervisor must start the process anew (STACK row 6)."""
        if not self._stopping:
            log.error("the bus connection is closed for good")
            self._fail(ConnectionError("the bus connection is closed for good"))

    async def _bus_error(self, error: Exception) -> None:
        reason = legible(away.of_bus(error), 500)
        if self._bus is None:
            self.state.starting = f"connecting: {reason}"
            if away.is_refused(error) and not self.failed:
                # Asked again it would be refused again: a password is read by a process that is started anew.
                log.error("the service cannot start", reason=reason)
                self._fail(CannotStart(reason))
                return
        elif self.state.bus.is_open:
            self.state.bus.open(reason)
        if reason != self._bus_reason:
            log.warning("bus", reason=reason)
        self._bus_reason = reason
        if isinstance(error, SlowConsumerError) and self._answering is not None:
            # Whoever asked while there was no room for it is told so.
            await self._answering.refuse_busy(error.reply)

    async def start(self) -> None:
        try:
            await self._start()
        except CannotStart as error:
            log.error("the service cannot start", reason=str(error))
            self._fail(error)
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
        self.state.begin = partial(self.state.begin, store=Objects(bus))
        pool = self.state.kept = await database.migrated(self.state)
        relay = Relay(self.state.settings, bus, self.service.name, self.state.bus, self.state.database)
        metrics.LEADING.set_function(lambda: relay.leading)
        if self.state.settings.clock == "bus":
            await self.state.clock.follow(bus)
        handlers = {**self.service.commands, **operations(self.state)}
        self._answering = Answering(
            self.service.name, handlers, pool, self.state.clock, self.state.database, relay, bus, self.state.begin
        )
        tells_in = {stream_of(fact) for fact in FACTS[self.service.name]}
        watchdog = Watchdog(bus, [s.durable for s in self.service.subscriptions], tells_in, self.state.lag)
        self._begin(relay.run())
        self.state.missing, self.state.full, self.state.silent = watchdog.missing, watchdog.full, watchdog.silent
        self._begin(watchdog.run())
        self._begin(keep_house(self.state))
        self._begin(measure_served(self.state.settings, bus))
        first = [s for s in self.service.subscriptions if is_reference(s.message)]
        for subscription in sorted(self.service.subscriptions, key=lambda s: s not in first):
            if subscription not in first:
                self.state.starting = "catching up with reference data"
                await watchdog.caught_up([s.durable for s in first])
                while not await self._warm():  # noqa: ASYNC110  a database tells nobody that it is back
                    await asyncio.sleep(database.START_EVERY_S)
                first = []
            handling = Handling(
                self.service.name,
                subscription,
                pool,
                *(self.state.settings, self.state.clock, self.state.database),
                relay,
                self.state.begin,
            )
            most = self.state.settings.batch_max
            pull = Pull(bus, subscription.durable, min(most, subscription.most or most))
            await pull.start()
            self._pulls.append(pull)
            self.state.handlings[subscription.durable.name] = handling
            self._handling.append(self._begin(handling.run(pull, self.state.bus)))
            self._begin(pull.beat())
        if self.service.views:
            self._begin(self._keep_warm())
        if self.service.clock_work:
            self._begin(self._clockwork(relay))
        self.state.starting = None
        log.info("ready", hears=len(self._pulls), port=self.state.settings.http_port)

    async def _keep_warm(self) -> None:
        """Build views anew soon after they have changed, so that the next batch seldom waits for it."""
        while True:
            await self.state.database.closed()
            await self._warm()
            await asyncio.sleep(WARM_EVERY_S)

    async def _warm(self) -> bool:
        """Build the views that have changed; False when the database was away."""
        try:
            async with self.state.pool().acquire() as sql, sql.transaction():
                tx = self.state.begin(sql, self.state.clock.now())
                for view in self.service.views:
                    await tx.see(view)
        except Exception as error:
            if not is_away(error):
                raise
            log.debug("views wait", reason=said_of(error))
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
            if isinstance(error, Unfit):
                log.error("the service cannot go on", reason=str(error))
            else:
                log.error("a part of the service failed", part=task.get_name(), exc_info=error)
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failed = error
        self._end()

    async def _clockwork(self, relay: Relay) -> None:
        """Do what falls due, one work after the other, so that they neither wait for each other nor skip rows."""
        next_at = dict.fromkeys(self.service.clock_work, 0.0)
        while True:
            await self.state.database.closed()
            moved = self.state.clock.next_move()
            for every, at in next_at.items():
                if at <= time.monotonic() and await self._all_due(every, relay):
                    next_at[every] = time.monotonic() + every.seconds
            await self.state.clock.wait(max(0.0, min(next_at.values()) - time.monotonic()), moved)
            if moved.is_set():
                next_at = dict.fromkeys(next_at, 0.0)

    async def _all_due(self, every: Every, relay: Relay) -> bool:
        """Do a work until nothing is due; False when the database went away."""
        try:
            while written := await self._once(every):
                relay.offer(written)
        except Exception as error:
            if is_away(error):
                self.state.database.open(said_of(error))
                return False
            if isinstance(error, StoreAway):
                log.warning("clock work waits", work=every.work.__name__, reason=said_of(error))
            else:
                log.exception("clock work failed", work=every.work.__name__)
        return True

    async def _once(self, every: Every) -> list[Written]:
        async with self.state.pool().acquire() as sql, sql.transaction():
            tx = self.state.begin(sql, self.state.clock.now())
            fallen_due = traced.fallen_due(every.work.__name__)
            await look_at(tx)
            within = None if fallen_due is None else fallen_due.within
            told = [outbox.telling(fact, None, within) for fact in await every.work(tx)]
            written = await outbox.write(sql, self.service.name, told, tx.now, tx.texts)
        if fallen_due and written:
            fallen_due.done(len(written))
        return written

    async def stop(self) -> None:
        """Stop fetching, settle the messages at hand, give back the others.

        What takes longer is cut off by its transaction, and delivered again.
        """
        self._stopping = True
        for pull in self._pulls:
            pull.stop()
        if self._handling:
            await asyncio.wait(self._handling, timeout=SETTLED_WITHIN_S)
        # A start that is still going on begins more meanwhile.
        await ended(self._tasks)
        if not self.state.bus.is_open and self._pulls:
            try:
                async with asyncio.timeout(SETTLED_WITHIN_S):
                    await asyncio.gather(*(pull.give_back() for pull in self._pulls))
            except (TimeoutError, nats.errors.Error):
                # The bus hangs: to drain the connection would take longer than a supervisor waits.
                if self._bus is not None:
                    await self._bus.close()
        if self.state.kept is not None:
            try:
                await asyncio.wait_for(self.state.kept.close(), 5)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                self.state.kept.terminate()

    @property
    def failed(self) -> bool:
        return self._failed is not None
