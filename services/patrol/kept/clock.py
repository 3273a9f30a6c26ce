"""Packs the days that are past, and forgets those that need not be kept any longer."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from services.patrol.kept import sealing, store
from services.patrol.kept.point import begin_of
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
KEEPING = sealing.Keeping.stated()
SEALED_AT_ONCE, FORGOTTEN_AT_ONCE = 100, 1000
"""So many days of a terminal are packed, or deleted, in one transaction."""


@room.every(seconds=5.0)
async def seal_days(tx: Transaction) -> list[Fact]:
    """Pack the oldest day that each of some terminals still has as rows."""
    before = begin_of(KEEPING.unsealed_from(day_of(tx.now)))
    if days := await store.take_unsealed(tx, before, SEALED_AT_ONCE):
        rows, packed = await store.rows_of(tx, days), await store.packed_of(tx, days)
        await store.seal(tx, days, [sealing.whole(packed.get(day), its) for day, its in zip(days, rows, strict=True)])
    return []


@room.every(seconds=5.0)
async def forget_days(tx: Transaction) -> list[Fact]:
    """Delete some of the days that are older than the setting."""
    await store.forget(tx, KEEPING.kept_from(day_of(tx.now)), FORGOTTEN_AT_ONCE)
    return []


@room.every(seconds=5.0)
async def forget_batches(tx: Transaction) -> list[Fact]:
    """Delete some of those that nobody sends again, the oldest first."""
    await store.forget_batches(tx, begin_of(KEEPING.batches_kept_from(day_of(tx.now))), FORGOTTEN_AT_ONCE)
    return []
