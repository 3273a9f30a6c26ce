"""One service as the runtime drives it, on a transaction that is never committed."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import asyncpg

from clients.python.connection import Arrived, Client
from contracts.language.division import Division
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.language.message import JSON, Command, Fact, Intake, dump
from contracts.language.reading import parse
from services.runtime.answering.commands import Answering
from services.runtime.answering.operations import operations
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.hearing.handling import Handling
from services.runtime.hearing.pull import Pull
from services.runtime.ids import uuid7
from services.runtime.reference.view import Views
from services.runtime.replica.objects import Objects
from services.runtime.replica.state import State
from services.runtime.service import Service
from services.runtime.settings import Settings
from services.runtime.telling import outbox
from services.runtime.telling.relay import Relay
from services.runtime.transaction import Transaction
from services.runtime.wire import block_of

versions = itertools.count(1_000_000, 1_000)
"""Of views: one that was built in a transaction that is undone must not be taken for another."""
numbers = itertools.count(1)
PUT_BY = re.compile(r"Unreadables: [\w.]+: enum(; [\w.]+: enum)*|Problem: unit\.id: unit_of_roster")
"""A word that only a later version knows, and an item of a directive for a unit that is not known yet: told again."""
NOT_BY_NAME = {"failed", "unavailable", "unworkable"}
"""What is told of an error that no handler has foreseen."""


class Still(Clock):
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


class OneConnection:
    """A pool of one connection, on which a transaction stays open: what is committed in it can be undone."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        yield self._sql


class Driven:
    """A service with its real handlers and tables, its real runtime, and a clock of the test."""

    def __init__(self, service: Service, sql: asyncpg.Connection, bus: Client, at: datetime) -> None:
        self.service, self.sql, self.clock = service, sql, Still(at)
        self._bus = bus
        self._begin = partial(Transaction, views=Views(), following=service.following, store=Objects(bus))
        pool: Any = OneConnection(sql)
        settings = Settings(nats_url="nats://127.0.0.1:1", database_url="postgresql://127.0.0.1/none")
        relay = Relay(settings, bus, service.name, Breaker("bus"), Breaker("database"))
        self._heard = {
            one.message: (
                Handling(service.name, one, pool, settings, self.clock, Breaker("database"), relay, self._begin),
                Pull(bus, one.durable, 512),
            )
            for one in service.subscriptions
        }
        commands = {**service.commands, **operations(State(service.name, (), settings))}
        self.commands = list(commands)
        self.answering = Answering(
            service.name, commands, pool, self.clock, Breaker("database"), relay, bus, self._begin
        )

    @property
    def messages(self) -> list[type[Fact | Intake]]:
        return list(self._heard)

    @property
    def tx(self) -> Transaction:
        return self._begin(self.sql, self.clock.at)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """Whatever happens meanwhile is undone, and forgotten by the views."""
        at, version = self.clock.at, await self.version()
        begun = self.sql.transaction()
        await begun.start()
        try:
            yield
        finally:
            changed = await self.version() != version
            await begun.rollback()
            self.clock.at = at
            if changed:
                await self.forget()

    async def version(self) -> int | None:
        return await self.sql.fetchval("SELECT version FROM view_version") if self.service.views else None

    async def forget(self) -> None:
        """Let the views be built anew."""
        if self.service.views:
            await self.sql.execute("UPDATE view_version SET version = $1", next(versions))

    async def hear(self, message: type[Fact | Intake], payloads: Sequence[bytes], sources: Sequence[str]) -> list[str]:
        """Settle a batch; what its handler raised. What is put by, by its name, is none."""
        handling, pull = self._heard[message]
        batch = [self._raw(message, data, source) for data, source in zip(payloads, sources, strict=True)]
        await handling.settle(pull, batch)
        raised = [row["reason"] for row in await self.sql.fetch("DELETE FROM attempts RETURNING reason")]
        return [reason for reason in raised if not PUT_BY.fullmatch(reason)]

    async def hear_facts(self, *facts: Fact) -> None:
        """Settle facts of one kind."""
        raised = await self.hear(type(facts[0]), [dump(fact) for fact in facts], [""] * len(facts))
        assert raised == []

    def _raw(self, message: type[Fact | Intake], data: bytes, source: str) -> Arrived:
        number = next(numbers)
        if issubclass(message, Intake):
            subject = intake_subject(message, source)
        else:
            source, subject = message.parts()[0], parse(message, data).told_on()
        headers = to_headers(Envelope(uuid7(), source, message.type(), self.clock.at, sequence=number))
        reply = f"$JS.ACK.STREAM.durable.1.{number}.{number}.1592186400000000000.0"
        return Arrived(subject.encode(), reply.encode(), data, block_of(headers))

    async def ask(self, command: type[Command], data: bytes, actor: str, division: Division) -> dict[str, Any] | None:
        """Ask over the bus; None when it was done, else the problem."""
        subject = command.subject_for(actor, division).replace("*", self.service.name)
        kind = command.type().replace("*", self.service.name)
        headers = to_headers(Envelope(uuid7(), actor, kind, self.clock.at))
        reply = await self._bus.request(subject, data, timeout=120, headers=headers)
        return None if (reply.headers or {})["content-type"] == JSON else json.loads(reply.data)

    async def pass_time(self, by: timedelta) -> None:
        """Let time pass, and do what falls due; raises what its work raises."""
        self.clock.at += by
        for every in self.service.clock_work:
            while True:
                async with self.sql.transaction():
                    news = await every.work(self.tx)
                    await outbox.write(
                        self.sql, self.service.name, [outbox.telling(fact, None) for fact in news], self.clock.at
                    )
                if not news:
                    break
