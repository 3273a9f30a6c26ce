"""What the runtime makes of the hazards of its clients, nats-py and FastStream (docs/stack.md)."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.bus import Forbidden, connected
from contracts.commands import OPERATOR, PlanShown, ShowPlan
from contracts.division import UNKNOWN, Division
from contracts.event import Envelope, to_headers
from services.runtime.ids import uuid7
from services.runtime.process import Process
from services.runtime.settings import Settings
from tests.runtime.stubborn import stubborn
from tests.servers import migrated, running
from tests.telling import connect


async def test_the_connection_is_configured_to_be_tried_for_ever_and_watched_closely(bus):
    """STACK rows 6 and 17: at the defaults it gives up after 60 attempts, and notices a dead peer after minutes."""
    process = Process(stubborn, Settings(nats_url=bus.url("targets"), database_url="postgresql://nowhere"))
    client = await process.broker.connect()
    chosen = ("max_reconnect_attempts", "ping_interval", "max_outstanding_pings")
    assert [client.options[name] for name in chosen] == [-1, 5, 2]
    await process.stop()
    await process.broker.stop()


async def test_a_connection_that_is_closed_for_good_ends_the_service_as_a_failure(bus):
    """STACK row 6: the server turns the user out, and the client does not try again; a supervisor must."""
    async with running("targets", bus, await migrated("targets")) as service:
        bus.users.passwords["targets"] = "another"
        bus.reload()
        assert await asyncio.wait_for(service.process.wait(), 10) == 1
    assert any("the bus connection is closed for good" in line for line in service.log)


async def test_a_command_is_answered_once_and_only_on_its_own_reply_subject(bus):
    """STACK row 7: FastStream would answer too, with what its subscriber returns."""
    operator, reader = await connect(bus, OPERATOR), await connect(bus, "reader")
    overheard = await reader.subscribe("targets.>")
    await reader.flush()
    told = to_headers(Envelope(uuid7(), OPERATOR, ShowPlan.type(), datetime.now(UTC)))
    told["reply_to"] = "targets.set.v1.36.02.22.104.201.x"
    inbox = operator.new_inbox()
    answers = await operator.subscribe(inbox)
    async with running("targets", bus, await migrated("targets")):
        subject = ShowPlan.subject_for(OPERATOR, UNKNOWN)
        await operator.publish(subject, b'{"year": 2020}', reply=inbox, headers=told)
        assert json.loads((await answers.next_msg(timeout=5)).data)["targets"] == []
        # Whatever else it said to that question came before the answer to the next one.
        await operator.request(subject, b'{"year": 2020}', headers=told, timeout=5)
    assert (answers.pending_msgs, overheard.pending_msgs) == (0, 0)
    await operator.close()
    await reader.close()


def test_no_test_is_run_on_the_brokers_stand_in():
    """STACK row 18: TestNatsBroker knows no redelivery, no deduplication and no acknowledgement."""
    tests = Path(__file__).parents[1].rglob("*.py")
    assert [path.name for path in tests if re.search(r"TestNatsBroker\(", path.read_text("utf-8"))] == []


async def test_whoever_asks_what_is_forbidden_is_told_so_instead_of_a_timeout(bus):
    """STACK row 25: the bus tells it apart from the request, and never answers."""
    async with connected(bus.url("zhang"), "zhang") as zhang:
        with pytest.raises(Forbidden) as refused:
            await zhang.ask(ShowPlan(year=2020), "zhang", Division("360281000000"), PlanShown)
    assert refused.value.about["subject"].startswith("cmd.targets.show_plan.v1.zhang.36.02.81")
