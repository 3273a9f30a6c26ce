"""Keeps the areas that roster states."""

from __future__ import annotations

from contracts.roster import AreaStated
from services.runtime.messages import Heard, News
from services.runtime.reference.kept import keep_newest
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(AreaStated, locks="area.id")
async def keep_areas(tx: Transaction, heard: list[Heard[AreaStated]]) -> list[News]:
    if await keep_newest(tx, "areas", [(one.envelope.sequence, one.body.area) for one in heard]):
        await tx.change_views()
    return []
