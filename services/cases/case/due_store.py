"""Every statement by which the clock finds what falls due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.cases import Case
from contracts.language.division import Division
from services.runtime.transaction import Transaction


async def take_overdue(tx: Transaction, today: date, limit: int = 256) -> list[Case]:
    """Cases whose owner's day has passed and of which that has not been told; they are now marked as told.

    An owner and a day once: a case that leaves its owner and returns with the same day is not told again.
    """
    rows = await tx.sql.fetch(
        """
        WITH late AS (
            UPDATE cases SET overdue_told = true WHERE id IN (
                SELECT id FROM cases WHERE owner_due_on < $1 AND NOT overdue_told AND notice_until IS NULL
                ORDER BY owner_due_on LIMIT $2 FOR UPDATE SKIP LOCKED
            ) RETURNING id, body, owner_due_on
        ), new AS (
            INSERT INTO missed (case_id, unit_id, due_on)
            SELECT id, body::jsonb #>> '{owner,unit,id}', owner_due_on FROM late
            ON CONFLICT DO NOTHING RETURNING case_id
        )
        SELECT body FROM late JOIN new ON late.id = new.case_id
        """,
        today,
        limit,
    )
    return [Case.model_validate_json(row["body"]) for row in rows]


async def mark_look_back_told(tx: Transaction, cases: Sequence[Case]) -> None:
    ids = [UUID(case.ref.id) for case in cases]
    await tx.sql.execute("UPDATE cases SET look_back_told = true WHERE id = ANY($1::uuid[])", ids)


async def take_due(tx: Transaction, column: str, today: date, limit: int) -> list[Case]:
    """Cases of which a day has come: `ladder_on` or `look_back_on` up to today, `notice_until` before it; locked."""
    rows = await tx.sql.fetch(
        f"""
        SELECT body FROM cases WHERE {_DUE[column]} ORDER BY {column}, id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        today,
        limit,
    )
    return [Case.model_validate_json(row["body"]) for row in rows]


_DUE = {
    "ladder_on": "ladder_on <= $1",
    "look_back_on": "look_back_on <= $1 AND NOT look_back_told",
    "notice_until": "notice_until < $1",
}


async def waiting_for_clock(tx: Transaction, today: date) -> dict[str, int]:
    row = await tx.sql.fetchrow(
        """
        SELECT (SELECT count(*) FROM cases
                WHERE owner_due_on < $1 AND NOT overdue_told AND notice_until IS NULL) AS overdue,
               (SELECT count(*) FROM cases WHERE ladder_on <= $1) AS ladder,
               (SELECT count(*) FROM cases WHERE notice_until < $1) AS notices,
               (SELECT count(*) FROM cases WHERE look_back_on <= $1 AND NOT look_back_told) AS look_backs,
               (SELECT count(*) FROM handovers WHERE on_day <= $1) AS handovers
        """,
        today,
    )
    return dict(row or {})


async def open_in(tx: Transaction, division: Division, after_id: UUID | None, limit: int) -> list[Case]:
    """Open cases in a division by id, locked."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM cases
        WHERE starts_with(division, $1) AND owner_due_on IS NOT NULL AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3 FOR UPDATE
        """,
        division.significant,
        after_id,
        limit,
    )
    return [Case.model_validate_json(row["body"]) for row in rows]
