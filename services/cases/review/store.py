"""Every statement on reviews."""

from __future__ import annotations

from uuid import UUID

from contracts.cases import Review
from services.runtime.transaction import Transaction


async def add_review(tx: Transaction, review: Review) -> None:
    await tx.sql.execute(
        """
        WITH added AS (INSERT INTO reviews (id, body) VALUES ($1, $2))
        INSERT INTO reviewed (case_id, review_id) SELECT unnest($3::uuid[]), $1
        """,
        review.id,
        review.model_dump_json(),
        [UUID(ref.id) for ref in review.sampled],
    )
