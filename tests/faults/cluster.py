"""Three nats-servers as one cluster, a proxy before each, every stream kept three times and synced always."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts.wiring import DURABLES, STREAMS, Durable
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK, free_port
from deploy.nats.accounts import Node, Users
from deploy.nats.provision import provision
from tests.faults.proxy import Proxy
from tests.servers import until

REPLICAS = 3


class Cluster:
    """`direct(user)` goes to the servers themselves, `proxied(user)` through the proxies."""

    def __init__(self, home: Path, users: Users) -> None:
        ports = [free_port() for _ in range(REPLICAS)]
        routes = tuple(f"nats-route://{LOOPBACK}:{port}" for port in ports)
        self.users = users
        self.nodes = []
        for n, port in enumerate(ports):
            node = Bus.prepare(home / f"node-{n}", users)
            node.node = Node(f"n{n}", port, routes)
            self.nodes.append(node)
        self.proxies = [Proxy(node.port) for node in self.nodes]

    def direct(self, user: str) -> list[str]:
        return [node.url(user) for node in self.nodes]

    def proxied(self, user: str) -> str:
        password = self.users.password(user)
        return ",".join(f"nats://{user}:{password}@{LOOPBACK}:{proxy.port}" for proxy in self.proxies)

    async def start(self) -> None:
        for node in self.nodes:
            node.launch()
        for proxy in self.proxies:
            await proxy.start()
        await self.healthy()
        await self.provision()

    async def healthy(self, within_s: float = 30.0) -> None:
        """Every node serves and has caught up."""

        async def all_healthy() -> bool:
            return all(await asyncio.gather(*(asyncio.to_thread(node.healthy) for node in self.nodes)))

        await until(all_healthy, within_s, every_s=0.1)

    async def provision(self, within_s: float = 30.0) -> None:
        """Streams and durables; again while the cluster has no leader for them yet."""
        async with asyncio.timeout(within_s):
            while True:
                try:
                    async with connected(self, "provisioner") as bus:
                        await provision(
                            bus.jetstream(timeout=5), self.users.durables(), replicas=REPLICAS, say=lambda _: None
                        )
                except (NatsError, APIError, OSError, TimeoutError):
                    await asyncio.sleep(0.3)
                else:
                    return

    async def leader(self, stream: str) -> Bus:
        """The node that leads a stream; the first one when none does."""
        try:
            async with connected(self, "reader") as bus:
                reply = await bus.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=2)
        except (NatsError, OSError, TimeoutError):
            return self.nodes[0]
        name = json.loads(reply.data).get("cluster", {}).get("leader")
        return next((node for node in self.nodes if node.node and node.node.name == name), self.nodes[0])

    async def waiting(self, *others: Durable) -> dict[str, int]:
        """What our durables and others have not settled: still to be delivered, or delivered and not acknowledged."""
        found: dict[str, int] = {}
        async with connected(self, "reader") as bus:
            for durable in (*(one for of_service in DURABLES.values() for one in of_service), *others):
                reply = await bus.request(f"$JS.API.CONSUMER.INFO.{durable.stream}.{durable.name}", b"", timeout=3)
                info = json.loads(reply.data)
                found[durable.name] = info["num_pending"] + info["num_ack_pending"] if "num_pending" in info else -1
        return found

    async def wipe(self) -> None:
        """Everything that the bus holds is gone; it starts empty."""
        for node in self.nodes:
            node.kill()
        for node in self.nodes:
            shutil.rmtree(node.home / "jetstream", ignore_errors=True)
            node.launch()
        await self.healthy()
        await self.provision()

    async def stop(self) -> None:
        for proxy in self.proxies:
            await proxy.stop()
        for node in self.nodes:
            node.stop()


@asynccontextmanager
async def connected(cluster: Cluster, user: str) -> AsyncIterator[Client]:
    """A connection for a few questions, which gives up soon."""
    client = await nats.connect(
        cluster.direct(user),
        inbox_prefix=f"_INBOX.{user}".encode(),
        connect_timeout=2,
        max_reconnect_attempts=2,
        error_cb=quiet,
    )
    try:
        yield client
    finally:
        await client.close()


async def quiet(error: Exception) -> None:
    """Servers come and go here."""


STREAM_NAMES = tuple(stream.name for stream in STREAMS)
