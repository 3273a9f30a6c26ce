"""Keeps the areas that roster states."""

from __future__ import annotations

from contracts.roster import AreaStated
from services.runtime.messages import Heard, News
from services.runtime.reference.kept import keep_newest, told_of
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(AreaStated, locks="area.id")
async def keep_areas(tx: Transaction, heard: list[Heard[AreaStated]]) -> list[News]:
    if await keep_newest(tx, "areas", told_of(heard, "area")):
        await tx.change_views()
    return []
