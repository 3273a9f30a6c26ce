"""Every statement on how many reports of passers-by were taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from services.patrol.passerby.limit import Sender
from services.runtime.transaction import Transaction


async def taken(tx: Transaction, sources: Collection[str], since: datetime) -> dict[Sender, list[datetime]]:
    """When reports of these sources were taken, whole and by device; nobody else takes any until this one ends."""
    await tx.sql.execute(
        "SELECT pg_advisory_xact_lock(hashtext('passers-by ' || source)) FROM unnest($1::text[]) AS source",
        sorted(sources),
    )
    rows = await tx.sql.fetch(
        "SELECT source, device, at FROM passerby_reports WHERE source = ANY($1::text[]) AND at > $2 ORDER BY at",
        sorted(sources),
        since,
    )
    found: dict[Sender, list[datetime]] = {}
    for row in rows:
        for sender in {(row["source"], None), (row["source"], row["device"])}:
            found.setdefault(sender, []).append(row["at"])
    return found


async def add(tx: Transaction, senders: Sequence[Sender], since: datetime) -> None:
    """Reports that are taken now; those of before `since` limit nothing any more."""
    await tx.sql.execute(
        """
        WITH gone AS (DELETE FROM passerby_reports WHERE at <= $4 AND source = ANY($1::text[]))
        INSERT INTO passerby_reports (source, device, at)
        SELECT source, device, $3 FROM unnest($1::text[], $2::text[]) AS new (source, device)
        """,
        [source for source, _ in senders],
        [device for _, device in senders],
        tx.now,
        since,
    )
