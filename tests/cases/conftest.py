"""A database with the tables of cases, and a transaction in which the roster is known."""

from contextlib import asynccontextmanager

import pytest

from contracts.roster import PostStated
from services.cases.post import handlers as post_handlers
from tests.cases.book import begun
from tests.cases.world import POSTS
from tests.servers import migrated, transaction
from tests.telling import heard


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("cases")


@pytest.fixture
def known(dsn):
    """Opens a transaction in which the roster is known; it is rolled back at the end."""

    @asynccontextmanager
    async def opening():
        async with transaction(dsn, begin=begun) as tx:
            await post_handlers.keep_posts(tx, [heard(PostStated(post=post), "roster") for post in POSTS])
            yield tx

    return opening


@pytest.fixture
async def tx(known):
    async with known() as tx:
        yield tx
