"""A database with the tables of cases, and a transaction in which the roster is known."""

from contextlib import asynccontextmanager

import pytest

from contracts.roster import PostStated
from services.cases.service import cases
from tests.cases.book import begun
from tests.cases.county import POSTS
from tests.servers import migrated, transaction
from tests.telling import hear, heard


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("cases")


@pytest.fixture
def known(dsn):
    """Opens a transaction in which the roster is known; it is rolled back at the end."""

    @asynccontextmanager
    async def opening():
        async with transaction(dsn, begin=begun) as tx:
            await hear(cases, tx, [heard(PostStated(post=post), "roster") for post in POSTS])
            yield tx

    return opening


@pytest.fixture
async def tx(known):
    async with known() as tx:
        yield tx
