"""Every statement on posts."""

from __future__ import annotations

from contracts.roster import Post
from services.notify.audience.audience import Audience
from services.runtime.reference.view import View
from services.runtime.sql import Sql


async def load_posts(sql: Sql) -> Audience:
    rows = await sql.fetch("SELECT body FROM posts")
    return Audience(Post.model_validate_json(row["body"]) for row in rows)


POSTS = View(load_posts)
