"""The statement on how much waits for roster's clocks: holders of posts, coverage of areas, entries of registers."""

from __future__ import annotations

from contracts.language.values import day_of
from services.runtime.transaction import Transaction


async def due(tx: Transaction) -> dict[str, int]:
    """By what it waits for."""
    row = await tx.sql.fetchrow(
        """
        SELECT (SELECT count(*) FROM holders WHERE look_on <= $1) AS holders,
               (SELECT count(*) FROM coverages WHERE look_on <= $1) AS coverages,
               (SELECT count(*) FROM entries WHERE look_on <= $1) AS entries
        """,
        day_of(tx.now),
    )
    return dict(row or {})
