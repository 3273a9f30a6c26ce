"""Real servers for tests: one PostgreSQL and one nats-server a session, services as real processes."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from deploy.database.roles import make_roles
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres import Postgres
from services.runtime.tables.migrate import migrate_async
from services.runtime.transaction import Begin, Transaction
from tests.waiting import until

PASSWORD = "only-for-tests"
NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)
_postgres: list[Callable[[], Postgres]] = []


def use(postgres: Callable[[], Postgres]) -> None:
    """Whom to ask for the session's server, in which `migrated` makes databases."""
    _postgres.append(postgres)


async def database(*services: str) -> dict[str, str]:
    """A fresh database with the migrated schemas of some services; their DSNs by name."""

    postgres = _postgres[-1]()
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = await asyncpg.connect(postgres.admin_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    inside = await asyncpg.connect(postgres.dsn("linzhang", postgres.password, name))
    try:
        await make_roles(inside, dict.fromkeys(services, PASSWORD))
    finally:
        await inside.close()
    dsns = {service: postgres.dsn(service, PASSWORD, name) for service in services}
    for service, dsn in dsns.items():
        await migrate_async(service, dsn)
    return dsns


async def migrated(service: str) -> str:
    """The DSN of one service's role on a fresh, migrated database."""
    return (await database(service))[service]


@asynccontextmanager
async def transaction(dsn: str, now: datetime = NOW, begin: Begin = Transaction) -> AsyncIterator[Transaction]:
    """A transaction as a handler gets it, rolled back at the end."""
    connection = await asyncpg.connect(dsn)
    rollback = connection.transaction()
    await rollback.start()
    try:
        yield begin(connection, now)
    finally:
        await rollback.rollback()
        await connection.close()


@dataclass
class Running:
    """A service as a process of its own, with its log."""

    name: str
    http_port: int
    process: asyncio.subprocess.Process
    log: list[str]

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.http_port}{path}", timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    async def answers(self, path: str, status: int) -> None:
        async def so() -> bool:
            if self.process.returncode is not None:
                raise AssertionError(f"{self.name} ended:\n" + "".join(self.log[-30:]))
            return (await asyncio.to_thread(self.get, path))[0] == status

        await until(so)

    async def reason(self, said: str) -> None:
        """Wait until it is not ready for a reason that has this in it."""

        async def so() -> bool:
            if self.process.returncode is not None:
                raise AssertionError(f"{self.name} ended:\n" + "".join(self.log[-30:]))
            return said in (await asyncio.to_thread(self.get, "/readyz"))[1]

        await until(so)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def running(
    name: str, bus: Bus, dsn: str, module: str | None = None, tree: Path | None = None, **settings: str
) -> AsyncIterator[Running]:
    """Start a service, wait until it is ready, and end it by its own pid; one that does not end is a failure.

    `tree` is where its code lies, if not here.
    """
    async with starting(name, bus, dsn, module, tree, **settings) as found:
        await found.answers("/readyz", 200)
        yield found


@asynccontextmanager
async def starting(
    name: str, bus: Bus, dsn: str, module: str | None = None, tree: Path | None = None, **settings: str
) -> AsyncIterator[Running]:
    """The same without waiting."""
    port = free_port()
    environment = {
        **os.environ,
        **({} if tree is None else {"PYTHONPATH": str(tree)}),
        "LINZHANG_NATS_URL": bus.url(name),
        "LINZHANG_DATABASE_URL": dsn,
        "LINZHANG_HTTP_PORT": str(port),
        "LINZHANG_RETRY_FIRST_S": "0.1",
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module or f"services.{name}",
        env=environment,
        cwd=tree,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    found = Running(name, port, process, [])
    reading = asyncio.create_task(_read(process, found.log))
    try:
        yield found
    finally:
        hangs = False
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 60)
            except TimeoutError:
                hangs = True
                process.kill()
                await process.wait()
        await reading
        assert not hangs, f"{name} was told to end and did not:\n" + "".join(found.log[-30:])


async def _read(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        log.append(line.decode(errors="replace"))
