"""What a change of the duty table does to duties that are open."""

from datetime import date

import pytest

from contracts.patrol import (
    DutyMet,
    DutyOpened,
)
from tests.patrol.chiefs import (
    ask,
    china,
    enrol,
    only_duty,
    patrolled,
    post,
    put,
    said,
    ticks,
)
from tests.patrol.variants import MONTHLY
from tests.servers import transaction


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 1, 9)) as tx:
        yield tx


async def test_a_rule_taken_up_in_the_middle_of_a_period_applies_from_the_next(tx):
    await put(tx, {"a": MONTHLY})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await put(tx, {"a": {**MONTHLY, "count": 3, "period": "week"}})
    told = await ticks(tx, china(2020, 6, 15, 10), china(2020, 6, 22), china(2020, 6, 29), china(2020, 7, 6))
    assert said(told, DutyOpened) == [(DutyOpened, "t-1", "a", "2020-07-06")]
    open_one = await only_duty(tx, on=date(2020, 6, 15))
    assert (open_one.duty.count, open_one.duty.period) == (1, "month")


async def test_a_rule_that_is_new_asks_for_what_is_under_way_and_of_nothing_past(tx):
    await put(tx, {})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await put(tx, {"a": MONTHLY, "b": {**MONTHLY, "window": {"first": 1, "last": 10}}})
    told = await ticks(tx, china(2020, 6, 15, 10), china(2020, 7, 1))
    assert said(told, DutyOpened) == [
        (DutyOpened, "t-1", "a", "2020-06-01"),
        (DutyOpened, "t-1", "a", "2020-07-01"),
        (DutyOpened, "t-1", "b", "2020-07-01"),
    ]


async def test_a_patrol_before_a_duty_was_opened_counts_for_it(tx):
    await put(tx, {})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await ask(tx, patrolled(), "p-t-1")
    await put(tx, {"a": MONTHLY})
    told = await ticks(tx, china(2020, 6, 15, 10))
    assert [type(one) for one in told] == [DutyOpened, DutyMet]
