"""A database with the tables of cases, and a transaction in which the roster is known."""

from contextlib import asynccontextmanager

import pytest

from contracts.roster import PostStated
from services.cases import handlers
from services.runtime.view import View
from tests.cases.world import POSTS
from tests.servers import migrated, transaction
from tests.telling import heard


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("cases")


@pytest.fixture
def known(dsn, monkeypatch):
    """Opens a transaction in which the roster is known; it is rolled back at the end."""

    @asynccontextmanager
    async def opening():
        # Each test rolls back, so what one saw must not live on in the next.
        monkeypatch.setattr(handlers, "posts", View(handlers.store.load_posts))
        monkeypatch.setattr(handlers, "causes", View(handlers.store.load_causes))
        async with transaction(dsn) as tx:
            await handlers.keep_posts(tx, [heard(PostStated(post=post), "roster") for post in POSTS])
            yield tx

    return opening


@pytest.fixture
async def tx(known):
    async with known() as tx:
        yield tx
