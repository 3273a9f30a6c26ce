"""When all that was begun is done: nothing waits anywhere, and nothing is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from cli.system.standing import status_of
from clients.python.bus import Bus
from contracts.every_service import ServiceStatus
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES

WITHIN_S = 60.0
HUSHED_S, LONGEST_S = 0.05, 0.4
"""Whoever works tells of it: where nothing has been heard for so long, it is worth asking whether all are done.

It is asked less often the longer it takes: who answers works for that, too.
"""


class Standing(NamedTuple):
    """How many things are due, and how far each durable is."""

    due: int
    delivered: tuple[int, ...]


class Quiet:
    """Asks an operator's questions of every service, and a reader's of every durable; `heard` counts what was told."""

    def __init__(self, operator: Bus, reader: Bus, heard: Callable[[], int]) -> None:
        self._operator, self._reader, self._heard = operator, reader, heard

    async def has_heard(self, now: datetime) -> None:
        """Wait until every service has heard what time it is."""
        async with asyncio.timeout(WITHIN_S):
            while await self._standing(now) is None:  # noqa: ASYNC110  the services are others' processes
                await asyncio.sleep(0.01)

    async def comes(self, now: datetime) -> bool:
        """Wait until nothing waits: no message, no outbox row, nothing due. Raises TimeoutError.

        False when only what is due is left: the clocks look again when the time moves, else only every few seconds.
        """
        last: Any = None
        hushed_s = HUSHED_S
        async with asyncio.timeout(WITHIN_S):
            while True:
                await self._hushed(hushed_s)
                found = await self._waiting(now)
                if found is not None and found == last:
                    return not found.due
                hushed_s = HUSHED_S if found is not None else min(2 * hushed_s, LONGEST_S)
                last = found

    async def _hushed(self, seconds: float) -> None:
        """Wait until nothing has been heard for so long."""
        before = -1
        while before != (before := self._heard()):  # noqa: ASYNC110  the services are others' processes
            await asyncio.sleep(seconds)

    async def _waiting(self, now: datetime) -> Standing | None:
        """How far every durable is, and how much is due, when nothing else waits; None when something does.

        Services answer first: what one of them did until then stands on the bus when the durables are looked at.
        """
        services = await self._standing(now)
        if services is None or any(one.outbox_unsent for one in services):
            return None
        streams = sorted({durable.stream for service in SERVICES for durable in DURABLES[service]})
        consumers = await asyncio.gather(*(self._reader.consumers(stream) for stream in streams))
        ours = {durable.name for service in SERVICES for durable in DURABLES[service]}
        found = [one for of_stream in consumers for one in of_stream if one["name"] in ours]
        if any(one["num_pending"] or one["num_ack_pending"] for one in found):
            return None
        due = sum(sum(one.due.values()) for one in services)
        return Standing(due, tuple(one["delivered"]["consumer_seq"] for one in found))

    async def _standing(self, now: datetime) -> list[ServiceStatus] | None:
        """How every service stands at the present time; None when one does not answer or has not heard of it."""
        answers = await asyncio.gather(*(status_of(self._operator, service) for service in SERVICES))
        found = [one for one in answers if one is not None and one.now == now]
        return found if len(found) == len(SERVICES) else None
