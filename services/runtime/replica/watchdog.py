"""Looks after the service's own durables and streams: that they exist, how much waits in them, how full they are."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import nats
import structlog
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js.api import ConsumerInfo
from nats.js.errors import NotFoundError, ServiceUnavailableError

from contracts.wiring.streams import NO_ROOM_FROM_PERCENT, Durable, percent_of
from services.runtime import metrics

log = structlog.get_logger()

LOOK_EVERY_S = 5.0
NO_JETSTREAM = "the bus has no JetStream, or it does not answer yet: jetstream {} must stand in its configuration"


class Watchdog:
    """A deleted durable is silent (STACK row 5): readiness goes off until the provisioner has made it again."""

    def __init__(
        self, bus: Client, durables: Sequence[Durable], tells_in: Collection[str], lag: dict[str, int]
    ) -> None:
        """`tells_in` are the streams that keep what the service announces: when one is full, nobody hears it."""
        self._stream = bus.jetstream(timeout=5)
        self._durables = durables
        self._tells_in = tells_in
        self._lag = lag
        self.missing: set[str] = set()
        self.full: set[str] = set()
        self.silent: set[str] = set()
        """What is wrong with a bus that answers where JetStream does not."""

    async def run(self) -> None:
        streams = sorted({*self._tells_in, *(durable.stream for durable in self._durables)})
        while True:
            for durable in self._durables:
                await self._look(durable)
            for stream in streams:
                await self._measure(stream)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _measure(self, stream: str) -> None:
        try:
            info = await self._stream.stream_info(stream)
        except (nats.errors.Error, OSError):
            return
        budget = info.config.max_bytes or 0
        metrics.STREAM_MESSAGES.labels(stream).set(info.state.messages)
        metrics.STREAM_BYTES.labels(stream).set(info.state.bytes)
        metrics.STREAM_LIMIT.labels(stream).set(budget if budget > 0 else -1)
        if stream in self._tells_in and percent_of(info.state.bytes, budget) >= NO_ROOM_FROM_PERCENT:
            if stream not in self.full:
                log.error("stream is full; give it a larger store", stream=stream)
            self.full.add(stream)
        else:
            self.full.discard(stream)

    async def _look(self, durable: Durable) -> ConsumerInfo | None:
        try:
            info: ConsumerInfo = await self._stream.consumer_info(durable.stream, durable.name)
        except NotFoundError:
            if durable.name not in self.missing:
                log.error("durable does not exist; run the provisioner", durable=durable.name)
            self.missing.add(durable.name)
            metrics.MISSING.labels(durable.stream, durable.name).set(1)
            return None
        except (NoRespondersError, ServiceUnavailableError):
            if not self.silent:
                log.error("the bus answers without JetStream", durable=durable.name)
            self.silent.add(NO_JETSTREAM)
            return None
        except (nats.errors.Error, OSError):
            return None
        self.silent.clear()
        if durable.name in self.missing:
            log.info("durable is back", durable=durable.name)
            self.missing.discard(durable.name)
        of = durable.stream, durable.name
        waiting, held = info.num_pending or 0, info.num_ack_pending or 0
        self._lag[durable.name] = waiting + held
        metrics.MISSING.labels(*of).set(0)
        metrics.PENDING.labels(*of).set(waiting)
        metrics.ACK_PENDING.labels(*of).set(held)
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
