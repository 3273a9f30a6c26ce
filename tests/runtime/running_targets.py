"""The obeying service as a process: its database, and those who post to it and look at it."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from contracts.every_service import operation_subject
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.language.message import dump
from contracts.targets import ProgressReport
from services.runtime.ids import uuid7
from tests.runtime.obeying_targets import TABLE
from tests.servers import migrated, running
from tests.telling import connect
from tests.waiting import until

MODULE = "tests.runtime.obeying_targets"


class RunningTargets:
    """The stubborn service with its database, and those who post to it and look at it."""

    def __init__(self, bus, dsn, acme, operator, reader):
        self.bus, self.dsn, self.acme, self.operator, self.reader = bus, dsn, acme, operator, reader

    async def post(self, body, message_id=None, user=None, source="acme", **headers):
        told = to_headers(Envelope(message_id or uuid7(), source, ProgressReport.type(), datetime.now(UTC)))
        stream = (user or self.acme).jetstream(prefix="FOREST.API")
        await stream.publish(
            intake_subject(ProgressReport, source), json.dumps(body).encode(), headers={**told, **headers}
        )

    async def rows(self, sql, *arguments):
        connection = await asyncpg.connect(self.dsn)
        try:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def becomes(self, sql, expected):
        async def so():
            return await self.rows(sql) == expected

        try:
            await until(so)
        except TimeoutError:
            assert await self.rows(sql) == expected

    async def come(self, sql):
        """The rows, once there are any."""
        found = []

        async def so():
            found[:] = await self.rows(sql)
            return bool(found)

        await until(so)
        return found

    async def seen(self, *external_ids):
        await self.becomes("SELECT external_id FROM seen ORDER BY 1", [(one,) for one in sorted(external_ids)])

    async def ask(self, command, answer):
        subject = operation_subject(type(command), "targets", OPERATOR, UNKNOWN)
        type_ = type(command).type().replace("*", "targets")
        told = to_headers(Envelope(uuid7(), OPERATOR, type_, datetime.now(UTC)))
        reply = await self.operator.request(subject, dump(command), headers=told, timeout=10)
        return answer.model_validate_json(reply.data)


@asynccontextmanager
async def targets_on(bus):
    """Its database and its users on a bus; `service` starts it."""
    dsn = await migrated("targets")
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    await connection.close()
    users = [await connect(bus, user) for user in ("acme", OPERATOR, "reader")]
    yield RunningTargets(bus, dsn, *users)
    for user in users:
        await user.close()


@asynccontextmanager
async def service(on_bus, **settings):
    settings = {"LINZHANG_RETRY_FIRST_S": "0.05", **settings}
    async with running("targets", on_bus.bus, on_bus.dsn, MODULE, **settings) as one:
        yield one
