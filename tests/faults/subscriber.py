"""A department that asked for order: it keeps each aggregate by `sequence`, whatever comes twice, late or early."""

from __future__ import annotations

import asyncio

import nats
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from contracts.wiring.streams import Durable
from deploy.nats.users import Department
from tests.faults.cluster import Cluster, quiet

AT_ONCE = 200
AGAIN_AFTER_S = 0.5


class Orderly(Department):
    """Hears all that the cases of its region tell, through one durable: order is kept within a durable."""

    def durables(self) -> tuple[Durable, ...]:
        return (Durable(f"{self.name}-order", "CASES", f"cases.*.v1.{self.division.wildcard}", owner=self.name),)


class Subscriber:
    """`last` is the sequence that each aggregate has come to; `early` counts what came before its turn."""

    def __init__(self, cluster: Cluster, department: Orderly) -> None:
        self._address = cluster.proxied(department.name).split(",")
        self._user = department.name
        self._durable = department.durables()[0]
        self.last: dict[str, int] = {}
        self.repeated = self.early = 0

    async def run(self) -> None:
        client = await nats.connect(
            self._address,
            inbox_prefix=f"_INBOX.{self._user}".encode(),
            connect_timeout=2,
            reconnect_time_wait=0.2,
            max_reconnect_attempts=-1,
            ping_interval=5,
            error_cb=quiet,
        )
        bus = client.jetstream(prefix="FOREST.API")
        facts = await bus.pull_subscribe_bind(self._durable.name, self._durable.stream)
        try:
            while True:
                try:
                    for message in await facts.fetch(AT_ONCE, timeout=1):
                        await self._hear(message)
                except (NatsError, OSError, TimeoutError):
                    await asyncio.sleep(0.1)
        finally:
            await client.close()

    async def _hear(self, message: Msg) -> None:
        told = message.headers or {}
        key, sequence = told["ce-partitionkey"], int(told["ce-sequence"])
        known = self.last.get(key, 0)
        if sequence > known + 1:
            self.early += 1
            await message.nak(delay=AGAIN_AFTER_S)
            return
        if sequence == known + 1:
            self.last[key] = sequence
        else:
            self.repeated += 1
        await message.ack()
