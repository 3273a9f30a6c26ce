"""Looks at what a change has touched, or a day: tells which gaps are new and which are healed."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.roster import GapStated
from services.roster.coverage import coverage, store
from services.roster.coverage.law import GRIDS
from services.runtime.ids import uuid7
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
AT_ONCE = 50


@room.every(seconds=5.0)
async def look_at_coverage(tx: Transaction) -> list[Fact]:
    """Areas whose coverage is as it was bring nothing about: they go on in the same call."""
    today = day_of(tx.now)
    told: list[Fact] = []
    while not told:
        ids = await store.to_look_at(tx, today, AT_ONCE)
        if not ids:
            break
        law = await tx.see(GRIDS.view)
        rules, amended = law.on(today), [one.from_on for one in law.versions]
        found = []
        gaps = []
        for one in await store.covered(tx, ids):
            covers, changed = coverage.judge(one, rules, today, lambda: str(uuid7()))
            found.append((covers, coverage.next_look(one, today, amended)))
            gaps += changed
        await store.looked(tx, found, gaps)
        told += [GapStated(gap=gap) for gap in gaps]
    return told
