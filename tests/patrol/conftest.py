"""A database with the tables of patrol, and a transaction in which the ground is known."""

import pytest

from services.patrol.service import patrol
from tests.patrol.areas_and_reports import NOW, STATED
from tests.servers import migrated, transaction
from tests.telling import hear, heard


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("patrol")


@pytest.fixture
async def tx(dsn):
    """Each test rolls back, so what one saw of the ground must not live on in the next."""
    async with transaction(dsn, NOW) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        yield tx
