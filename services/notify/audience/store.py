"""Every statement on posts."""

from __future__ import annotations

from contracts.roster import Post
from services.notify.audience.audience import Posts
from services.runtime.reference.view import View
from services.runtime.transaction import Sql


async def load_posts(sql: Sql) -> Posts:
    rows = await sql.fetch("SELECT body FROM posts")
    return Posts(Post.model_validate_json(row["body"]) for row in rows)


POSTS = View(load_posts)
