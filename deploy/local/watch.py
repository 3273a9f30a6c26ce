"""Keeps an embedded system alive: starts again what has ended or is not well, and takes up changes of its users."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import nats

from clients.python.together import side_by_side, to_its_end
from contracts.wiring.table import SERVICES
from deploy.comeback.lost import Loss
from deploy.local.bus import Bus, BusFailed
from deploy.local.comeback import Comeback
from deploy.local.home import Home
from deploy.local.postgres import Postgres, PostgresFailed
from deploy.nats.provision import WouldLoseData
from deploy.nats.provisioning import Provisioning
from deploy.nats.telling import SILENT
from deploy.nats.user_changes import NotDone
from deploy.nats.users import Users

LOOK_EVERY_S = 0.5
ASK_EVERY_S = 2.0
UNWELL_FOR_S = 15.0
"""A server that says for so long that it is not well is started again: it is not expected to come round by itself."""
SILENT_FOR_S = 30.0
"""The same for one that says nothing: it may only be slow."""
ROOM_BYTES = 16 * 1024 * 1024
"""Free on its disk, before a server is started again: on a full one it would only fail again."""
MAKE_ROOM_EVERY_S = 15.0
STEADY_AFTER_S = 60.0
LONGEST_DELAY_S = 30.0


class Watched(Protocol):
    """What is kept alive: two servers and the services."""

    home: Home
    bus: Bus
    postgres: Postgres
    provisioning: Provisioning
    users: Users

    def log(self, name: str, line: str) -> None: ...

    def write_run(self) -> object: ...

    def services(self) -> dict[str, tuple[int | None, float]]: ...

    async def start_service(self, name: str) -> None: ...

    async def migrate(self) -> None: ...

    async def run_job(self, name: str, *module: str) -> None: ...


class Watch:
    """Of one stack; runs until cancelled."""

    def __init__(self, stack: Watched) -> None:
        self._stack = stack

    async def run(self) -> None:
        stack = self._stack
        await side_by_side(
            self._keep("nats", stack.bus),
            self._keep("postgres", stack.postgres),
            self._keep_services(),
            self._ask_for(LOOK_EVERY_S, self._take_up_users),
            self._ask_for(MAKE_ROOM_EVERY_S, stack.provisioning.make_room),
        )

    async def _keep(self, name: str, server: Bus | Postgres) -> None:
        """A process that lives may serve nobody: after a full disk the bus keeps its write error (STACK row 31)."""
        unwell_since: float | None = None
        asked_at = told_of_disk = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if server.process is not None and server.process.poll() is not None:
                self._stack.log(name, f"ended with {server.process.returncode}; started again")
                await self._start(name, server)
                unwell_since = None
            now = time.monotonic()
            if now < asked_at + ASK_EVERY_S:
                continue
            asked_at = now
            told = await asyncio.to_thread(server.unwell)
            if not told:
                if unwell_since is not None:
                    self._stack.log(name, "is well again")
                unwell_since = None
            elif unwell_since is None:
                unwell_since = now
                self._stack.log(name, f"is not well: {told}")
            elif now > unwell_since + (SILENT_FOR_S if told.startswith(SILENT) else UNWELL_FOR_S):
                if free_bytes(server.home) >= ROOM_BYTES:
                    self._stack.log(name, f"is not well: {told}; started again")
                    await to_its_end(asyncio.to_thread(server.stop))
                    await self._start(name, server)
                    unwell_since = None
                elif now > told_of_disk + LONGEST_DELAY_S:
                    told_of_disk = now
                    self._stack.log(
                        name, f"is not well, and its disk is full: {told}; started again when there is room"
                    )

    async def _start(self, name: str, server: Bus | Postgres) -> None:
        delay_s = 1.0
        lost = server is self._stack.bus and self._stack.bus.is_empty()
        if lost:
            self._stack.home.lost.note(Loss.BUS)
            self._stack.users.outsiders = ()
        while True:
            try:
                # A thread cannot be cancelled: what it starts would stay behind.
                await to_its_end(asyncio.to_thread(server.start))
            except (BusFailed, PostgresFailed, OSError) as failed:
                self._stack.log(name, f"{failed}; tried again in {delay_s:g} s")
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, LONGEST_DELAY_S)
            else:
                self._stack.write_run()
                break
        if lost:
            await Comeback(self._stack).without_the_bus()

    async def _keep_services(self) -> None:
        delays_s = dict.fromkeys(SERVICES, 0.0)
        again_at: dict[str, float] = {}
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = time.monotonic()
            for name, (returncode, started_at) in self._stack.services().items():
                if returncode is None:
                    if now > again_at.get(name, now) + STEADY_AFTER_S:
                        delays_s[name] = 0.0
                elif name not in again_at or again_at[name] < started_at:
                    self._stack.log(name, f"ended with {returncode}; starts again in {delays_s[name]:g} s")
                    again_at[name] = now + delays_s[name]
                elif now >= again_at[name]:
                    delays_s[name] = min(delays_s[name] * 2 + 0.5, LONGEST_DELAY_S)
                    await self._stack.start_service(name)
                    self._stack.write_run()

    async def _ask_for(self, every_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """While the server is away, or takes up its accounts, it answers nobody; it is asked again."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await work()
            except (nats.errors.Error, OSError) as error:
                self._stack.log("bus", f"does not answer yet ({type(error).__name__}); asked again")

    async def _take_up_users(self) -> None:
        provisioning = self._stack.provisioning
        if provisioning.users_changed:
            try:
                await provisioning.bring_up()
            except (WouldLoseData, NotDone) as refused:
                provisioning.looked_at = provisioning.place.users_file.changed_at()
                self._stack.log("users", f"not taken up: {refused}")
                return
            count = len(self._stack.users.outsiders)
            self._stack.log("users", f"{count} users outside the services are taken up")


def free_bytes(home: Path) -> int:
    """Of the disks that a server writes to, on the fullest."""
    found = [os.statvfs(path) for path in (home, *home.iterdir()) if path.is_dir()]
    return min(disk.f_bavail * disk.f_frsize for disk in found)
