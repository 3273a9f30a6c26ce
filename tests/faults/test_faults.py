"""A short run of the rig: every kind of fault, and the books balance."""

import os

from tests.faults.run import run

SEED = int(os.environ.get("LINZHANG_FAULT_SEED", "20200613"))
FAULTS = 20


async def test_nothing_is_lost_or_doubled_whatever_fails():
    report = await run(SEED, faults=FAULTS)
    print("\n".join(report.lines()))
    print({what: wrong[:10] for what, wrong in report.found.wrong().items()})
    assert report.faults.total() >= 20
    assert report.reports > 0
    assert report.found.wrong() == {}
