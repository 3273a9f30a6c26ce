"""Messages that could not be handled: kept with their reason, grouped, replayed or discarded by the operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from contracts.every_service import DeadLetterGroup
from services.runtime.hearing.outline import outline
from services.runtime.sql import Sql


async def count_attempt(sql: Sql, consumer: str, source: str, message_id: str, reason: str) -> int:
    """One more failure of a message; returns how many there have been."""
    attempts: int = await sql.fetchval(
        """
        INSERT INTO attempts (consumer, source, message_id, attempts, reason) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (consumer, source, message_id)
        DO UPDATE SET attempts = attempts.attempts + 1, reason = excluded.reason, last_at = now()
        RETURNING attempts
        """,
        consumer,
        source,
        message_id,
        reason,
    )
    return attempts


_LETTER = (
    "id",
    "durable",
    "subject",
    "source",
    "message_id",
    "stream_sequence",
    "cause",
    "reason",
    "attempts",
    "headers",
    "body",
    "at",
)


async def bury(sql: Sql, **letter: Any) -> None:
    """Keep a message that is given up, with payload and headers."""
    await sql.execute(
        """
        INSERT INTO dead_letters
            (id, durable, subject, source, message_id, stream_sequence, cause, reason, attempts, headers, body, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        *(letter[name] for name in _LETTER),
    )


async def waiting(sql: Sql) -> int:
    count: int = await sql.fetchval("SELECT count(*) FROM dead_letters WHERE state = 'waiting'")
    return count


async def groups(sql: Sql) -> tuple[DeadLetterGroup, ...]:
    """What waits, grouped by durable and cause, the newest letter of each group as its example, without its values."""
    rows = await sql.fetch(
        """
        WITH kinds AS (
            SELECT durable, cause, count(*) AS count, (array_agg(id ORDER BY at DESC))[:1000] AS ids,
                   min(at) AS first_at, max(at) AS last_at
            FROM dead_letters WHERE state = 'waiting' GROUP BY durable, cause
        )
        SELECT kinds.*, newest.subject, newest.reason, newest.message_id,
               newest.body
        FROM kinds JOIN dead_letters AS newest ON newest.id = kinds.ids[1]
        ORDER BY kinds.durable, kinds.cause
        """
    )
    return tuple(
        DeadLetterGroup(
            durable=row["durable"],
            cause=row["cause"],
            count=row["count"],
            ids=tuple(row["ids"]),
            first_at=row["first_at"],
            last_at=row["last_at"],
            example={
                **{name: row[name] for name in ("subject", "reason", "message_id")},
                "body": outline(row["body"]),
            },
        )
        for row in rows
    )


async def take(sql: Sql, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """The waiting letters among `ids`, locked, oldest first."""
    rows = await sql.fetch(
        "SELECT * FROM dead_letters WHERE id = ANY($1::uuid[]) AND state = 'waiting' ORDER BY at, id FOR UPDATE",
        list(ids),
    )
    return [{**row, "headers": orjson.loads(row["headers"])} for row in rows]


async def settle(sql: Sql, ids: Sequence[UUID], state: str, reason: str | None, at: datetime) -> int:
    """Mark letters replayed or discarded; returns how many were waiting."""
    done = await sql.fetch(
        """
        UPDATE dead_letters SET state = $2, settled_reason = $3, settled_at = $4
        WHERE id = ANY($1::uuid[]) AND state = 'waiting' RETURNING id
        """,
        list(ids),
        state,
        reason,
        at,
    )
    return len(done)
