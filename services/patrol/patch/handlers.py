"""Shows what patches came to."""

from __future__ import annotations

from contracts.patrol import ShowPatches
from services.patrol.patch import store
from services.patrol.patch.outcome import shown
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ShowPatches)
async def show_patches(tx: Transaction, ask: Ask[ShowPatches]) -> Answer:
    counted = await store.counted(tx, ask.division, ask.command.project)
    return Answer(shown(ask.division, counted))
