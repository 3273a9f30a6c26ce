"""Every statement by which people look cases up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.cases import Case, ListCases, MoveMade, Review
from contracts.language.division import Division
from services.runtime.transaction import Transaction


async def history(tx: Transaction, case_id: UUID) -> tuple[MoveMade, ...]:
    rows = await tx.sql.fetch(
        """
        SELECT move, before, after, by, reason, on_day AS on, at FROM moves WHERE case_id = $1 ORDER BY id
        """,
        case_id,
    )
    return tuple(MoveMade.model_validate(dict(row)) for row in rows)


async def listed(
    tx: Transaction, division: Division, units: Sequence[str] | None, asked: ListCases, today: date
) -> tuple[tuple[Case, ...], int]:
    """One page of the cases in or under a division, or of some units, newest first, and how many there are."""
    where = """
        CASE WHEN $9::text[] IS NULL THEN starts_with(division, $1) ELSE unit_id = ANY($9) END
        AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
        AND ($4::boolean IS NULL OR $4 = coalesce(owner_due_on < $5, false))
        AND ($6::uuid IS NULL OR incident_id = $6) AND ($7::text IS NULL OR number = $7)
        AND ($8::text IS NULL OR campaign = $8)
        AND ($10::boolean IS NULL OR $10 = coalesce(look_back_on <= $5, false))
    """
    arguments = (
        division.significant,
        asked.state,
        asked.kind,
        asked.overdue,
        today,
        asked.incident_id,
        asked.number,
        asked.campaign,
        units,
        asked.look_back_due,
    )
    rows = await tx.sql.fetch(
        f"SELECT body FROM cases WHERE {where} ORDER BY opened_at DESC, number DESC LIMIT $11 OFFSET $12",
        *arguments,
        asked.limit,
        asked.offset,
    )
    total: int = await tx.sql.fetchval(f"SELECT count(*) FROM cases WHERE {where}", *arguments)
    return tuple(Case.model_validate_json(row["body"]) for row in rows), total


async def reviews_of(tx: Transaction, case_id: UUID) -> tuple[Review, ...]:
    """The reviews that looked at a case, the first first."""
    rows = await tx.sql.fetch(
        "SELECT body FROM reviewed JOIN reviews ON id = review_id WHERE case_id = $1 ORDER BY body->>'on', id", case_id
    )
    return tuple(Review.model_validate_json(row["body"]) for row in rows)
