"""A database with the tables of roster, and a town in it."""

import pytest

from tests.roster.areas_and_posts import AREAS
from tests.roster.asked import POSTS, enrol, enrol_posts, fresh
from tests.roster.registered import town
from tests.servers import migrated


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("roster")


@pytest.fixture
async def tx(dsn):
    """The town enrolled, as a handler finds it."""
    async with fresh(dsn) as tx:
        assert (await enrol(tx, *AREAS)).body.changed == len(AREAS)
        assert (await enrol_posts(tx, *POSTS)).body.changed == len(POSTS)
        yield tx


@pytest.fixture
async def desk(dsn):
    """The town with its registers."""
    async with town(dsn) as desk:
        yield desk
