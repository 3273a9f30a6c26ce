"""Whether everything that was lost has been told and heard again, as the services and the bus say."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager

import nats

from clients.python.bus import Bus, connected
from clients.python.refused import BusError
from contracts.access import PROVISIONER
from contracts.every_service import RefillBus, ServiceStatus, ShowStatus
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from deploy.nats.provisioning import Provisioning

LOOK_EVERY_S = 0.2
SAID_EVERY_S = 5.0
TWICE = 2
"""What is handled in between may be told in between: nothing must wait at two looks in a row."""


class Telling:
    """Of one system, from now on."""

    def __init__(self, provisioning: Provisioning) -> None:
        self._provisioning = provisioning
        self._began_at = self._said_at = time.monotonic()
        self._quiet = 0

    async def to_its_end(self) -> None:
        over = False
        while not over:
            over = await self.is_over()
            await asyncio.sleep(LOOK_EVERY_S)

    async def is_over(self) -> bool:
        """Whether no outbox has anything unsent and nothing waits for our services, at this look and the one before."""
        left = await self._left()
        self._quiet = self._quiet + 1 if left == 0 else 0
        if left and time.monotonic() > self._said_at + SAID_EVERY_S:
            self._said_at = time.monotonic()
            self._say(f"{left} messages are on their way" if left > 0 else "the services do not answer yet")
        if self._quiet >= TWICE:
            took_s = time.monotonic() - self._began_at
            self._say(f"everything is told and heard after {took_s:.1f} s; outsiders may come in")
        return self._quiet >= TWICE

    async def begin(self) -> None:
        """Have every service tell everything once more, as soon as all of them answer."""
        asked = False
        while not asked:
            asked = await self.again()
            await asyncio.sleep(LOOK_EVERY_S)

    async def again(self) -> bool:
        """Have every service tell everything once more; False while one does not answer."""
        try:
            async with self._asking() as bus:
                for name in SERVICES:
                    await bus.ask(RefillBus(), OPERATOR, UNKNOWN, Done, service=name, timeout=5)
        except (BusError, OSError):
            return False
        return True

    def _asking(self) -> AbstractAsyncContextManager[Bus]:
        provisioning = self._provisioning
        return connected([provisioning.place.address()], PROVISIONER, ca_file=provisioning.ca_file)

    async def _left(self) -> int:
        """How many messages are on their way; -1 while nobody can say."""
        try:
            async with self._asking() as bus:
                found = [
                    await bus.ask(ShowStatus(), OPERATOR, UNKNOWN, ServiceStatus, service=name, timeout=5)
                    for name in SERVICES
                ]
            durables = [durable for name in SERVICES for durable in DURABLES.get(name, ())]
            return sum(one.outbox_unsent for one in found) + await self._provisioning.waiting(durables)
        except (BusError, nats.errors.Error, OSError):
            return -1

    def _say(self, line: str) -> None:
        self._provisioning.log("comeback", line)
