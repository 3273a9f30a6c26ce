"""To this release and back while the system works: nothing is lost, nothing doubled, and every book is right."""

import os

import pytest

from contracts.wiring.table import SERVICES
from tests.faults.tree import HERE, NotInHistory
from tests.faults.upgrades import upgraded

SEED = int(os.environ.get("LINZHANG_FAULT_SEED", "20200613"))


@pytest.mark.served
@pytest.mark.timeout(1800)
async def test_services_are_upgraded_one_by_one_under_load_and_taken_back_and_the_books_are_right(tmp_path):
    try:
        async with upgraded(SEED, tmp_path) as done:
            print(done)
    except NotInHistory as why:
        pytest.skip(f"the release before cannot be had: {why}")
    there, back = done.changes[: len(SERVICES)], done.changes[len(SERVICES) :]
    everything = {f"{service}-1" for service in SERVICES}
    assert dict(there) == dict.fromkeys(everything, HERE.path)
    assert dict(back) == dict.fromkeys(everything, tmp_path.resolve())
    assert (done.reports >= 10, done.moves > 0) == (True, True)
    assert done.found.wrong() == {}
