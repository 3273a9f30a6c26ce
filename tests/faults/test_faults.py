"""A short run of the rig: every kind of fault, and the books balance; then each book sees what is planted in it."""

import os

import pytest

from tests.faults.faults import FAULTS
from tests.faults.plants import PLANTS, planted
from tests.faults.run import after

SEED = int(os.environ.get("LINZHANG_FAULT_SEED", "20200613"))
FLOOD_OF = 1_000


@pytest.mark.served
@pytest.mark.timeout(1800)
async def test_nothing_is_lost_or_doubled_whatever_fails_and_the_books_would_say_so():
    async with after(SEED, faults=len(FAULTS), flood_of=FLOOD_OF) as (report, system, load):
        print("\n".join(report.lines()))
        print({what: wrong[:10] for what, wrong in report.found.wrong().items()})
        assert set(report.faults) == set(FAULTS)
        assert report.reports > 0
        assert report.found.wrong() == {}
        found = await planted(PLANTS, system, load)
        assert [name for name, one in PLANTS.items() if not one.seen(found)] == []
