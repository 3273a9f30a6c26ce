"""A batch that fails is settled by halves: what is not at fault goes on in few transactions."""

import asyncpg
import pytest

from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.servers import migrated

COUNT, BAD = 32, "report-05"


@pytest.fixture
async def batch(bus):
    async with parts_of_targets(bus, await migrated("targets"), retry_first_s=60.0) as parts:
        await parts.post(*(progress(f"report-{n:02d}") for n in range(COUNT)))
        pull = await parts.pull()
        messages = []
        while len(messages) < COUNT:
            messages += await pull.take()
        yield parts, pull, messages


async def settled(batch, fails):
    """How many messages each transaction had, in their order."""
    parts, pull, messages = batch
    sizes = []

    async def handler(_tx, heard):
        sizes.append(len(heard))
        fails({one.body.external_id for one in heard}, len(sizes))
        return []

    await parts.handling(handler).settle(pull, messages)
    return sizes


async def test_a_batch_that_was_in_the_way_of_another_transaction_once_takes_two_more(batch):
    """STACK row 22."""

    def fails(_names, turn):
        if turn == 1:
            raise asyncpg.SerializationError("another was first")

    assert await settled(batch, fails) == [32, 16, 16]
    assert await batch[0].rows("SELECT count(*) FROM inbox") == [(COUNT,)]
    assert await batch[0].rows("SELECT count(*) FROM attempts") == [(0,)]


async def test_one_bad_message_is_found_by_halves_and_alone_put_off(batch):
    def fails(names, _turn):
        if BAD in names:
            raise RuntimeError("cannot be handled yet")

    assert await settled(batch, fails) == [32, 16, 8, 4, 4, 2, 1, 1, 2, 8, 16]
    assert await batch[0].rows("SELECT count(*) FROM inbox") == [(COUNT - 1,)]
    assert await batch[0].rows("SELECT attempts FROM attempts") == [(1,)]
