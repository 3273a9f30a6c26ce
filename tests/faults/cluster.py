"""Three nats-servers as one cluster, a proxy before each, every stream kept three times and synced always."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from contracts.wiring.streams import DURABLES, STREAMS, Durable
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK, free_port
from deploy.nats.durables import make_durable, present_durables
from deploy.nats.provision import provision
from deploy.nats.server import Node
from deploy.nats.users import Users
from tests.faults.disk import Disk
from tests.faults.proxy import Proxy
from tests.faults.tree import HERE, Ended, Tree
from tests.waiting import until

REPLICAS = 3
PATIENCE_S = 3.0
FEW_BYTES = 20_000


class Cluster:
    """`direct(user)` goes to the servers themselves, `proxied(user)` through the proxies."""

    def __init__(self, home: Path, users: Users, tree: Tree = HERE) -> None:
        ports = [free_port() for _ in range(REPLICAS)]
        routes = tuple(f"nats-route://{LOOPBACK}:{port}" for port in ports)
        self.users, self.tree = users, tree
        known = tree.durables()
        self._durables = [one for of_service in DURABLES.values() for one in of_service if one.name in known]
        self.nodes = []
        for n, port in enumerate(ports):
            node = Bus.prepare(home / f"node-{n}", users)
            node.node = Node(f"n{n}", port, routes)
            self.nodes.append(node)
        self.proxies = [Proxy(node.port) for node in self.nodes]
        self.stores = [Disk(node.home / "jetstream") for node in self.nodes]

    def direct(self, user: str) -> list[str]:
        return [node.url(user) for node in self.nodes]

    def proxied(self, user: str) -> str:
        password = self.users.password(user)
        return ",".join(f"nats://{user}:{password}@{LOOPBACK}:{proxy.port}" for proxy in self.proxies)

    async def start(self) -> None:
        for node, store in zip(self.nodes, self.stores, strict=True):
            store.make()
            node.launch()
        for proxy in self.proxies:
            await proxy.start()
        await self.healthy()
        await self.provision(self.tree)

    async def healthy(self, within_s: float = 120.0) -> None:
        """Every node serves and has caught up."""

        async def all_healthy() -> bool:
            return all(await asyncio.gather(*(asyncio.to_thread(node.healthy) for node in self.nodes)))

        await until(all_healthy, within_s, every_s=0.1)

    async def cured(self) -> None:
        """A node that does not get well by itself is started anew, as a supervisor that looks at health does."""
        for node in self.nodes:
            try:
                await until(lambda node=node: asyncio.to_thread(node.healthy), PATIENCE_S, every_s=0.2)
            except TimeoutError:
                node.kill()
                node.launch()
        await self.healthy()

    async def at_its_limit(self, stream: str, seconds: float) -> None:
        """Its budget is what it holds, for a while."""
        async with connected(self, "provisioner") as bus:
            streams = bus.jetstream(timeout=5)
            info = await streams.stream_info(stream)
            budget = info.config.max_bytes
            await streams.update_stream(replace(info.config, max_bytes=info.state.bytes + FEW_BYTES))
        await asyncio.sleep(seconds)
        await self._with_budget(stream, budget)

    async def _with_budget(self, stream: str, budget: int | None) -> None:
        async def so() -> bool:
            try:
                async with connected(self, "provisioner") as bus:
                    streams = bus.jetstream(timeout=5)
                    config = (await streams.stream_info(stream)).config
                    await streams.update_stream(replace(config, max_bytes=budget))
            except (NatsError, APIError, OSError, TimeoutError):
                return False
            return True

        await until(so, every_s=0.3)

    async def provision(self, tree: Tree = HERE, within_s: float = 120.0) -> None:
        """Streams and durables, as the code of a tree has them; again while the cluster has no leader for them yet."""
        async with asyncio.timeout(within_s):
            while True:
                try:
                    await (self._provision() if tree == HERE else self._provision_by(tree))
                except (NatsError, APIError, OSError, TimeoutError, Ended):
                    await asyncio.sleep(0.3)
                else:
                    return

    async def _provision(self) -> None:
        async with connected(self, "provisioner") as bus:
            await provision(bus.jetstream(timeout=5), self.users.durables(), replicas=REPLICAS, say=lambda _: None)

    async def _provision_by(self, tree: Tree) -> None:
        """Ours by the tree's own provisioner; what was made for outsiders stays through every release."""
        node = self.direct("provisioner")[0]
        await tree.runs("deploy.nats.provision", LINZHANG_NATS_URL=node, LINZHANG_REPLICAS=str(REPLICAS))
        async with connected(self, "provisioner") as bus:
            streams = bus.jetstream(timeout=5)
            present = await present_durables(streams)
            for durable in self.users.durables():
                await make_durable(streams, present, durable, lambda _: None)

    async def info(self, bus: Client, stream: str) -> dict[str, Any]:
        reply = await bus.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=2)
        found: dict[str, Any] = json.loads(reply.data)
        return found

    async def leader(self, stream: str) -> Bus:
        """The node that leads a stream; the first one when none does."""
        try:
            async with connected(self, "reader") as bus:
                info = await self.info(bus, stream)
        except (NatsError, OSError, TimeoutError):
            return self.nodes[0]
        name = info.get("cluster", {}).get("leader")
        return next((node for node in self.nodes if node.node and node.node.name == name), self.nodes[0])

    async def waiting(self, *others: Durable) -> dict[str, int]:
        """What our durables and others have not settled: still to be delivered, or delivered and not acknowledged.

        Where services of the release before run, too, ours are those that it knows: what only a newer one hears waits
        for that.
        """
        found: dict[str, int] = {}
        async with connected(self, "reader") as bus:
            for durable in (*self._durables, *others):
                reply = await bus.request(f"$JS.API.CONSUMER.INFO.{durable.stream}.{durable.name}", b"", timeout=3)
                info = json.loads(reply.data)
                found[durable.name] = info["num_pending"] + info["num_ack_pending"] if "num_pending" in info else -1
        return found

    async def wipe(self) -> None:
        """Everything that the bus holds is gone; it starts empty."""
        for node in self.nodes:
            node.kill()
        for node in self.nodes:
            for one in (node.home / "jetstream").iterdir():
                shutil.rmtree(one)
            node.launch()
        await self.healthy()
        await self.provision()

    async def stop(self) -> None:
        for proxy in self.proxies:
            await proxy.stop()
        for node, store in zip(self.nodes, self.stores, strict=True):
            node.kill()
            store.take_away()


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
