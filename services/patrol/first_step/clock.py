"""Tells of first steps whose day has come in China, and of those whose time has passed; once each."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import FirstStepDue, FirstStepMissed
from services.patrol.first_step import store
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
AT_ONCE = 500


@room.every(seconds=5.0)
async def tell_first_steps(tx: Transaction) -> list[Fact]:
    """Of one whose time has passed before anybody looked, only that is told."""
    missed = await store.take_missed(tx, AT_ONCE)
    gone = {one.id for one, _ in missed}
    coming = [(one, due_at) for one, due_at in await store.take_coming(tx, AT_ONCE) if one.id not in gone]
    return [
        *(FirstStepMissed(incident=one, at=tx.now, due_on=day_of(due_at)) for one, due_at in missed),
        *(FirstStepDue(incident=one, at=tx.now, due_on=day_of(due_at)) for one, due_at in coming),
    ]
