"""Notify is replaced by the stand-in under load, and comes back: nothing lost, nothing twice."""

import asyncio
from collections import Counter

import pytest

from tests.conformance.conftest import own_bus, stand_in
from tests.conformance.scenarios import SCENARIOS
from tests.servers import database, running

SCENARIO = SCENARIOS["notify"]
PER_SECOND = 20


async def load(wire, sent, going):
    """Cases are opened all the while."""
    async with wire.user("cases") as cases:
        n = 100
        while going.is_set():
            message = SCENARIO.cause(n)
            await cases.request(message.subject, message.body, timeout=5, headers=message.headers)
            sent.append(message.id)
            n += 1
            await asyncio.sleep(1 / PER_SECOND)


@pytest.mark.served
async def test_a_swap_under_load_loses_nothing_and_doubles_nothing(tmp_path):
    dsn = (await database("notify"))["notify"]
    sent, going = [], asyncio.Event()
    going.set()
    async with own_bus() as (server, wire):
        async with running("notify", server, dsn):
            await wire.tell(*SCENARIO.reference)
            await wire.quiet("notify")
            loading = asyncio.create_task(load(wire, sent, going))
            await asyncio.sleep(2)
        ours = len(await wire.heard("NOTIFY", "notify.notified.v1.>"))
        async with stand_in(server, tmp_path / "state.db"):
            await wire.ready("notify")
            await asyncio.sleep(2)
        theirs = len(await wire.heard("NOTIFY", "notify.notified.v1.>")) - ours
        async with running("notify", server, dsn):
            await asyncio.sleep(2)
            going.clear()
            await loading
            await wire.quiet("notify")
            told = Counter(one["cause"] for one in await wire.heard("NOTIFY", "notify.notified.v1.>"))
    assert ours > 0
    assert theirs > 0
    assert set(told) == set(sent)
    assert [cause for cause, times in told.items() if times > 1] == []
