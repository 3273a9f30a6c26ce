"""The tables of targets, and in every transaction one target of the plan."""

import pytest

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.targets import SetTarget
from services.targets.service import targets
from tests.servers import migrated, transaction
from tests.targets.plan import TARGET
from tests.telling import answered, asking


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("targets")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await answered(targets, tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
        yield tx
