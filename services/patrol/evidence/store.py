"""Every statement on evidence: what is kept, and what names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from contracts.evidence import KeptEvidence, NamedBy
from contracts.language.division import Division
from contracts.language.evidence import Evidence
from services.patrol.evidence.naming import CASE, INCIDENT, Naming, newest
from services.runtime.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence whose bytes are in the object store, with the upload that they came by.

    What its giver publishes there behind `last_place` is no part of it.
    """

    evidence: Evidence
    given_by: str
    upload: str
    last_place: int
    kept_at: datetime

    def told(self, anew: bool = False) -> KeptEvidence:
        return KeptEvidence(evidence=self.evidence, given_by=self.given_by, kept_at=self.kept_at, anew=anew)


async def lock(tx: Transaction, name: str) -> None:
    """Until this transaction ends nobody else takes the same bytes, or takes them away: by their hash or upload."""
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"evidence {name}")


async def kept(tx: Transaction, sha256: str) -> Kept | None:
    return (await kept_of(tx, [sha256])).get(sha256)


def _kept(row: asyncpg.Record) -> Kept:
    evidence = Evidence(sha256=row["sha256"], media_type=row["media_type"], size_bytes=row["size_bytes"])
    return Kept(evidence, row["given_by"], row["upload"], row["last_place"], row["kept_at"])


async def keep(tx: Transaction, one: Kept) -> None:
    """The bytes have come, or have come again after they were lost."""
    await tx.sql.execute(
        """
        INSERT INTO evidence (sha256, media_type, size_bytes, given_by, upload, last_place, kept_at, unnamed_since,
                              look_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7::timestamptz + interval '1 day')
        ON CONFLICT (sha256) DO UPDATE SET
            media_type = excluded.media_type, size_bytes = excluded.size_bytes, given_by = excluded.given_by,
            upload = excluded.upload, last_place = excluded.last_place, kept_at = excluded.kept_at
        """,
        one.evidence.sha256,
        one.evidence.media_type,
        one.evidence.size_bytes,
        one.given_by,
        one.upload,
        one.last_place,
        one.kept_at,
    )


async def put_again(tx: Transaction, sha256: str) -> bool:
    """It may be named from now on as if it had just come; False where it has gone meanwhile."""
    return (
        await tx.sql.fetchval(
            "UPDATE evidence SET unnamed_since = greatest(unnamed_since, $2) WHERE sha256 = $1 RETURNING true",
            sha256,
            tx.now,
        )
        is not None
    )


async def name(tx: Transaction, namings: Iterable[Naming]) -> None:
    """Keep what things name as their newest fact says, in whatever order facts are heard."""
    last = newest(namings)
    if not last:
        return
    await tx.sql.execute(
        """
        DELETE FROM evidence_names n USING unnest($1::text[], $2::text[], $3::bigint[]) AS new (kind, id, sequence)
        WHERE n.kind = new.kind AND n.id = new.id AND n.sequence < new.sequence
        """,
        *_facts([one for one in last if not one.adds]),
    )
    if unnamed := [one for one in last if not one.adds and not one.hashes]:
        await tx.sql.execute(
            """
            INSERT INTO evidence_unnamed (kind, id, sequence) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
            ON CONFLICT (kind, id) DO UPDATE SET sequence = greatest(evidence_unnamed.sequence, excluded.sequence)
            """,
            *_facts(unnamed),
        )
    pairs = [(one, sha256) for one in last for sha256 in sorted(one.hashes)]
    if not pairs:
        return
    await tx.sql.execute(
        """
        INSERT INTO evidence_names (kind, id, sha256, division, sequence, done_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
            AS new (kind, id, sha256, division, sequence, done_at)
        WHERE new.kind = $7 OR NOT EXISTS (
            SELECT FROM evidence_names n WHERE n.kind = new.kind AND n.id = new.id AND n.sequence > new.sequence
            UNION ALL
            SELECT FROM evidence_unnamed n WHERE n.kind = new.kind AND n.id = new.id AND n.sequence > new.sequence)
        ON CONFLICT (kind, id, sha256) DO UPDATE SET
            division = excluded.division, sequence = excluded.sequence, done_at = excluded.done_at
        WHERE evidence_names.sequence <= excluded.sequence
        """,
        [one.kind for one, _ in pairs],
        [one.id for one, _ in pairs],
        [sha256 for _, sha256 in pairs],
        [one.division for one, _ in pairs],
        [one.sequence for one, _ in pairs],
        [one.done_at for one, _ in pairs],
        CASE,
    )


def _facts(namings: Sequence[Naming]) -> tuple[list[str], list[str], list[int]]:
    return [one.kind for one in namings], [one.id for one in namings], [one.sequence for one in namings]


MOST_NAMES = 100
"""So many of what names one piece of evidence are told."""


async def named_by_of(tx: Transaction, hashes: Sequence[str], below: str) -> dict[str, list[NamedBy]]:
    """What names each piece of evidence in and under a division."""
    rows = await tx.sql.fetch(
        """
        SELECT n.* FROM unnest($1::text[]) AS asked (sha256)
        CROSS JOIN LATERAL (
            SELECT sha256, kind, id, division FROM evidence_names
            WHERE sha256 = asked.sha256 AND starts_with(division, $2) ORDER BY kind, id LIMIT $3
        ) AS n
        """,
        hashes,
        below,
        MOST_NAMES,
    )
    found: dict[str, list[NamedBy]] = {}
    for row in rows:
        one = NamedBy(kind=row["kind"], id=row["id"], division=Division(row["division"]))
        found.setdefault(row["sha256"], []).append(one)
    return found


async def kept_of(tx: Transaction, hashes: Sequence[str]) -> dict[str, Kept]:
    rows = await tx.sql.fetch(
        """
        SELECT sha256, media_type, size_bytes, given_by, upload, last_place, kept_at FROM evidence
        WHERE sha256 = ANY($1::text[])
        """,
        hashes,
    )
    return {row["sha256"]: _kept(row) for row in rows}


async def hashes(tx: Transaction, below: str, of_all: bool, missing: bool, after: str, most: int) -> list[str]:
    """The next hashes of what is named in and under a division, of what is `missing`, or `of_all` that is kept."""
    rows = await tx.sql.fetch(
        """
        SELECT sha256 FROM (
            SELECT sha256 FROM evidence WHERE $2 AND sha256 > $4
            UNION
            SELECT sha256 FROM evidence_names n WHERE NOT $2 AND starts_with(division, $1) AND sha256 > $4
                AND NOT ($3 AND EXISTS (SELECT FROM evidence e WHERE e.sha256 = n.sha256))
        ) AS found ORDER BY sha256 LIMIT $5
        """,
        below,
        of_all,
        missing,
        after,
        most,
    )
    return [row["sha256"] for row in rows]


async def is_named(tx: Transaction, sha256: str, below: str) -> bool:
    found: bool = await tx.sql.fetchval(
        "SELECT EXISTS (SELECT FROM evidence_names WHERE sha256 = $1 AND starts_with(division, $2))", sha256, below
    )
    return found


async def take_due(tx: Transaction, again_at: datetime, most: int) -> list[tuple[Kept, datetime | None, bool]]:
    """Some of what is to be looked at, since when nothing needs it (None where something does), and if it was named.

    What something needs is not unnamed until it is looked at again.
    """
    rows = await tx.sql.fetch(
        """
        WITH due AS (
            SELECT * FROM evidence WHERE look_at <= $1 ORDER BY look_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ), named AS (
            SELECT n.sha256, bool_or(c.done_at IS NULL) AS needed, max(c.done_at) AS done_at
            FROM due JOIN evidence_names n USING (sha256)
            LEFT JOIN incidents i ON i.id = CASE WHEN n.kind = $4 THEN n.id::uuid END
            LEFT JOIN evidence_cases of_case ON n.kind = $5 AND of_case.case_id = n.id
            LEFT JOIN evidence_cases of_incident ON of_incident.incident_id = coalesce(i.linked_to, i.id)
            CROSS JOIN LATERAL (SELECT coalesce(n.done_at, of_case.resolved_at, of_incident.resolved_at)) AS c (done_at)
            GROUP BY n.sha256
        )
        UPDATE evidence e
        SET look_at = $3, unnamed_since = CASE WHEN named.needed THEN $1 ELSE e.unnamed_since END
        FROM due LEFT JOIN named USING (sha256)
        WHERE e.sha256 = due.sha256
        RETURNING e.sha256, e.media_type, e.size_bytes, e.given_by, e.upload, e.last_place, e.kept_at,
                  named.sha256 IS NOT NULL AS named,
                  CASE WHEN named.needed THEN NULL ELSE greatest(coalesce(named.done_at, e.unnamed_since), e.kept_at)
                  END AS since
        """,
        tx.now,
        most,
        again_at,
        INCIDENT,
        CASE,
    )
    return [(_kept(row), row["since"], row["named"]) for row in rows]


async def waiting(tx: Transaction) -> int:
    count: int = await tx.sql.fetchval("SELECT count(*) FROM evidence WHERE look_at <= $1", tx.now)
    return count


async def forget(tx: Transaction, hashes: Sequence[str]) -> None:
    await tx.sql.execute("DELETE FROM evidence WHERE sha256 = ANY($1::text[])", hashes)
