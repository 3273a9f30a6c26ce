"""Which messages of a batch have not been handled yet."""

from __future__ import annotations

from collections.abc import Iterable

from services.runtime.transaction import Sql

Key = tuple[str, str]
"""(source, message id)."""


async def claim(sql: Sql, consumer: str, keys: Iterable[Key]) -> set[Key]:
    """Write the keys down as handled by this transaction; returns those that nobody had handled.

    Sorted, so that two replicas given the same messages wait for each other instead of deadlocking.
    """
    ordered = sorted(set(keys))
    rows = await sql.fetch(
        """
        INSERT INTO inbox (consumer, source, message_id)
        SELECT $1, source, message_id FROM unnest($2::text[], $3::text[]) AS new (source, message_id)
        ON CONFLICT DO NOTHING
        RETURNING source, message_id
        """,
        consumer,
        [source for source, _ in ordered],
        [message_id for _, message_id in ordered],
    )
    return {(row["source"], row["message_id"]) for row in rows}
