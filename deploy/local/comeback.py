"""After a loss: the bus is told again from the record, and nobody from outside comes in before that is done."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import nats

from clients.python.bus import connected
from clients.python.refused import BusError
from contracts.every_service import ServiceStatus, ShowStatus
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from deploy.local.bus import Bus
from deploy.local.home import Home
from deploy.local.private import write_private
from deploy.nats.provisioning import Provisioning

LOOK_EVERY_S = 0.2
SAID_EVERY_S = 5.0
TWICE = 2
"""What is handled in between may be told in between: nothing must wait at two looks in a row."""


class Loss(StrEnum):
    """What was lost, as `lost.json` in the home keeps it until everything is back."""

    BUS = "bus"
    DATABASE = "database"


class DatabaseGone(Exception):
    """The bus has what was told, and the record is gone; the message names the remedy."""


def loss(home: Home) -> Loss | None:
    """What has been lost there, if anything. Raises DatabaseGone."""
    kept = home.path / "lost.json"
    if kept.exists():
        return Loss(json.loads(kept.read_text("utf-8"))["what"])
    record = (home.path / "postgres" / "data" / "PG_VERSION").exists()
    told = any((home.path / "nats" / "jetstream").rglob("streams/*"))
    if told and not record:
        data = home.path / "postgres" / "data"
        raise DatabaseGone(f"{data} holds no database, and the bus has what was told: linzhang restore brings it back")
    if record and not told:
        note(home, Loss.BUS)
        return Loss.BUS
    return None


def note(home: Home, what: Loss, **more: str) -> None:
    write_private(home.path / "lost.json", json.dumps({"what": what, **more}))


def forget(home: Home) -> None:
    (home.path / "lost.json").unlink(missing_ok=True)


class Stack(Protocol):
    """What comes back."""

    home: Home
    bus: Bus
    provisioning: Provisioning

    def log(self, name: str, line: str) -> None: ...

    def write_run(self) -> object: ...

    async def migrate(self) -> None: ...

    async def run_job(self, name: str, *module: str) -> None: ...


class Comeback:
    """Of one stack, step by step."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def agree(self, lost: Loss) -> None:
        """Settle what bus and record have of each other, before anybody works on either."""
        self._stack.log("comeback", f"the {lost} was lost; outsiders wait until everything is told again")
        await self._stack.migrate()
        more = ("restored",) if lost is Loss.DATABASE else ()
        await self._stack.run_job("comeback", "services.runtime.telling.comeback", *more)

    async def let_in(self) -> None:
        """Wait until all is told and heard, then serve those outside again."""
        await told_again(self._stack.bus, self._stack.provisioning, self._stack.log)
        await self._stack.provisioning.bring_up()
        forget(self._stack.home)

    async def without_the_bus(self) -> None:
        """The bus runs again and has nothing of what it had; the services live."""
        note(self._stack.home, Loss.BUS)
        await self.agree(Loss.BUS)
        await self._stack.provisioning.bring_up(ours_only=True)
        await self.let_in()
        self._stack.write_run()


async def told_again(bus: Bus, provisioning: Provisioning, log: Callable[[str, str], None]) -> None:
    """Wait until no outbox has anything unsent and nothing waits for our services."""
    began_at = said_at = time.monotonic()
    quiet = 0
    while quiet < TWICE:
        left = await _left(bus, provisioning)
        quiet = quiet + 1 if left == 0 else 0
        if left and time.monotonic() > said_at + SAID_EVERY_S:
            said_at = time.monotonic()
            log("comeback", f"{left} messages are on their way" if left > 0 else "the services do not answer yet")
        await asyncio.sleep(LOOK_EVERY_S)
    log("comeback", f"everything is told and heard after {time.monotonic() - began_at:.1f} s; outsiders may come in")


async def _left(bus: Bus, provisioning: Provisioning) -> int:
    """How many messages are on their way; -1 while nobody can say."""
    try:
        async with connected([bus.url(OPERATOR)], OPERATOR) as operator:
            found = [
                await operator.ask(ShowStatus(), OPERATOR, UNKNOWN, ServiceStatus, service=name, timeout=5)
                for name in SERVICES
            ]
        durables = [durable for name in SERVICES for durable in DURABLES.get(name, ())]
        return sum(one.outbox_unsent for one in found) + await provisioning.waiting(durables)
    except (BusError, nats.errors.Error, OSError):
        return -1
