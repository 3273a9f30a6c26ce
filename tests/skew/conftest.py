"""The five services as they are, on one bus and one database, who hear what a later version tells."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest

from contracts.cases import CaseLeft
from contracts.wiring.table import SERVICES
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK
from deploy.nats.accounts import SUPERVISOR
from deploy.nats.provision import provision
from deploy.nats.telling import reload
from deploy.nats.users import Department, Integrator, Users
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.wire import Wire
from tests.outsiders import FULIANG
from tests.servers import database, running

UNKNOWN_FACT = "cases.danced.v1"
"""A fact of a known service that the next release tells; nobody here knows it."""
UNKNOWN_VERBS = ("dance.v1", "status.v2")
"""Commands of every service that the next release answers."""
_STATUS = re.compile(r'"(cmd\.\w+\.)status\.v1([^"]*)"')


def _lets_in_more(configuration: str) -> str:
    """What the next release lets in besides: a fact and some commands more."""
    known = f'"{CaseLeft.name}.>"'
    assert known in configuration
    lines = configuration.replace(known, f'{known}, "{UNKNOWN_FACT}.>"').splitlines()
    for at, line in enumerate(lines):
        if found := _STATUS.search(line):
            more = [f'"{found[1]}{verb}{found[2]}"' for verb in UNKNOWN_VERBS]
            named = line.lstrip().startswith("{service: ")
            lines[at] = (
                "\n".join([line, *(line.replace(found[0], one) for one in more)])
                if named
                else _STATUS.sub(
                    lambda one: ", ".join([one[0], *(f'"{one[1]}{verb}{one[2]}"' for verb in UNKNOWN_VERBS)]), line
                )
            )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Older:
    """The services as they are, by what they say and keep."""

    bus: Bus
    wire: Wire
    dsns: dict[str, str]

    async def letters(self, service: str) -> dict[str, dict[str, Any]]:
        """Its dead letters by the id of the message."""
        sql = await asyncpg.connect(self.dsns[service])
        try:
            rows = await sql.fetch("SELECT id, message_id, durable, reason, attempts, state FROM dead_letters")
        finally:
            await sql.close()
        return {row["message_id"]: dict(row) for row in rows}


@pytest.fixture(scope="module")
async def next_bus(tmp_path_factory) -> AsyncIterator[tuple[Bus, Wire]]:
    """A bus whose provisioner is of the next release: it takes a fact that nobody here knows."""
    everything = Department("everything", (), FULIANG, all_of=("cases",))
    server = Bus.prepare(tmp_path_factory.mktemp("bus"), Users((Integrator("acme"), everything)), sync="2m")
    server.start()
    configuration = server.home / "server.conf"
    configuration.write_text(_lets_in_more(configuration.read_text()))
    assert (await reload(server.url(SUPERVISOR)))[1] == ""
    wire = Wire(f"nats://{LOOPBACK}:{server.port}", server.users.passwords)
    async with wire.user("provisioner") as client:
        streams = client.jetstream(timeout=10)
        await provision(streams, server.users.durables(), say=lambda _: None)
        cases = (await streams.stream_info("CASES")).config
        await streams.update_stream(replace(cases, subjects=[*(cases.subjects or ()), f"{UNKNOWN_FACT}.>"]))
    yield server, wire
    server.kill()


@pytest.fixture(scope="module")
async def older(next_bus) -> AsyncIterator[Older]:
    server, wire = next_bus
    dsns = await database(*SERVICES)
    async with AsyncExitStack() as stack:
        for service in SERVICES:
            await stack.enter_async_context(running(service, server, dsns[service]))
        for scenario in SCENARIOS.values():
            await wire.tell(*scenario.reference)
        yield Older(server, wire, dsns)
