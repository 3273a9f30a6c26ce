"""Tells of plots that were not cleared in their days, once each, when the last of them has passed in China."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import PlotNotCleared
from services.patrol.clearance import store
from services.patrol.clearance.plot import ref_of
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
AT_ONCE = 500


@room.every(seconds=5.0)
async def tell_not_cleared(tx: Transaction) -> list[Fact]:
    over = await store.take_over(tx, day_of(tx.now), AT_ONCE)
    return [
        PlotNotCleared(
            plot=ref_of(one.plot),
            at=tx.now,
            due_on=one.due_on,
            done=one.done(one.due_on),
            missing=one.missing,
        )
        for one in over
        if one.missing
    ]
