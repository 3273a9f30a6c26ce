"""One batch from the bus to the database: read, claim, handle, write the news, commit, acknowledge."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import asyncpg
import structlog

from clients.python.connection import Arrived
from contracts.language.intake import Problem as FieldProblem
from contracts.language.intake import kind_of
from contracts.language.message import Intake
from contracts.language.rules import broken
from services.runtime import metrics, traces
from services.runtime.breaker import AGAIN, Breaker, is_away
from services.runtime.clock import Clock
from services.runtime.failure import is_of_the_message
from services.runtime.hearing import counted, dead_letters, inbox, traced
from services.runtime.hearing.burial import Unreadables, bury
from services.runtime.hearing.outline import places
from services.runtime.hearing.pull import Pull
from services.runtime.hearing.reading import NotOurs, Unreadable, heard_in, read, read_message
from services.runtime.hearing.subscription import Subscription
from services.runtime.hearing.traced import Watched
from services.runtime.messages import Heard, News, Refused
from services.runtime.pause import pause_s
from services.runtime.reference.law import look_at
from services.runtime.saying.legible import legible
from services.runtime.saying.sayable import said_of
from services.runtime.settings import Settings
from services.runtime.sql import Sql
from services.runtime.telling import outbox
from services.runtime.telling.relay import Relay
from services.runtime.transaction import Begin, Transaction

log = structlog.get_logger()


class Handling:
    """Settles the messages of one subscription, whatever they do."""

    def __init__(
        self,
        service: str,
        subscription: Subscription,
        pool: asyncpg.Pool[asyncpg.Record],
        settings: Settings,
        clock: Clock,
        breaker: Breaker,
        relay: Relay,
        begin: Begin = Transaction,
    ) -> None:
        self._service = service
        self._sub = subscription
        self._name = subscription.durable.name
        self._pool = pool
        self._settings = settings
        self._clock = clock
        self._breaker = breaker
        self._relay = relay
        self._begin = begin

    async def run(self, pull: Pull, bus_breaker: Breaker) -> None:
        """Settle what has gathered, and again, until the pull is stopped; what is committed is acknowledged too."""
        while not pull.stopped:
            await self._breaker.closed()
            await bus_breaker.closed()
            messages = await pull.take()
            if messages and not pull.stopped:
                started = time.perf_counter()
                await self.settle(pull, messages)
                seconds = time.perf_counter() - started
                pull.measure(len(messages), seconds)
                counted.batch(self._name, messages, seconds)

    async def settle(self, pull: Pull, messages: list[Arrived]) -> None:
        """Every message is handled, put off or buried when this returns."""
        watched = traced.watched(self._sub.durable, self._sub.message)
        while True:
            try:
                written = await self._together(messages, watched)
            except AGAIN as error:
                log.debug("in the way of another transaction", durable=self._name, reason=said_of(error))
                if len(messages) == 1:
                    continue
            except Exception as error:
                if is_away(error):
                    self._breaker.open(said_of(error))
                    await self._breaker.closed()
                    continue
                if len(messages) == 1:
                    if not await self._fail(pull, messages[0], error, watched):
                        continue
                    return
                log.debug("a batch failed", durable=self._name, size=len(messages), reason=said_of(error))
            else:
                self._relay.offer(written)
                await pull.ack(messages)
                return
            # One bad message among many is found by halves; one by one they would take as many transactions as there
            # are, on a slow machine for minutes.
            middle = len(messages) // 2
            await self.settle(pull, messages[:middle])
            await self.settle(pull, messages[middle:])
            return

    async def _together(self, messages: list[Arrived], watched: Watched | None) -> list[outbox.Written]:
        """Handle the messages in one transaction; returns what is to be told.

        Raises what the handler or the database raises.
        """
        now = self._clock.now()
        found = [self._read(raw, now) for raw in messages]
        if watched is not None:
            found = watched.entered(found)
        counts = {"handled": 0, "refused": 0, "repeated": 0, "elsewhere": 0}
        async with self._pool.acquire() as sql, sql.transaction():
            tx = self._begin(sql, now)
            new = await self._unhandled(tx, messages, found, counts)
            heard = [one for one in new if isinstance(one, Heard)]
            if self._sub.locks is not None:
                heard.sort(key=lambda one: self._sub.locks(one.body))  # type: ignore[misc]
            bad = [one for one in new if isinstance(one, Unreadable)]
            for one in bad:
                if not self._is_answered(one.heard):
                    raise Unreadables(places(one.problems))
            news: list[News] = [Refused(one.heard, one.problems) for one in bad]
            if heard:
                await look_at(tx)
                news += await self._sub.handler(tx, heard)
            outgoing = [self._outgoing(item) for item in news]
            written = await outbox.write(sql, self._service, outgoing, now, tx.texts)
        if watched is not None:
            watched.committed(new, news)
        counts["refused"] += sum(isinstance(item, Refused) for item in news)
        counts["handled"] += len(new) - counts["refused"]
        counted.outcomes(self._name, counts, messages)
        if issubclass(self._sub.message, Intake):
            counted.posted(map(heard_in, new), news)
        return written

    def _read(self, raw: Arrived, at: datetime) -> Heard[Any] | Unreadable | NotOurs:
        return read_message(self._sub.message, raw, at, self._sub.part, self._sub.any_word)

    async def _unhandled(
        self, tx: Transaction, messages: list[Arrived], found: list[Any], counts: dict[str, int]
    ) -> list[Heard[Any] | Unreadable]:
        """Those that nobody has handled; the same id twice in one batch counts once (STACK row 23)."""
        keyed: dict[inbox.Key, tuple[Arrived, Heard[Any] | Unreadable]] = {}
        digests: dict[inbox.Key, bytes] = {}
        others: list[tuple[Arrived, Heard[Any]]] = []
        for raw, one in zip(messages, found, strict=True):
            if isinstance(one, NotOurs):
                counts["elsewhere"] += 1
                continue
            key, body = self._key(raw, one), inbox.digest(raw.data)
            if digests.setdefault(key, body) == body:
                keyed.setdefault(key, (raw, one))
            else:
                others.append((raw, one))
        claimed = await inbox.claim(tx.sql, self._name, digests) if keyed else inbox.Claimed()
        tx.view_version = claimed.view_version
        others += [keyed[key] for key in claimed.used]  # type: ignore[misc]
        new = [one for key, (_, one) in keyed.items() if key in claimed.fresh]
        if others:
            new += await self._misnamed(tx.sql, others)
        counts["repeated"] += len(messages) - counts["elsewhere"] - len(new)
        return new

    async def _misnamed(self, sql: Sql, others: list[tuple[Arrived, Heard[Any]]]) -> list[Unreadable]:
        """Messages under ids that other messages had, each as one that cannot be read, and once."""
        keyed = {_number(raw, one.source): (raw, one) for raw, one in others}
        claimed = await inbox.claim(sql, self._name, {key: inbox.digest(raw.data) for key, (raw, _) in keyed.items()})
        problem = FieldProblem.of("ce-id", broken("id_of_another"))
        return [Unreadable(one, (problem,)) for key, (_, one) in keyed.items() if key in claimed.fresh]

    def _is_answered(self, heard: Heard[Any]) -> bool:
        """Whether there is a sender who reads what was wrong."""
        return issubclass(self._sub.message, Intake) and bool(heard.source)

    def _key(self, raw: Arrived, one: Heard[Any] | Unreadable) -> inbox.Key:
        if isinstance(one, Unreadable):
            return _number(raw, one.heard.source)
        return one.source, one.envelope.id

    def _outgoing(self, item: News) -> outbox.Outgoing:
        if isinstance(item, Refused):
            return outbox.refusing(item, *kind_of(item.heard.subject), self._clock.now())
        heard, fact = item
        return outbox.telling(fact, heard.envelope)

    async def _fail(self, pull: Pull, raw: Arrived, error: Exception, watched: Watched | None) -> bool:
        """Put the message off, refuse it or bury it; False when the database would not have it."""
        at = self._clock.now()
        one = self._read(raw, at)
        if watched is not None:
            (one,) = watched.entered([one])
        if isinstance(one, NotOurs):
            await pull.ack([raw])
            return True
        heard = heard_in(one)
        unreadable = isinstance(error, Unreadables)
        key = _number(raw, heard.source) if unreadable else self._key(raw, one)
        hopeless = unreadable or is_of_the_message(error)
        refused = hopeless and self._is_answered(heard)
        reason = legible(f"{type(error).__name__}: {said_of(error)}", 2000)
        written: list[outbox.Written] = []
        try:
            async with self._pool.acquire() as sql, sql.transaction():
                attempts = await dead_letters.count_attempt(sql, self._name, *key, reason)
                ended = hopeless or attempts >= self._settings.max_attempts
                # Another replica, to which it was delivered too, may have settled it by now.
                settled = ended and not (await inbox.claim(sql, self._name, {key: inbox.digest(raw.data)})).fresh
                if refused and not settled:
                    told = self._outgoing(Refused(heard, (_problem(error),)))
                    written = await outbox.write(sql, self._service, [told], at)
                elif ended and not settled:
                    written = await bury(sql, self._service, self._name, raw, heard, error, attempts, at)
        except Exception as second:
            if not is_away(second):
                raise
            self._breaker.open(said_of(second))
            await self._breaker.closed()
            return False
        if settled:
            await pull.terminate(raw)
            return True
        about = {
            "durable": self._name,
            "subject": legible(raw.subject, 200),
            "correlation": heard.envelope.correlationid or heard.envelope.id,
            "attempts": attempts,
            "reason": reason,
            **traces.of_log(heard.envelope.traceparent),
        }
        outcome = "put off" if not ended else "refused" if refused else "dead"
        if watched is not None:
            watched.failed(outcome, type(error).__name__)
        if ended:
            # What a contract accepts should make nothing raise: where it did is worth a traceback.
            unforeseen = None if unreadable else error
            log.error("refused" if refused else "dead letter", exc_info=unforeseen, **about)
            metrics.HANDLED.labels(self._name, outcome).inc()
            if refused:
                counted.posted([heard], [Refused(heard, ())])
            self._relay.offer(written)
            await pull.terminate(raw)
            return True
        delay_s = pause_s(self._settings.retry_first_s, attempts, self._settings.retry_longest_s)
        log.warning("put off", delay_s=delay_s, **about)
        metrics.HANDLED.labels(self._name, "failed").inc()
        await pull.put_off(raw, delay_s)
        return True

    async def replay(self, tx: Transaction, letter: dict[str, Any]) -> list[outbox.Outgoing]:
        """Handle a dead letter in the caller's transaction; raises what its handler raises."""
        sub = self._sub
        told = letter["subject"], letter["headers"], letter["body"], letter["stream_sequence"]
        one = read(sub.message, *told, tx.now, sub.part, any_word=sub.any_word)
        if not isinstance(one, Heard):
            raise Unreadables("still unreadable")
        return [self._outgoing(item) for item in await self._sub.handler(tx, [one])]


def _number(raw: Arrived, source: str) -> inbox.Key:
    """Its number in the stream and when the stream took it: the same at every delivery, and in no other stream."""
    *_, number, _, taken_at, _ = raw.reply.split(".")
    return source, f"stream:{number}:{taken_at}"


def _problem(error: Exception) -> FieldProblem:
    """What its sender is told of a failure that only another message could mend."""
    if isinstance(error, outbox.Untellable):
        return FieldProblem.of("body", broken("untellable"))
    return FieldProblem.of("body", broken("unworkable"))
