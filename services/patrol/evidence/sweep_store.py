"""Every statement on what table and object store say of each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.runtime.transaction import Transaction


async def begun_sweep(tx: Transaction) -> str | None:
    """Behind which hash the store is to be looked through now; None while it is not to be."""
    after: str | None = await tx.sql.fetchval(
        "SELECT after FROM evidence_swept WHERE next_at <= $1 FOR UPDATE SKIP LOCKED", tx.now
    )
    return after


async def sweep_next(tx: Transaction, at: datetime, after: str = "") -> None:
    """Look through the store at a time: all of it, or what comes after a hash."""
    await tx.sql.execute("UPDATE evidence_swept SET next_at = $1, after = $2", at, after)


async def waiting(tx: Transaction) -> int:
    count: int = await tx.sql.fetchval("SELECT count(*) FROM evidence_swept WHERE next_at <= $1", tx.now)
    return count


async def unknown(tx: Transaction, uploads: Sequence[str]) -> list[str]:
    """Those uploads of the store by which nothing that is kept came."""
    rows = await tx.sql.fetch(
        """
        SELECT upload FROM unnest($1::text[]) AS there (upload)
        WHERE NOT EXISTS (SELECT FROM evidence e WHERE e.upload = there.upload)
        """,
        uploads,
    )
    return [row["upload"] for row in rows]


async def broken_off(tx: Transaction, uploads: Sequence[str], before: datetime) -> list[str]:
    """Those uploads that were there at an earlier look before a time; the others are noted, what is gone forgotten."""
    await tx.sql.execute("DELETE FROM unfinished_uploads WHERE NOT upload = ANY($1::text[])", uploads)
    await tx.sql.execute(
        "INSERT INTO unfinished_uploads (upload, seen_at) SELECT *, $2 FROM unnest($1::text[]) ON CONFLICT DO NOTHING",
        uploads,
        tx.now,
    )
    rows = await tx.sql.fetch("SELECT upload FROM unfinished_uploads WHERE seen_at <= $1 ORDER BY upload", before)
    return [row["upload"] for row in rows]


async def lost(tx: Transaction, uploads: Sequence[str], before: datetime) -> list[str]:
    """What was kept before a time by an upload that the store has no more."""
    rows = await tx.sql.fetch(
        "SELECT sha256 FROM evidence WHERE kept_at <= $2 AND NOT upload = ANY($1::text[]) ORDER BY sha256",
        uploads,
        before,
    )
    return [row["sha256"] for row in rows]


async def not_kept(tx: Transaction, hashes: Sequence[str], after: str, most: int) -> list[str]:
    """The next of some hashes whose bytes nobody has written down."""
    rows = await tx.sql.fetch(
        """
        SELECT sha256 FROM unnest($1::text[]) AS there (sha256)
        WHERE sha256 > $2 AND NOT EXISTS (SELECT FROM evidence e WHERE e.sha256 = there.sha256)
        ORDER BY sha256 LIMIT $3
        """,
        hashes,
        after,
        most,
    )
    return [row["sha256"] for row in rows]
