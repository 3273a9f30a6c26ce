"""Every statement on posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.language.division import Division
from contracts.roster import Post
from services.runtime.transaction import Transaction


async def posts(tx: Transaction, ids: Sequence[str]) -> dict[str, Post]:
    """Those posts that exist."""
    rows = await tx.sql.fetch("SELECT id, body FROM posts WHERE id = ANY($1::text[])", ids)
    return {row["id"]: Post.model_validate_json(row["body"]) for row in rows}


async def offices(tx: Transaction, division: Division, area_id: str) -> list[Post]:
    """The chief offices of a division, of those above it, and of one area beside them."""
    rows = await tx.sql.fetch(
        """
        SELECT posts.body FROM posts JOIN areas ON areas.id = posts.area_id
        WHERE posts.role = 'office' AND posts.division = ANY($1::text[])
              AND (areas.kind = 'division' OR areas.id = $2)
        """,
        list(division.chain()),
        area_id,
    )
    return [Post.model_validate_json(row["body"]) for row in rows]


async def save_posts(tx: Transaction, stated: Sequence[Post]) -> None:
    await tx.sql.execute(
        """
        INSERT INTO posts (id, role, area_id, division, body, stated_at)
        SELECT id, role, area_id, division, body::jsonb, $6
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             AS new (id, role, area_id, division, body)
        ON CONFLICT (id) DO UPDATE
        SET role = excluded.role, area_id = excluded.area_id, division = excluded.division,
            body = excluded.body, stated_at = excluded.stated_at
        """,
        [post.id for post in stated],
        [post.role.value for post in stated],
        [post.area_id for post in stated],
        [post.division for post in stated],
        [post.model_dump_json() for post in stated],
        tx.now,
    )


async def end_posts(tx: Transaction, ends: Mapping[str, date]) -> list[Post]:
    """The posts of areas that end, ended with them; those that had ended before are left."""
    rows = await tx.sql.fetch("SELECT body FROM posts WHERE area_id = ANY($1::text[]) ORDER BY id", sorted(ends))
    posts = [Post.model_validate_json(row["body"]) for row in rows]
    ended = [
        post.model_copy(update={"ended_on": ends[post.area_id]})
        for post in posts
        if post.ended_on is None or post.ended_on > ends[post.area_id]
    ]
    await save_posts(tx, ended)
    return ended
