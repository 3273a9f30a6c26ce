"""How long messages wait until they are settled, as a durable's latency is counted."""

import time

import pytest
from prometheus_client import REGISTRY

from clients.python.connection import Arrived
from services.runtime.hearing import counted
from tests.runtime.parts_of_targets import PROGRESS, parts_of_targets, progress
from tests.servers import migrated


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        yield parts


def age_s():
    return REGISTRY.get_sample_value("linzhang_batch_oldest_age_seconds_sum", {"consumer_name": PROGRESS.name}) or 0.0


async def test_a_batch_is_as_old_as_the_message_that_the_stream_took_first(parts):
    posting_at = time.time()
    await parts.post(progress("a"))
    posted_at = time.time()
    await parts.post(progress("b"))
    batch = await parts.taken(await parts.pull(), 2)
    before, counting_at = age_s(), time.time()
    counted.batch(PROGRESS.name, batch[::-1], 0.1)
    age = age_s() - before
    assert counting_at - posted_at <= age <= time.time() - posting_at


async def test_a_message_of_a_bus_whose_clock_is_ahead_is_of_no_age(parts):
    await parts.post(progress("a"))
    (one,) = await parts.taken(await parts.pull(), 1)
    *before, _, pending = one.reply.split(".")
    reply = ".".join([*before, str(int((time.time() + 3600) * 1e9)), pending])
    ahead = Arrived(one.subject.encode(), reply.encode(), one.data)
    was = age_s()
    counted.batch(PROGRESS.name, [ahead], 0.1)
    assert age_s() == was
