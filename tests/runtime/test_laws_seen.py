"""What is decided goes by the laws as its transaction sees them, whoever began it."""

import asyncio
from functools import partial

import pytest

from contracts.targets import ProgressReport
from services.patrol.incident.near import NEAR
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.hearing.handling import Handling
from services.runtime.reference.law import look_at, seen_as, take_up
from services.runtime.reference.view import Views
from services.runtime.service import Hearing, Subscription
from services.runtime.transaction import Transaction
from tests.laws import amended
from tests.runtime.parts_of_targets import PROGRESS, parts_of_targets, progress
from tests.servers import NOW, migrated, transaction

WIDER = amended(NEAR, {"default": {"within_m": 300}})


def within_m():
    return NEAR.today.default.within_m


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("targets")


async def test_before_any_transaction_it_is_as_shipped(dsn):
    assert (within_m(), NEAR.seen) == (200, NEAR.shipped)


async def test_a_transaction_sees_what_was_taken_up_and_the_version_of_its_own_day(dsn):
    later = {"from_on": "2020-06-16", "version": "2020-2", "source": "一项新的规定", "default": {"within_m": 50}}
    async with transaction(dsn) as tx:
        tx.laws = (NEAR,)
        await take_up(tx, NEAR, amended(NEAR, {"default": {"within_m": 300}, "amendments": [later]}), 1, "operator")
        await look_at(tx)
        assert within_m() == 300
    async with transaction(dsn) as other:
        other.laws = (NEAR,)
        await look_at(other)
        assert within_m() == 200


async def test_what_is_decided_side_by_side_does_not_see_the_laws_of_each_other():
    begun = asyncio.Event()

    async def under_another():
        with seen_as({NEAR.name: NEAR.read(WIDER, "wider")}, NOW.date()):
            begun.set()
            await asyncio.sleep(0)
            return within_m()

    other = asyncio.create_task(under_another())
    await begun.wait()
    assert (within_m(), await other, within_m()) == (200, 300, 200)


@pytest.mark.served
async def test_a_batch_is_handled_by_the_law_that_was_taken_up_before_it(bus, dsn):
    found = []

    async def note(tx, heard):
        found.append(within_m())
        return []

    async with parts_of_targets(bus, dsn) as parts:
        about = Subscription.of(ProgressReport, PROGRESS, note, Hearing(None))
        begin = partial(Transaction, views=Views(), laws=(NEAR,))
        told = (parts.pool, parts.settings, Clock(), Breaker("database"), parts.relay)
        handling, pull = Handling("targets", about, *told, begin), await parts.pull()
        await parts.post(progress("before"))
        await handling.settle(pull, await parts.taken(pull, 1))
        async with parts.pool.acquire() as sql, sql.transaction():
            await take_up(Transaction(sql, NOW, Views()), NEAR, WIDER, 1, "operator")
        await parts.post(progress("after"))
        await handling.settle(pull, await parts.taken(pull, 1))
    assert found == [200, 300]
