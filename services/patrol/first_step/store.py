"""Every statement on what is first due of incidents."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from contracts.patrol import Incident
from services.runtime.transaction import Transaction

Due = tuple[Incident, datetime]
"""An incident, and until when its first step is to be taken."""


async def take_missed(tx: Transaction, limit: int) -> list[Due]:
    """Incidents whose first step's time has passed without its being taken; marked as told of."""
    rows = await tx.sql.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM incidents WHERE first_due_at < $1 AND NOT first_told ORDER BY first_due_at LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE incidents SET first_told = true FROM due WHERE incidents.id = due.id
        RETURNING incidents.body, incidents.first_due_at
        """,
        tx.now,
        limit,
    )
    return _by_time(rows)


async def take_coming(tx: Transaction, limit: int) -> list[Due]:
    """Incidents whose first step falls due on the day that has begun in China; marked as reminded of."""
    rows = await tx.sql.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM incidents WHERE first_remind_at <= $1 ORDER BY first_remind_at LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE incidents SET first_remind_at = NULL FROM due WHERE incidents.id = due.id
        RETURNING incidents.body, incidents.first_due_at
        """,
        tx.now,
        limit,
    )
    return _by_time(rows)


def _by_time(rows: Iterable[asyncpg.Record]) -> list[Due]:
    found = ((Incident.model_validate_json(row["body"]), row["first_due_at"]) for row in rows)
    return sorted(found, key=lambda due: due[1])


async def locked(tx: Transaction, id: UUID) -> tuple[Incident, datetime | None] | None:
    """An incident, and until when its first step is still to be taken: None where there is none to take."""
    row = await tx.sql.fetchrow("SELECT body, first_due_at FROM incidents WHERE id = $1 FOR UPDATE", id)
    return None if row is None else (Incident.model_validate_json(row["body"]), row["first_due_at"])


async def taken(tx: Transaction, ids: Collection[UUID]) -> None:
    """The first step of these incidents is taken: nothing is due of it any more."""
    await tx.sql.execute(
        """
        UPDATE incidents SET first_due_at = NULL, first_remind_at = NULL
        WHERE id = ANY($1::uuid[]) AND first_due_at IS NOT NULL
        """,
        list(ids),
    )


async def waiting(tx: Transaction) -> int:
    count: int = await tx.sql.fetchval(
        """
        SELECT (SELECT count(*) FROM incidents WHERE first_due_at < $1 AND NOT first_told)
             + (SELECT count(*) FROM incidents WHERE first_remind_at <= $1)
        """,
        tx.now,
    )
    return count
