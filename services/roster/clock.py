"""Has all that a law judges looked at again when another text of it was taken up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.language.message import Fact
from services.roster import store
from services.roster.coverage.law import GRIDS
from services.roster.register.rules import Rules
from services.runtime.service import Room
from services.runtime.transaction import Transaction

MARKED_AT_ONCE = 1_000


def room_of(registers: Sequence[Rules[Any]]) -> Room:
    """The room that follows the laws of registers and of grids."""
    room = Room()
    judged: dict[str, list[str]] = {GRIDS.name: []}
    for rules in registers:
        if rules.law is not None:
            judged.setdefault(rules.law.name, []).append(rules.register.value)

    @room.every(seconds=5.0)
    async def follow_laws(tx: Transaction) -> list[Fact]:
        """Some of it in each turn; who looks afterwards tells only what is otherwise than before."""
        taken = await store.take_law(tx, sorted(judged))
        if taken is not None:
            law, number, after = taken
            if law == GRIDS.name:
                last = await store.mark_coverages(tx, after, MARKED_AT_ONCE)
            else:
                last = await store.mark_entries(tx, judged[law], after, MARKED_AT_ONCE)
            await store.keep_law(tx, law, number, last)
        return []

    return room
