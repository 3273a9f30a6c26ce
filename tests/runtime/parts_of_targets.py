"""The runtime inside the test's own process: a real bus, real tables, the settings and the handler of the test."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.targets import ProgressReport
from contracts.wiring.streams import durable
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.hearing.handling import Handling
from services.runtime.hearing.pull import Pull
from services.runtime.hearing.subscription import Hearing, Subscription
from services.runtime.ids import uuid7
from services.runtime.replica import database
from services.runtime.settings import Settings
from services.runtime.telling.relay import Relay
from tests.telling import connect

PROGRESS = durable("targets", ProgressReport)


def progress(external_id, entity="ok", target_id="t-1"):
    return {
        "external_id": external_id,
        "target_id": target_id,
        "entity": entity,
        "plot": "一号小班",
        "period": {"first": "2020-05-01", "last": "2020-05-31"},
        "amounts": {"reported": "1"},
    }


class Parts:
    """What targets is made of, one part at a time; `statements` has all that its pool has said to the database."""

    def __init__(self, bus, dsn, **settings):
        self.bus, self.dsn = bus, dsn
        self.settings = Settings(nats_url=bus.url("targets"), database_url=dsn, **settings)
        self.statements = []
        self.bus_breaker = Breaker("bus")
        self._tasks = []

    async def enter(self):
        self.client = await connect(self.bus, "targets")
        self.acme, self.provisioner = await connect(self.bus, "acme"), await connect(self.bus, "provisioner")
        self.streams = self.provisioner.jetstream(timeout=5)

        async def listen(connection):
            connection.add_query_logger(lambda said: self.statements.append(said.query))

        self.pool = await database.connect(self.dsn, "targets", init=listen)
        self.relay = Relay(self.settings, self.client, "targets", self.bus_breaker, Breaker("database"))
        return self

    async def leave(self):
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pool.close()
        for client in (self.client, self.acme, self.provisioner):
            await client.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    def begin(self, work):
        self._tasks.append(asyncio.create_task(work))
        return self._tasks[-1]

    async def post(self, *bodies, message_id=None, case=str, **headers):
        """Post progress as acme, each once the stream has the one before; a header given as None is left out."""
        stream, subject = self.acme.jetstream(prefix="FOREST.API"), intake_subject(ProgressReport, "acme")
        for body in bodies:
            told = to_headers(Envelope(message_id or uuid7(), "acme", ProgressReport.type(), datetime.now(UTC)))
            told = {case(name): value for name, value in {**told, **headers}.items() if value is not None}
            await stream.publish(subject, json.dumps(body).encode(), headers=told)

    async def pull(self, batch_max=512):
        pull = Pull(self.client, PROGRESS, batch_max)
        await pull.start()
        return pull

    async def taken(self, pull, count):
        """So many messages, once they have come."""
        taken = await pull.take()
        while len(taken) < count:
            taken += await pull.take()
        return taken

    def handling(self, handler, locks=None, breaker=None):
        subscription = Subscription.of(ProgressReport, PROGRESS, handler, Hearing(locks))
        breaker = breaker or Breaker("database")
        return Handling("targets", subscription, self.pool, self.settings, Clock(), breaker, self.relay)

    async def state(self):
        """How the durable stands at the server."""
        return await self.streams.consumer_info(PROGRESS.stream, PROGRESS.name)

    async def rows(self, sql, *arguments):
        async with self.pool.acquire() as connection:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]


@asynccontextmanager
async def parts_of_targets(bus, dsn, **settings):
    one = Parts(bus, dsn, **settings)
    await one.enter()
    try:
        yield one
    finally:
        await one.leave()
