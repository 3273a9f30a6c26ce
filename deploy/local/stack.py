"""The embedded system: both servers and the five services, started, watched, and stopped together."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from contracts.wiring.streams import STORE_MIB
from contracts.wiring.table import SERVICES
from deploy.database.roles import make_database
from deploy.local import comeback
from deploy.local.backups import archiving
from deploy.local.bus import Bus
from deploy.local.comeback import Comeback
from deploy.local.home import Home, Run
from deploy.local.looking import http_get, stop_orphans
from deploy.local.place import LocalPlace
from deploy.local.ports import free_port, is_free
from deploy.local.postgres import Postgres
from deploy.local.private import open_private
from deploy.local.processes import born
from deploy.local.watch import Watch
from deploy.nats.answering import answering
from deploy.nats.provisioning import Provisioning
from deploy.nats.users import Users
from deploy.nats.users_file import DATABASE_ROLE

Log = Callable[[str, str], None]
"""Takes one line: of whom, and what."""

NATS_PORT, POSTGRES_PORT, HTTP_PORT = 4222, 5432, 8101
READY_WITHIN_S = 60.0
PORT_TRIES = 3


class AlreadyRunning(Exception):
    """A system runs in this directory already."""


class WrongSettings(Exception):
    """A `LINZHANG_…` variable is wrong; the message names it and its rule."""


class ServiceFailed(Exception):
    """A service did not become ready; the message ends with what it said last."""


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
    _services: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _readers: set[asyncio.Task[None]] = field(default_factory=set)
    _last_words: dict[str, list[str]] = field(default_factory=dict)
    _ports: dict[str, int] = field(default_factory=dict)
    _started_at: dict[str, float] = field(default_factory=dict)
    _answering: asyncio.Task[None] | None = None
    _servers: list[asyncio.Task[None]] = field(default_factory=list)
    _lock: IO[str] | None = None

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
                *(self._ready(name) for name in SERVICES),
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
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.runtime.settings"),
            env={**os.environ, **self.settings, **placeholders, **self._own_settings(HTTP_PORT)},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode:
            raise WrongSettings(said.decode(errors="replace").strip())

    def _own_settings(self, port: int) -> dict[str, str]:
        return {"LINZHANG_HTTP_PORT": str(port), "LINZHANG_CLOCK": self.clock}

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
        if name not in self._ports or not is_free(self._ports[name]):
            self._ports[name] = free_port(HTTP_PORT + SERVICES.index(name))
        environment = {
            **os.environ,
            **self.settings,
            "LINZHANG_NATS_URL": self.bus.url(name),
            "LINZHANG_DATABASE_URL": self._database(name),
            **self._own_settings(self._ports[name]),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"services.{name}"),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._services[name] = process
        self._started_at[name] = time.monotonic()
        reader = asyncio.create_task(self._read(name, process))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _read(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        said = self._last_words[name] = []
        async for line in process.stderr:
            text = line.decode(errors="replace").rstrip()
            said.append(text)
            del said[:-20]
            self.log(name, text)

    async def _ready(self, name: str) -> None:
        until = time.monotonic() + READY_WITHIN_S
        tries = 1
        while True:
            status, said = await asyncio.to_thread(http_get, self._ports[name], "/readyz")
            # A full stream is for a person to see to: the system runs, and can be looked at.
            if status == 200 or (said and all(line.startswith("stream ") for line in said.splitlines())):
                return
            if self._services[name].returncode is not None:
                if tries < PORT_TRIES and not is_free(self._ports[name]):
                    # Somebody was quicker between the look and the listening.
                    tries += 1
                    await self.start_service(name)
                    self.write_run()
                    continue
                raise ServiceFailed(f"{name} ended: " + "\n".join(self._last_words.get(name, ())))
            if time.monotonic() > until:
                raise ServiceFailed(f"{name} is not ready: {said.strip()}")
            await asyncio.sleep(0.05)

    def write_run(self) -> Run:
        self.home.keep_passwords(self.users)
        assert self.bus.pid is not None
        assert self.postgres.pid is not None
        services = {name: process.pid for name, process in self._services.items()}
        pids = {"supervisor": os.getpid(), "nats": self.bus.pid, "postgres": self.postgres.pid, **services}
        run = Run(
            nats_port=self.bus.port,
            postgres_port=self.postgres.port,
            pids=pids,
            born={name: born(pid) for name, pid in pids.items()},
            http_ports=self._ports,
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
        return {name: (process.returncode, self._started_at[name]) for name, process in self._services.items()}

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
            watching.cancel()
            await asyncio.wait((watching,))
            if not watching.cancelled():
                self.log("watch", f"ended: {watching.exception()}")

    async def stop(self) -> None:
        """Services first, then the servers; what has ended already is left alone."""
        if self._servers:
            await asyncio.wait(self._servers)
        while self._answering is not None and not self._answering.done():
            # Once is not enough: asyncio.wait_for of Python 3.11 forgets it when what it waited for has just come.
            self._answering.cancel()
            await asyncio.wait((self._answering,), timeout=0.2)
        living = [process for process in self._services.values() if process.returncode is None]
        for process in living:
            process.terminate()
        for process in living:
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()
        for server in ("bus", "postgres"):
            if hasattr(self, server):
                await asyncio.to_thread(getattr(self, server).stop)
        self.home.forget_run()
        if self._lock is not None:
            self._lock.close()

    def pid(self, name: str) -> int:
        return self._services[name].pid
