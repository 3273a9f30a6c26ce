"""What a stop leaves behind: nothing half done, nothing that comes again only after a while (STACK row 12)."""

import asyncio

from tests.runtime.inside import inside
from tests.servers import migrated, until


async def test_a_relay_that_is_stopped_just_as_it_is_woken_stops(bus):
    """STACK row 12: on Python 3.11 `asyncio.wait_for` swallows a stop that comes together with what it waits for."""
    async with inside(bus, await migrated("targets")) as runtime:
        for turns in range(5):
            relaying = runtime.begin(runtime.relay.run())

            async def leads():
                return runtime.relay.leading

            await until(leads)
            await asyncio.sleep(0.05)  # it looks into the outbox once, then waits
            runtime.relay.wake()
            for _ in range(turns):
                await asyncio.sleep(0)
            relaying.cancel()
            done, _ = await asyncio.wait([relaying], timeout=5)
            assert done == {relaying}, turns
