"""Every statement on areas."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.roster import Area
from services.runtime.transaction import Transaction


async def take_turn(tx: Transaction) -> None:
    """Those who change the roster take turns, so that what one has checked no other changes meanwhile."""
    await tx.sql.execute("LOCK TABLE areas IN SHARE ROW EXCLUSIVE MODE")


async def areas(tx: Transaction, ids: Sequence[str]) -> dict[str, Area]:
    """Those areas that exist."""
    rows = await tx.sql.fetch("SELECT id, body FROM areas WHERE id = ANY($1::text[])", ids)
    return {row["id"]: Area.model_validate_json(row["body"]) for row in rows}


async def areas_around(tx: Transaction, stated: Sequence[Area]) -> dict[str, Area]:
    """Those of the areas that exist, with the parents they are to have, the children they have, and their divisions."""
    rows = await tx.sql.fetch(
        """
        SELECT id, body FROM areas
        WHERE id = ANY($1::text[]) OR id = ANY($2::text[]) OR parent_id = ANY($1::text[])
              OR (kind = 'division' AND division = ANY($3::text[]))
        """,
        [area.id for area in stated],
        [area.parent_id for area in stated if area.parent_id],
        list({area.division for area in stated}),
    )
    return {row["id"]: Area.model_validate_json(row["body"]) for row in rows}


async def listed(
    tx: Transaction, under: str, ids: Sequence[str], parents: Sequence[str], after: str, most_bytes: int
) -> list[Area]:
    """Areas in divisions that begin so, by id after one, no more than weigh so much: named ones, or all of them."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM (
            SELECT id, body, sum(octet_length(body::text)) OVER (ORDER BY id) AS weight, row_number() OVER (ORDER BY id)
            FROM (
                SELECT id, body FROM areas
                WHERE starts_with(division, $1) AND id > $4
                      AND (id = ANY($2::text[]) OR parent_id = ANY($3::text[])
                           OR (cardinality($2::text[]) = 0 AND cardinality($3::text[]) = 0))
                ORDER BY id LIMIT 2000
            ) AS wanted
        ) AS weighed
        WHERE weight <= $5 OR row_number = 1
        ORDER BY id
        """,
        under,
        ids,
        parents,
        after,
        most_bytes,
    )
    return [Area.model_validate_json(row["body"]) for row in rows]


async def save_areas(tx: Transaction, stated: Sequence[Area]) -> None:
    """What each was before stays on record with the time from which it was known."""
    await tx.sql.execute(
        """
        WITH now AS (
            INSERT INTO areas (id, kind, division, parent_id, body, stated_at, division_told)
            SELECT id, kind, division, parent_id, body::jsonb, $6, true
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                 AS new (id, kind, division, parent_id, body)
            ON CONFLICT (id) DO UPDATE
            SET kind = excluded.kind, division = excluded.division, parent_id = excluded.parent_id,
                body = excluded.body, stated_at = excluded.stated_at, division_told = true
            RETURNING id, body
        )
        INSERT INTO area_versions (area_id, recorded_at, body) SELECT id, $6, body FROM now
        ON CONFLICT (area_id, recorded_at) DO UPDATE SET body = excluded.body
        """,
        [area.id for area in stated],
        [area.kind.value for area in stated],
        [area.division for area in stated],
        [area.parent_id for area in stated],
        [area.model_dump_json() for area in stated],
        tx.now,
    )


async def untold_divisions(tx: Transaction, most: int = 500) -> list[Area]:
    """Some divisions that have not been told by themselves; from now on they have."""
    rows = await tx.sql.fetch(
        """
        UPDATE areas SET division_told = true
        WHERE id IN (
            SELECT id FROM areas WHERE kind = 'division' AND NOT division_told
            ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        RETURNING body
        """,
        most,
    )
    return [Area.model_validate_json(row["body"]) for row in rows]
