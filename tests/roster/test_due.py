"""What waits for roster's clocks is counted from its day until it is done."""

from datetime import timedelta

import pytest

from contracts.roster import EnrolAreas, EnrolPosts
from services.roster.coverage.clock import look_at_coverage
from services.roster.holder.clock import tell_holders
from services.roster.service import roster
from services.roster.store import due
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import AREAS, TOWN, ask, held, post
from tests.servers import NOW, transaction
from tests.telling import answered

CHIEF = post(TOWN, "chief", None, held("p-a", held_to="2020-06-20"))
MIDNIGHT_IN_CHINA = NOW.replace(month=6, day=20, hour=16, minute=0, second=0, microsecond=0)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await answered(roster, tx, ask(EnrolAreas(areas=AREAS)))
        await answered(roster, tx, ask(EnrolPosts(posts=(CHIEF,))))
        yield tx


async def waits(tx, *at):
    """How much waits at some moments, by what waits at all."""
    return [{what: n for what, n in (await due(Transaction(tx.sql, now))).items() if n} for now in at]


async def look(tx, now):
    """What the clocks do until nothing is left for them."""
    for work in (tell_holders, look_at_coverage):
        while await work(Transaction(tx.sql, now)):
            pass


async def test_what_was_enrolled_waits_until_the_clocks_have_looked_at_it(tx):
    (waiting,) = await waits(tx, NOW)
    assert waiting.pop("holders") == 1
    assert set(waiting) == {"coverages"}
    await look(tx, NOW)
    assert await waits(tx, NOW) == [{}]


async def test_a_post_waits_from_midnight_in_china_after_the_last_day_of_its_holder(tx):
    await look(tx, NOW)
    before, after = await waits(tx, MIDNIGHT_IN_CHINA - SECOND, MIDNIGHT_IN_CHINA)
    assert (before, after["holders"]) == ({}, 1)
    await look(tx, MIDNIGHT_IN_CHINA)
    assert await waits(tx, MIDNIGHT_IN_CHINA) == [{}]
