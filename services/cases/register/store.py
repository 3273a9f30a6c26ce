"""Which cases there are."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from services.runtime.transaction import Transaction


async def not_opened(tx: Transaction, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids of which there is no case; nobody else decides it before this transaction ends."""
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtext('cases of registers'))")
    rows = await tx.sql.fetch("SELECT id FROM cases WHERE id = ANY($1::uuid[])", list(ids))
    return set(ids) - {row["id"] for row in rows}
