"""Every statement on posts and on who takes them over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from contracts.roster import Post
from services.cases.division.store import load_divisions
from services.cases.post.post import Roster
from services.runtime.reference.view import View
from services.runtime.sql import Sql
from services.runtime.transaction import Transaction


async def expect_handovers(tx: Transaction, days: Sequence[tuple[str, date]]) -> None:
    """From these days on the posts have other holders; their open cases are to be passed on."""
    await tx.sql.executemany(
        """
        INSERT INTO handovers (post_id, on_day) VALUES ($1, $2)
        ON CONFLICT (post_id, on_day) DO UPDATE SET after_id = NULL
        """,
        sorted(days),
    )


async def handover(tx: Transaction, today: date) -> tuple[str, date, UUID | None] | None:
    """A post whose open cases are to be passed on, locked, and after which case to go on."""
    row = await tx.sql.fetchrow(
        """
        SELECT post_id, on_day, after_id FROM handovers WHERE on_day <= $1
        ORDER BY on_day, post_id LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        today,
    )
    return None if row is None else (row["post_id"], row["on_day"], row["after_id"])


async def handed_over(tx: Transaction, post_id: str, on_day: date, after_id: UUID | None) -> None:
    """Go on after a case, or be done."""
    if after_id is None:
        await tx.sql.execute("DELETE FROM handovers WHERE post_id = $1 AND on_day = $2", post_id, on_day)
    else:
        await tx.sql.execute(
            "UPDATE handovers SET after_id = $3 WHERE post_id = $1 AND on_day = $2", post_id, on_day, after_id
        )


async def load_posts(sql: Sql) -> Roster:
    rows = await sql.fetch("SELECT body FROM posts")
    return Roster((Post.model_validate_json(row["body"]) for row in rows), await load_divisions(sql))


POSTS = View(load_posts)
