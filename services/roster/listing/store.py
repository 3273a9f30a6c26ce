"""Every statement that lists places and posts."""

from __future__ import annotations

from contracts.language.division import Division
from contracts.language.values import AreaKind
from contracts.roster import Place, Post
from services.runtime.transaction import Transaction


async def places(tx: Transaction, under: Division, kind: AreaKind | None, after: str, most: int) -> list[Place]:
    rows = await tx.sql.fetch(
        """
        SELECT body - 'boundary' AS body FROM areas
        WHERE (starts_with(division, $1) OR (kind = 'division' AND division = ANY($5::text[])))
              AND id > $2 AND ($3::text IS NULL OR kind = $3)
        ORDER BY id LIMIT $4
        """,
        under.significant,
        after,
        kind,
        most,
        list(under.chain()),
    )
    return [Place.model_validate_json(row["body"]) for row in rows]


async def posts(tx: Transaction, under: Division, after: str, most: int, most_bytes: int) -> list[Post]:
    """No more than weigh so much together, but one at least where there is one."""
    rows = await tx.sql.fetch(
        """
        SELECT body FROM (
            SELECT id, body, sum(octet_length(body::text)) OVER (ORDER BY id) AS weight, row_number() OVER (ORDER BY id)
            FROM (
                SELECT id, body FROM posts WHERE starts_with(division, $1) AND id > $2 ORDER BY id LIMIT $3
            ) AS wanted
        ) AS weighed
        WHERE weight <= $4 OR row_number = 1
        ORDER BY id
        """,
        under.significant,
        after,
        most,
        most_bytes,
    )
    return [Post.model_validate_json(row["body"]) for row in rows]
