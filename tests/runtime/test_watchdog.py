"""What a service sees of its own durables and streams: that they exist, how much waits, how full they are."""

import asyncio

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from contracts.wiring.streams import DURABLES
from deploy.nats.provision import provision
from services.runtime import metrics
from services.runtime.replica.watchdog import Watchdog
from tests.runtime.parts_of_targets import PROGRESS, parts_of_targets, progress
from tests.servers import migrated
from tests.waiting import until

HEARD = (PROGRESS, next(one for one in DURABLES["targets"] if one.name == "targets-closed"))


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        yield parts


MEASURED = ("TARGETS", "INTAKE", "CASES")
"""The stream that is told in, and those that are heard from."""


def budget_of(stream):
    return REGISTRY.get_sample_value("jetstream_stream_limit_bytes", {"stream_name": stream})


async def look_once(watchdog, so):
    """One round of a watchdog, which goes on for ever."""
    looks = asyncio.create_task(watchdog.run())

    async def is_so():
        return looks.done() or so()

    await until(is_so)
    while not looks.done():
        # Once is not enough: asyncio.wait_for of Python 3.11 forgets it when what it waited for has just come.
        looks.cancel()
        await asyncio.wait([looks], timeout=0.1)
    assert looks.cancelled()


async def test_a_durable_that_is_gone_is_missing_until_it_is_made_again(parts):
    lag = {}
    watchdog = Watchdog(parts.client, HEARD, (), lag)
    await parts.streams.delete_consumer("CASES", "targets-closed")
    with capture_logs() as said:
        await look_once(watchdog, lambda: watchdog.missing)
        assert (watchdog.missing, lag) == ({"targets-closed"}, {PROGRESS.name: 0})
        await watchdog._look(HEARD[1])
        await provision(parts.streams, parts.bus.users.durables(), say=lambda _: None)
        await look_once(watchdog, lambda: not watchdog.missing)
        await watchdog._look(HEARD[1])
    assert (watchdog.missing, lag) == (set(), {PROGRESS.name: 0, "targets-closed": 0})
    assert [line["event"] for line in said] == ["durable does not exist; run the provisioner", "durable is back"]


async def test_while_the_bus_does_not_answer_nothing_is_said_to_be_missing_or_full(parts):
    lag = {PROGRESS.name: 3}
    watchdog = Watchdog(parts.client, HEARD, ("TARGETS",), lag)
    await parts.client.close()
    assert await watchdog._look(PROGRESS) is None
    await watchdog._measure("TARGETS")
    assert (watchdog.missing, watchdog.full, lag) == (set(), set(), {PROGRESS.name: 3})


async def test_what_waits_in_a_durable_is_what_was_not_fetched_and_what_is_not_acknowledged(parts):
    lag = {}
    await parts.post(*(progress(f"r-{n}") for n in range(6)))
    pull = await parts.pull(batch_max=1)
    await pull.take()

    async def some_are_held():
        return (await parts.state()).num_ack_pending > 0

    await until(some_are_held)
    state = await parts.state()
    await Watchdog(parts.client, HEARD, (), lag)._look(PROGRESS)
    assert (lag[PROGRESS.name], state.num_pending > 0) == (6, True)


@pytest.mark.parametrize("tells_in", [("INTAKE",), ()])
async def test_a_stream_at_its_budget_is_full_for_who_tells_something_there(parts, tells_in):
    config = (await parts.streams.stream_info("INTAKE")).config
    await parts.post(*(progress(f"r-{n}") for n in range(2)))
    held = (await parts.streams.stream_info("INTAKE")).state.bytes
    watchdog = Watchdog(parts.client, HEARD, tells_in, {})
    for budget, seen in ((held * 100 // 98 + 1, ()), (held, tells_in), (held, tells_in), (held * 2, ()), (-1, ())):
        await parts.streams.update_stream(config.evolve(max_bytes=budget))
        await watchdog._measure("INTAKE")
        assert tuple(watchdog.full) == seen, budget


async def test_every_stream_that_is_told_in_or_heard_from_is_measured(parts):
    watchdog = Watchdog(parts.client, HEARD, ("TARGETS",), {})

    def measured():
        return all(budget_of(name) for name in MEASURED)

    for name in MEASURED:
        metrics.STREAM_LIMIT.labels(name).set(0)
    await look_once(watchdog, measured)
    for name in MEASURED:
        info = await parts.streams.stream_info(name)
        assert budget_of(name) == info.config.max_bytes


async def test_a_view_has_caught_up_when_nothing_waits_nor_is_being_handled(parts):
    await parts.post(progress("a"))
    pull = await parts.pull()
    watchdog = Watchdog(parts.client, HEARD, (), {})
    caught_up = asyncio.create_task(watchdog.caught_up([PROGRESS]))
    taken = []
    while not taken:
        taken = await pull.take()
    await asyncio.wait([caught_up], timeout=0.3)
    assert not caught_up.done()
    await pull.ack(taken)
    await asyncio.wait_for(caught_up, 60)
