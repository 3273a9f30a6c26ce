"""Every command is answered, whatever it weighs and whatever its handler meets."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import MAX_COMMAND_BYTES
from contracts.targets import ShowPlan
from services.runtime.ids import uuid7
from tests.outsiders import FULIANG
from tests.raw import Raw, pub
from tests.servers import migrated, running
from tests.telling import connect

HEADERS = to_headers(Envelope(uuid7(), "zhang", ShowPlan.type(), datetime.now(UTC)))


@asynccontextmanager
async def asking(bus, name):
    async with running("targets", bus, await migrated("targets")) as service:
        client = await connect(bus, name)
        yield client
        assert service.process.returncode is None
        assert not any("breaker open" in line for line in service.log)
        await client.close()


@pytest.mark.parametrize(("size", "status"), [(MAX_COMMAND_BYTES, 400), (MAX_COMMAND_BYTES + 1, 413)])
async def test_a_command_that_weighs_too_much_is_told_how_much_it_may(bus, size, status):
    async with asking(bus, "zhang") as zhang:
        subject = ShowPlan.subject_for("zhang", FULIANG)
        problem = json.loads((await zhang.request(subject, b"x" * size, timeout=10, headers=HEADERS)).data)
    assert (problem["status"], problem["errors"][0]["field"]) == (status, "body")
    assert (str(MAX_COMMAND_BYTES) in problem["errors"][0]["rule"]) == (status == 413)


@pytest.mark.parametrize(("name", "size"), [("zhang", 190_000), (OPERATOR, 900_000)])
async def test_hundreds_of_large_commands_are_each_answered_and_cut_nobody(bus, name, size):
    """STACK row 32."""
    async with asking(bus, name) as client:
        subject = ShowPlan.subject_for(name, FULIANG if name == "zhang" else UNKNOWN)
        asked = (client.request(subject, b"x" * size, timeout=60, headers=HEADERS) for _ in range(300))
        told = [json.loads(reply.data)["status"] for reply in await asyncio.gather(*asked)]
    assert set(told) <= {413, 503}
    assert 413 in told


async def test_what_no_command_may_weigh_ends_its_sender_at_the_server_and_nobody_else(bus):
    """STACK row 32."""
    async with asking(bus, OPERATOR) as operator:
        raw = await Raw.connect(bus.url("zhang"))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await raw.send(pub(ShowPlan.subject_for("zhang", FULIANG).encode(), b"x" * 900_000))
        told = await operator.request(ShowPlan.subject_for(OPERATOR, UNKNOWN), b"{", timeout=10)
    assert json.loads(told.data)["status"] == 400
