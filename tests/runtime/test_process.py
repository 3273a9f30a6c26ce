"""What one replica makes of what happens to its parts: a bus that goes and comes, a part that fails, a stop."""

import asyncio

import pytest
from nats.errors import SlowConsumerError

from clients.python.connection import connect
from contracts.wiring.streams import Durable
from services.runtime.hearing.pull import Pull
from services.runtime.replica.process import Process
from services.runtime.settings import Settings
from tests.runtime.test_declared import declared
from tests.telling import through

NOBODY = Settings(nats_url="nats://127.0.0.1:1", database_url="postgresql://nobody@127.0.0.1:1/none")
FAILED = RuntimeError("broken")


class Ends:
    """A process that has not been started, and how often it was told to end."""

    def __init__(self):
        self.told = 0
        self.process = Process(declared(), NOBODY, self.end)

    def end(self):
        self.told += 1

    @property
    def now(self):
        return self.told, self.process.failed


@pytest.fixture
async def ends():
    return Ends()


async def test_a_bus_that_goes_opens_its_breaker_and_one_that_comes_back_closes_it_and_is_asked_anew(plain_nats, ends):
    """Whoever waited for the silence after the lost requests would stand still for many seconds."""
    bus, server = await connect(plain_nats), await connect(plain_nats)
    asked = await server.subscribe("$JS.API.CONSUMER.MSG.NEXT.NONE.d")
    await through(server)
    pull = Pull(bus, Durable("d", "NONE", "a.>"), batch_max=8)
    await pull.start()
    await pull.ack([])
    ends.process._pulls = [pull]
    await ends.process._bus_lost()
    assert ends.process.state.unready() == ["bus away: disconnected", "starting: connecting"]
    await ends.process._bus_back()
    assert ends.process.state.unready() == ["starting: connecting"]
    await pull.ack([])
    for client in (bus, server):
        await through(client)
    assert asked.pending_msgs == 2
    for client in (bus, server):
        await client.close()


@pytest.mark.served
async def test_a_database_that_is_away_makes_a_process_unready(ends):
    ends.process.state.starting = None
    ends.process.state.database.open("gone")
    assert ends.process.state.unready() == ["database away: gone"]
    ends.process.state.database._task.cancel()


async def test_a_connection_that_is_closed_for_good_ends_the_process_as_a_failure(ends):
    await ends.process._bus_closed()
    assert ends.now == (1, True)


async def test_a_process_that_stops_takes_nothing_for_a_failure(ends):
    async def fail():
        raise FAILED

    ends.process._stopping = True
    await ends.process._bus_lost()
    await ends.process._bus_closed()
    await asyncio.wait([ends.process._begin(fail())])
    assert (ends.now, ends.process.state.bus.is_open) == ((0, False), False)


@pytest.mark.parametrize(("error", "told"), [(None, (0, False)), (FAILED, (1, True))])
async def test_a_part_that_fails_takes_the_process_with_it_and_one_that_is_done_does_not(ends, error, told):
    async def part():
        if error is not None:
            raise error

    await asyncio.wait([ends.process._begin(part())])
    assert ends.now == told


async def test_a_part_that_is_cancelled_is_no_failure(ends):
    part = ends.process._begin(asyncio.sleep(3600))
    await asyncio.sleep(0)
    part.cancel()
    await asyncio.wait([part])
    assert ends.now == (0, False)


class Busy:
    """Whom the process tells of commands for which there was no room."""

    def __init__(self):
        self.refused = []

    async def refuse_busy(self, reply):
        self.refused.append(reply)


async def test_only_whoever_found_no_room_is_told_to_ask_again(ends):
    slow = SlowConsumerError("cmd.targets.x", "_INBOX.a", 1, None)
    await ends.process._bus_error(slow)
    ends.process._answering = busy = Busy()
    await ends.process._bus_error(ConnectionError("not that"))
    assert busy.refused == []
    await ends.process._bus_error(slow)
    assert busy.refused == ["_INBOX.a"]


class Given:
    """A pull whose batch is settled only after it has been stopped."""

    def __init__(self):
        self.said, self._stopped = [], asyncio.Event()

    async def handle(self):
        await self._stopped.wait()
        await asyncio.sleep(0)
        self.said.append("settled")

    def stop(self):
        self.said.append("stopped")
        self._stopped.set()

    async def give_back(self):
        self.said.append("given back")


async def test_a_stop_settles_what_is_at_hand_then_ends_the_rest_and_gives_back_what_is_left(ends):
    async def beat():
        try:
            await asyncio.sleep(3600)
        finally:
            given.said.append("ended")

    given = Given()
    ends.process._pulls = [given]
    ends.process._handling = [ends.process._begin(given.handle())]
    ends.process._begin(beat())
    await asyncio.sleep(0)
    await ends.process.stop()
    assert given.said == ["stopped", "settled", "ended", "given back"]
    assert ends.now == (0, False)


async def test_a_stop_while_the_bus_is_away_gives_nothing_back(ends):
    ends.process._pulls = [given := Given()]
    await ends.process._bus_lost()
    await ends.process.stop()
    assert given.said == ["stopped"]


async def test_a_part_that_swallows_a_cancellation_is_cancelled_again(ends):
    """`asyncio.wait_for` of Python 3.11 forgets it when what it waited for has just come."""

    async def stubborn():
        for _ in range(3):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                seen.append("cancelled")

    seen = []
    ends.process._begin(stubborn())
    await asyncio.sleep(0)
    await ends.process.stop()
    assert seen == ["cancelled"] * 3
