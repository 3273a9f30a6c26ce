"""A nats-server and a PostgreSQL with nothing of ours on them, for the floor and for the naive way."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import nats
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from deploy.local.bus import binary
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.postgres import Postgres, temporary_home
from tests.bench import samples

HOPS = 3
PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
TOLD = ("patrol.located.v1", "cases.opened.v1")
"""What ours tells after the first and after the second hop; the others send as many bytes."""


@dataclass(frozen=True, slots=True)
class Bare:
    """Where both are."""

    url: str
    dsn: str
    pids: dict[str, int]
    """The bus and PostgreSQL."""

    async def connect(self) -> Client:
        return await nats.connect(self.url, pending_size=256 * 1024 * 1024)


@asynccontextmanager
async def bare(sync: str) -> AsyncIterator[Bare]:
    """Both servers, set as ours are, with a stream and a table for each hop of both ways."""
    home = temporary_home()
    postgres = Postgres.prepare(home / "postgres")
    await asyncio.to_thread(postgres.start)
    port = free_port()
    configuration = home / "nats.conf"
    configuration.write_text(
        f'host: {LOOPBACK}\nport: {port}\njetstream {{ store_dir: "{home / "jetstream"}", sync_interval: {sync} }}\n'
    )
    server = await asyncio.create_subprocess_exec(binary(), "-c", configuration, stderr=subprocess.DEVNULL)
    assert postgres.pid is not None
    pids = {"bus": server.pid, "PostgreSQL": postgres.pid}
    found = Bare(f"nats://{LOOPBACK}:{port}", postgres.admin_dsn, pids)
    try:
        await _prepare(found)
        yield found
    finally:
        server.terminate()
        await server.wait()
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _prepare(found: Bare) -> None:
    sql = await asyncpg.connect(found.dsn)
    client = await nats.connect(found.url, max_reconnect_attempts=50, reconnect_time_wait=0.1, error_cb=_not_yet)
    stream = client.jetstream(timeout=10)
    for way in ("floor", "naive"):
        for hop in range(HOPS):
            await sql.execute(f"CREATE TABLE {way}_{hop} (id text PRIMARY KEY, body bytea NOT NULL)")
            await stream.add_stream(StreamConfig(name=f"{way}_{hop}", subjects=[f"{way}.{hop}"]))
            config = ConsumerConfig(durable_name=way, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=20_000)
            if way == "floor":
                await stream.add_consumer(f"{way}_{hop}", config)
    for name in samples.STREAMS:
        await stream.add_stream(StreamConfig(name=f"fair_{name}", subjects=[f"fair.{name}.>"]))
    for hop, heard in samples.HEARS.items():
        await sql.execute(f"CREATE TABLE fair_{hop} (id text PRIMARY KEY, body bytea NOT NULL)")
        config = ConsumerConfig(durable_name=hop, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=20_000)
        await stream.add_consumer(f"fair_{heard}", config)
    await sql.close()
    await client.close()


async def _not_yet(_: Exception) -> None:
    """The server is still starting."""


class Processes:
    """Programs of this folder, each a process of its own."""

    def __init__(self, module: str, found: Bare, arguments: Sequence[str], *others: str) -> None:
        """One for each of the arguments; `others` are the same for all."""
        command = (sys.executable, "-W", "ignore", "-m", f"tests.bench.{module}", found.url, found.dsn)
        self._running = [subprocess.Popen([*command, argument, *others]) for argument in arguments]
        self.pids = {argument: one.pid for argument, one in zip(arguments, self._running, strict=True)}

    def require_alive(self) -> None:
        assert all(one.poll() is None for one in self._running), "a program of the bench has ended"

    def hold(self, *, on: bool) -> None:
        for one in self._running:
            os.kill(one.pid, signal.SIGSTOP if on else signal.SIGCONT)

    def stop(self) -> None:
        for one in self._running:
            one.kill()
            one.wait()


def told_after(hop: int) -> bytes:
    """A recorded fact of the size that ours sends on after a hop."""
    return next((PAYLOADS / TOLD[hop]).glob("*.json")).read_bytes()
