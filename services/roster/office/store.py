"""Which numbers of papers are taken."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.roster import Correspondence, Register
from services.roster.office.office import Numbers, number_of
from services.roster.register.rules import first_ids
from services.runtime.transaction import Transaction


async def numbers(tx: Transaction, papers: Sequence[Correspondence]) -> Numbers:
    """Which id each number of an office and year has, those of the same command included: the first."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM entries
        WHERE register = $1 AND body->'office'->>'id' = ANY($2::text[]) AND body->>'number' = ANY($3::text[])
        ORDER BY id
        """,
        Register.CORRESPONDENCE,
        sorted({one.office.id for one in papers}),
        sorted({one.number for one in papers}),
    )
    return first_ids(papers, [Correspondence.model_validate_json(row["body"]) for row in rows], number_of)
