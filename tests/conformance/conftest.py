"""The service under test: one that runs on a bus that is named, else each of ours and the stand-in in turn."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.wiring.table import SERVICES
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import temporary_home
from deploy.nats.users import Integrator, Users
from tests.conformance.wire import Wire

BUS, SERVICE, PASSWORDS = (os.environ.get(f"LINZHANG_CONFORMANCE_{name}") for name in ("BUS", "SERVICE", "PASSWORDS"))
STAND_IN = "notify (stand-in)"
OURS = (*SERVICES, STAND_IN)
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class UnderTest:
    """A service by its name, on a bus."""

    service: str
    wire: Wire


@asynccontextmanager
async def own_bus():
    home = temporary_home()
    server = Bus.prepare(home, Users((Integrator("acme"),)), sync="2m")
    server.start()
    try:
        wire = Wire(f"nats://{LOOPBACK}:{server.port}", server.users.passwords)
        await wire.provision()
        yield server, wire
    finally:
        server.stop()


@asynccontextmanager
async def stand_in(server: Bus, state: Path):
    """The stand-in as a process of its own; it ends when it is told to."""
    environment = {"PATH": os.environ["PATH"], "LINZHANG_NATS_URL": server.url("notify"), "STATE": str(state)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "stand_in" / "notify.py"), env=environment
    )
    try:
        yield process
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


@pytest.fixture(scope="module", params=[SERVICE] if SERVICE else OURS)
async def under_test(request, tmp_path_factory):
    if BUS:
        wire = Wire(BUS, json.loads(Path(PASSWORDS).read_text(encoding="utf-8")))
        await wire.provision()
        await wire.ready(SERVICE)
        yield UnderTest(SERVICE, wire)
        return
    from tests.servers import database, running  # ours: whoever checks a service of their own needs nothing of it

    async with AsyncExitStack() as stack:
        server, wire = await stack.enter_async_context(own_bus())
        name = request.param.partition(" ")[0]
        if request.param == STAND_IN:
            await stack.enter_async_context(stand_in(server, tmp_path_factory.mktemp("stand-in") / "state.db"))
        else:
            await stack.enter_async_context(running(name, server, (await database(name))[name]))
        await wire.ready(name)
        yield UnderTest(name, wire)
