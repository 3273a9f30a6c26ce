"""What the runtime makes of the hazards of its clients, nats-py and FastStream (docs/stack.md)."""

import asyncio
from pathlib import Path

from services.runtime.process import Process
from services.runtime.settings import Settings
from tests.runtime.stubborn import stubborn
from tests.servers import migrated, running

TREE = Path(__file__).parents[2]


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
