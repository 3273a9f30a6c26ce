"""The embedded system: both servers and the five services, started, watched, and stopped together."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from clients.python.together import ended
from contracts.wiring.streams import STORE_MIB
from contracts.wiring.table import SERVICES
from deploy.database.roles import make_database
from deploy.local import comeback
from deploy.local.backups import archiving
from deploy.local.bus import Bus
from deploy.local.comeback import Comeback
from deploy.local.home import Home, Run
from deploy.local.looking import stop_orphans
from deploy.local.place import LocalPlace
from deploy.local.postgres import Postgres
from deploy.local.private import open_private
from deploy.local.processes import born
from deploy.local.replicas import HTTP_PORT, Log, Replicas, ServiceFailed
from deploy.local.watch import Watch
from deploy.nats.answering import answering
from deploy.nats.provisioning import Provisioning
from deploy.nats.users import Users
from deploy.nats.users_file import DATABASE_ROLE

NATS_PORT, POSTGRES_PORT = 4222, 5432


class AlreadyRunning(Exception):
    """A system runs in this directory already."""


class WrongSettings(Exception):
    """A `LINZHANG_…` variable is wrong; the message names it and its rule."""


@dataclass
class Stack:
    """One embedded system in one data directory. `log` takes every line that any part says."""

    home: Home
    log: Log
    clock: str = "system"
    sync: str = "always"
    store_mib: int = STORE_MIB
    archive: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    users: Users = field(default_factory=Users)
    _answering: asyncio.Task[None] | None = None
    _servers: list[asyncio.Task[None]] = field(default_factory=list)
    _lock: IO[str] | None = None

    def __post_init__(self) -> None:
        self._replicas = Replicas(self.log, self._told_service, self.write_run)

    async def start(self) -> Run:
        """Start everything and wait until it is ready; orphans of a crashed run are stopped first."""
        await self._check_settings()
        self.home.make()
        lost = comeback.loss(self.home)
        self._take_lock()
        stop_orphans(self.home, self.log)
        self.users = self.home.users()
        if lost:
            self.users.outsiders = ()
        try:
            starts = (self._start_postgres, self._start_bus)
            self._servers = [asyncio.create_task(asyncio.to_thread(start)) for start in starts]
            # Both to their end, also when one fails or all is cancelled: a thread cannot be, and starts its server.
            await asyncio.wait(self._servers)
            for server in self._servers:
                server.result()
            place = LocalPlace(self.home.users_file, self.users, self.bus, self._users_kept, self.home.lost)
            self.provisioning = Provisioning(place, self.log, store_mib=self.store_mib, in_force=True)
            self._answering = asyncio.create_task(answering(self.provisioning))
            self.write_run()
            await self._make_database()
            if lost:
                await Comeback(self).agree(lost)
            for name in SERVICES:
                await self.start_service(name)
            self.write_run()
            # The services read their own code meanwhile, and wait for their schemas and durables.
            await asyncio.gather(
                self.migrate(),
                self.provisioning.bring_up(),
                *(self._replicas.ready(name) for name in SERVICES),
            )
            if lost:
                await Comeback(self).let_in()
            return self.write_run()
        except BaseException:
            await self.stop()
            raise

    def _users_kept(self) -> None:
        self.write_run()

    def _take_lock(self) -> None:
        """Held while this process lives: two systems on one directory would destroy its data."""
        self._lock = open_private(self.home.path / "lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(self.home.path)) from None

    async def _check_settings(self) -> None:
        """Let the services' own reader of settings name a wrong one before anything runs."""
        placeholders = {"LINZHANG_NATS_URL": "nats://-", "LINZHANG_DATABASE_URL": "postgresql://-"}
        own = {"LINZHANG_CLOCK": self.clock, "LINZHANG_HTTP_PORT": str(HTTP_PORT)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.runtime.settings"),
            env={**os.environ, **self.settings, **placeholders, **own},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode:
            raise WrongSettings(said.decode(errors="replace").strip())

    def _start_postgres(self) -> None:
        self.postgres = Postgres.prepare(self.home.path / "postgres", POSTGRES_PORT)
        self.postgres.settings = archiving(self.archive) if self.archive else {}
        self.postgres.start()

    def _start_bus(self) -> None:
        self.bus = Bus.prepare(self.home.path / "nats", self.users, NATS_PORT, self.sync, self.store_mib)
        self.bus.start()

    def _database(self, service: str) -> str:
        return self.postgres.dsn(service, self.users.password(DATABASE_ROLE + service), "linzhang")

    async def _make_database(self) -> None:
        passwords = {name: self.users.password(DATABASE_ROLE + name) for name in SERVICES}
        inside = self.postgres.dsn("linzhang", self.postgres.password, "linzhang")
        await make_database(self.postgres.admin_dsn, inside, passwords)

    async def migrate(self) -> None:
        await self.run_job("migrations", "services.runtime.tables.migrate")

    async def run_job(self, name: str, *module: str) -> None:
        """A process of the services' that works on every schema and ends. Raises ServiceFailed."""
        databases = " ".join(f"{n}={self._database(n)}" for n in SERVICES)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            env={**os.environ, "LINZHANG_MIGRATE": databases, "LINZHANG_NATS_URL": self.bus.url("provisioner")},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        told, wrong = await process.communicate()
        for line in told.decode(errors="replace").splitlines():
            self.log(name, line)
        if process.returncode:
            raise ServiceFailed(f"{name}: {wrong.decode(errors='replace').strip()[-2000:]}")

    async def start_service(self, name: str) -> None:
        await self._replicas.start(name)

    def _told_service(self, name: str) -> dict[str, str]:
        addresses = {"LINZHANG_NATS_URL": self.bus.url(name), "LINZHANG_DATABASE_URL": self._database(name)}
        return {**self.settings, **addresses, "LINZHANG_CLOCK": self.clock}

    def write_run(self) -> Run:
        self.home.keep_passwords(self.users)
        assert self.bus.pid is not None
        assert self.postgres.pid is not None
        pids = {"supervisor": os.getpid(), "nats": self.bus.pid, "postgres": self.postgres.pid, **self._replicas.pids()}
        run = Run(
            nats_port=self.bus.port,
            postgres_port=self.postgres.port,
            pids=pids,
            born={name: born(pid) for name, pid in pids.items()},
            http_ports=self._replicas.ports,
            databases={name: self._database(name) for name in SERVICES},
            passwords=self.users.passwords,
            clock=self.clock,
            users_at=self.provisioning.taken_up_at,
            left_out=self.provisioning.left_out,
        )
        self.home.write_run(run)
        return run

    def services(self) -> dict[str, tuple[int | None, float]]:
        """Of each service how it ended, if it did, and when it was started."""
        return self._replicas.how()

    async def watch(self) -> None:
        """Start again what has ended or is not well, and take up changes of `users.json`, until cancelled."""
        await Watch(self).run()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """The same as long as something else goes on here."""
        watching = asyncio.create_task(self.watch())
        try:
            yield
        finally:
            await ended((watching,))
            if not watching.cancelled():
                self.log("watch", f"ended: {watching.exception()}")

    async def stop(self) -> None:
        """Services first, then the servers; what has ended already is left alone."""
        if self._servers:
            await asyncio.wait(self._servers)
        if self._answering is not None:
            await ended((self._answering,))
        await self._replicas.stop()
        servers = [getattr(self, server) for server in ("bus", "postgres") if hasattr(self, server)]
        await asyncio.gather(*(asyncio.to_thread(server.stop) for server in servers))
        self.home.forget_run()
        if self._lock is not None:
            self._lock.close()

    def pid(self, name: str) -> int:
        return self._replicas.pids()[name]
