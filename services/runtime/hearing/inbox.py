"""Which messages of a batch have not been handled yet, and which use an id that another message had."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from services.runtime.sql import Sql

Key = tuple[str, str]
"""(source, message id)."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Of the keys claimed: those that nobody had handled, and those that were handled with another body.

    Where there are any, `view_version` is the state of the reference data that the transaction sees.
    """

    fresh: frozenset[Key] = frozenset()
    used: frozenset[Key] = frozenset()
    view_version: int | None = None


def digest(body: bytes) -> bytes:
    """What tells two bodies apart."""
    return hashlib.blake2b(body, digest_size=16).digest()


async def claim(sql: Sql, consumer: str, digests: Mapping[Key, bytes]) -> Claimed:
    """Write the keys down as handled by this transaction, each with the digest of its body.

    Sorted, so that two replicas given the same messages wait for each other instead of deadlocking.
    """
    ordered = sorted(digests)
    rows = await sql.fetch(
        """
        INSERT INTO inbox (consumer, source, message_id, digest)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[])
        ON CONFLICT (consumer, source, message_id)
        -- Only what differs is returned, and nothing is changed.
        DO UPDATE SET digest = inbox.digest WHERE inbox.digest <> excluded.digest
        RETURNING source, message_id, xmax = 0 AS fresh, (SELECT version FROM view_version) AS view_version
        """,
        consumer,
        [source for source, _ in ordered],
        [message_id for _, message_id in ordered],
        [digests[key] for key in ordered],
    )
    told = {(row["source"], row["message_id"]): row["fresh"] for row in rows}
    fresh = frozenset(key for key, is_fresh in told.items() if is_fresh)
    return Claimed(fresh, frozenset(told) - fresh, rows[0]["view_version"] if rows else None)
