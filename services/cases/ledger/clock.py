"""Folds the ledger's entries into sums."""

from __future__ import annotations

from contracts.language.message import Fact
from services.cases.ledger import store as ledger_store
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.every(seconds=2.0)
async def fold_ledger(tx: Transaction) -> list[Fact]:
    await ledger_store.fold(tx)
    return []
