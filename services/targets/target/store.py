"""Every statement on the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg

from contracts.language.division import Division
from contracts.targets import Amounts, Target, TargetProgress
from services.runtime.transaction import Transaction
from services.targets.target.target import unallocated

AMOUNTS = ("reported", "mapped", "accepted", "preserved")
_BELOW = """
            UNION ALL
            SELECT below.whole, targets.id, targets.body ->> 'counts' FROM targets
            JOIN below ON targets.parent_id = below.id WHERE below.counts IS NULL
        ), reached AS (
            SELECT whole, sum(reported) AS reported, sum(mapped) AS mapped, sum(accepted) AS accepted,
                   sum(preserved) AS preserved
            FROM below JOIN targets USING (id) GROUP BY whole
        )
"""
"""How `below` goes on from the wholes that it begins with, and what each has `reached` with all its parts.

What counts by itself has counted what its parts have.
"""


async def locked(tx: Transaction, target_ids: Sequence[str]) -> dict[str, TargetProgress]:
    """Those targets that exist, locked in the order of their ids until the transaction ends."""
    rows = await tx.sql.fetch(
        """
        SELECT id, body, reported, mapped, accepted, preserved
        FROM targets WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE
        """,
        list(set(target_ids)),
    )
    return {row["id"]: _progress(row) for row in rows}


async def lock_plan(tx: Transaction) -> None:
    """Until this transaction ends nobody else changes the plan, or counts what counts by itself.

    It comes before anything is read of them: what a statement sees that had to wait for a row is older than that.
    """
    await tx.sql.execute("SELECT pg_advisory_xact_lock(hashtextextended('plan', 0))")


async def around(tx: Transaction, target_ids: Sequence[str]) -> dict[str, TargetProgress]:
    """Those targets, all above them, and the parts of each, locked in the order of their ids.

    Who changes a part has locked all above it, so that nobody else shares them out meanwhile.
    """
    rows = await tx.sql.fetch(
        """
        WITH RECURSIVE above AS (
            SELECT id, parent_id FROM targets WHERE id = ANY($1::text[])
            UNION
            SELECT targets.id, targets.parent_id FROM targets JOIN above ON targets.id = above.parent_id
        )
        SELECT id, body, reported, mapped, accepted, preserved FROM targets
        WHERE id IN (SELECT id FROM above) OR parent_id = ANY($1::text[]) ORDER BY id FOR UPDATE
        """,
        list(set(target_ids)),
    )
    return {row["id"]: _progress(row) for row in rows}


async def set_targets(tx: Transaction, targets: Sequence[Target]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO targets (id, year, division, body, set_at)
        SELECT *, $5 FROM unnest($1::text[], $2::integer[], $3::text[], $4::jsonb[])
        ON CONFLICT (id) DO UPDATE
        SET year = excluded.year, division = excluded.division, body = excluded.body, set_at = excluded.set_at
        """,
        [one.id for one in targets],
        [one.year for one in targets],
        [one.division for one in targets],
        [one.model_dump_json() for one in targets],
        tx.now,
    )


async def save_sums(tx: Transaction, totals: Mapping[str, Amounts]) -> None:
    """The sums of targets, locked before."""
    if not totals:
        return
    await tx.sql.execute(
        """
        UPDATE targets SET reported = new.reported, mapped = new.mapped,
                           accepted = new.accepted, preserved = new.preserved
        FROM unnest($1::text[], $2::numeric[], $3::numeric[], $4::numeric[], $5::numeric[])
             AS new (id, reported, mapped, accepted, preserved)
        WHERE targets.id = new.id
        """,
        list(totals),
        *([getattr(total, name) for total in totals.values()] for name in AMOUNTS),
    )


async def plan(tx: Transaction, year: int, division: Division, after: str | None, limit: int) -> list[TargetProgress]:
    """The targets of a year in or under a division, with the amounts that they and all their parts have reached."""
    rows = await tx.sql.fetch(
        f"""
        WITH RECURSIVE page AS (
            SELECT id, division, body FROM targets
            WHERE year = $1 AND starts_with(division, $2) AND ($3::text IS NULL OR
                (division COLLATE "C", id COLLATE "C") > (SELECT division, id FROM targets WHERE id = $3))
            ORDER BY division COLLATE "C", id COLLATE "C" LIMIT $4
        ), below AS (
            SELECT id AS whole, id, body ->> 'counts' AS counts FROM page
            {_BELOW}
        SELECT page.id, page.body, reached.*,
               ARRAY(SELECT parts.body FROM targets AS parts WHERE parts.parent_id = page.id) AS parts
        FROM page JOIN reached ON reached.whole = page.id
        ORDER BY page.division COLLATE "C", page.id COLLATE "C"
        """,
        year,
        division.significant,
        after,
        limit,
    )
    return [_with_what_is_left(row) for row in rows]


async def trees(tx: Transaction, target_ids: Sequence[str]) -> dict[str, tuple[str, Amounts]]:
    """Of each target the one at the top of its tree, and what that whole tree has reached."""
    rows = await tx.sql.fetch(
        f"""
        WITH RECURSIVE above AS (
            SELECT id AS of, id, parent_id FROM targets WHERE id = ANY($1::text[])
            UNION
            SELECT above.of, targets.id, targets.parent_id FROM targets JOIN above ON targets.id = above.parent_id
        ), tops AS (
            SELECT of, id AS whole FROM above WHERE parent_id IS NULL
        ), below AS (
            SELECT DISTINCT tops.whole, targets.id, targets.body ->> 'counts' AS counts
            FROM tops JOIN targets ON targets.id = tops.whole
            {_BELOW}
        SELECT of, reached.* FROM tops JOIN reached USING (whole)
        """,
        list(set(target_ids)),
    )
    return {row["of"]: (row["whole"], amounts_of(row)) for row in rows}


def _with_what_is_left(row: asyncpg.Record) -> TargetProgress:
    found = _progress(row)
    left = unallocated(found.target, map(Target.model_validate_json, row["parts"]))
    return found.model_copy(update={"unallocated": left})


def _progress(row: asyncpg.Record) -> TargetProgress:
    return TargetProgress(target=Target.model_validate_json(row["body"]), total=amounts_of(row))


def amounts_of(row: asyncpg.Record) -> Amounts:
    return Amounts(**{name: row[name] for name in AMOUNTS})
