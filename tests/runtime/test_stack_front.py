"""What the runtime makes of the hazards of its clients, nats-py and FastStream (docs/stack.md)."""

import asyncio
import re
from pathlib import Path

import nats
import pytest
from nats.errors import TimeoutError as NatsTimeout

from clients.python.bus import connected
from clients.python.refused import Forbidden
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.targets import PlanShown, ShowPlan
from services.runtime.replica.process import Process
from services.runtime.settings import Settings
from tests.runtime.obeying_targets import stubborn
from tests.servers import migrated, running


async def test_the_connection_is_configured_to_be_tried_for_ever_and_watched_closely(bus):
    """STACK rows 6 and 17: at the defaults it gives up after 60 attempts, and notices a dead peer after minutes."""
    process = Process(
        stubborn, Settings(nats_url=bus.url("targets"), database_url="postgresql://nowhere"), end=pytest.fail
    )
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


async def test_faststream_answers_no_command_in_our_place(plain_nats):
    """STACK row 7: it would tell whoever asks what its subscriber returns. Between accounts the bus hides that."""
    process = Process(stubborn, Settings(nats_url=plain_nats, database_url="postgresql://nowhere"), end=pytest.fail)
    await process.broker.start()
    asking = await nats.connect(plain_nats)
    with pytest.raises(NatsTimeout):
        await asking.request(ShowPlan.subject_for(OPERATOR, UNKNOWN), b"{}", timeout=0.3)
    await asking.close()
    await process.stop()
    await process.broker.stop()


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
