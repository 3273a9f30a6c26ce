"""Looks after the service's own durables: that they exist, and how much waits in them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import nats
import structlog
from nats.aio.client import Client
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError

from contracts.wiring import Durable
from services.runtime import metrics

log = structlog.get_logger()

LOOK_EVERY_S = 5.0


class Watchdog:
    """A deleted durable is silent (STACK row 5): readiness goes off until the provisioner has made it again."""

    def __init__(self, bus: Client, durables: Sequence[Durable], lag: dict[str, int]) -> None:
        self._stream = bus.jetstream(timeout=5)
        self._durables = durables
        self._lag = lag
        self.missing: set[str] = set()

    async def run(self) -> None:
        while True:
            for durable in self._durables:
                await self._look(durable)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, durable: Durable) -> ConsumerInfo | None:
        try:
            info: ConsumerInfo = await self._stream.consumer_info(durable.stream, durable.name)
        except NotFoundError:
            if durable.name not in self.missing:
                log.error("durable does not exist; run the provisioner", durable=durable.name)
            self.missing.add(durable.name)
            return None
        except (nats.errors.Error, OSError):
            return None
        if durable.name in self.missing:
            log.info("durable is back", durable=durable.name)
            self.missing.discard(durable.name)
        self._lag[durable.name] = (info.num_pending or 0) + (info.num_ack_pending or 0)
        metrics.LAG.labels(durable.name).set(self._lag[durable.name])
        return info

    async def caught_up(self, durables: Sequence[Durable]) -> None:
        """Wait until nothing waits in these durables: until then the view does not know enough to judge by."""
        delay_s = 0.05
        for durable in durables:
            while True:
                seen = await self._look(durable)
                if seen is not None and not seen.num_pending and not seen.num_ack_pending:
                    break
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 1.5, 1.0)
