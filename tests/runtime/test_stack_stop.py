"""What a stop leaves behind: nothing half done, nothing that comes again only after a while (STACK row 12)."""

import asyncio
import os
import signal

import asyncpg

from tests.runtime.obeying_targets import TABLE
from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.runtime.test_away import MODULE
from tests.servers import migrated, running
from tests.waiting import until


async def test_what_a_pull_gives_back_goes_to_another_at_once_and_not_back_to_itself(bus):
    """STACK row 12: the requests that one has open would be answered with what it has just given back."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        stopping, other = await parts.pull(), await parts.pull()
        await parts.post(*(progress(f"a-{n}") for n in range(10)))
        taken = await stopping.take()
        while len(taken) < 10:
            taken += await stopping.take()
        stopping.stop()
        await stopping.give_back()
        again = await other.take()
        while len(again) < 10:
            again += await other.take()
        assert sorted(m.data for m in again) == sorted(m.data for m in taken)
        assert {m.reply.split(".")[-5] for m in again} == {"2"}


async def test_a_relay_that_is_stopped_just_as_it_is_woken_stops(bus):
    """STACK row 12: on Python 3.11 `asyncio.wait_for` swallows a stop that comes together with what it waits for."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        for turns in range(5):
            relaying = parts.begin(parts.relay.run())

            async def leads():
                return parts.relay.leading

            await until(leads)
            await asyncio.sleep(0.05)  # it looks into the outbox once, then waits
            parts.relay.wake()
            for _ in range(turns):
                await asyncio.sleep(0)
            relaying.cancel()
            done, _ = await asyncio.wait([relaying], timeout=5)
            assert done == {relaying}, turns


async def stubborn_database():
    dsn = await migrated("targets")
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    return dsn, connection


async def test_what_is_at_hand_at_a_stop_is_committed_and_its_acknowledgement_arrives(bus):
    """STACK row 12: acknowledgements are plain, and the last of them must not stay in the client's buffer."""
    dsn, sql = await stubborn_database()
    async with parts_of_targets(bus, dsn) as parts:
        async with running("targets", bus, dsn, MODULE):
            await parts.post(progress("a", entity="slow-0.5"))

            async def tried():
                return await sql.fetchval("SELECT true FROM tried")

            await until(tried)
        state = await parts.state()
        assert await sql.fetchval("SELECT external_id FROM seen") == "a"
        assert (state.ack_floor.stream_seq, state.num_ack_pending, state.num_redelivered) == (1, 0, 0)
    await sql.close()


async def test_a_service_stops_without_a_fuss_while_the_bus_is_away(bus):
    """STACK row 12: `broker.stop()` raises then."""
    dsn, sql = await stubborn_database()
    async with running("targets", bus, dsn, MODULE) as service:
        await asyncio.to_thread(bus.kill)
        await service.answers("/readyz", 503)
    assert service.process.returncode == -signal.SIGTERM
    assert [line for line in service.log if "Traceback" in line or "rror" in line] == []
    await sql.close()


async def test_a_service_stops_within_seconds_while_the_bus_hangs(bus):
    """STACK row 12: to drain a connection that nobody answers on takes longer than a supervisor waits."""
    dsn, sql = await stubborn_database()
    try:
        async with running("targets", bus, dsn, MODULE) as service:
            os.kill(bus.pid, signal.SIGSTOP)
    finally:
        os.kill(bus.pid, signal.SIGCONT)
    assert service.process.returncode == -signal.SIGTERM
    await sql.close()
