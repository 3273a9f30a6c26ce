"""Every statement by which duties are read."""

from __future__ import annotations

from contracts.roster import Area, Post
from services.roster.answerable.answerable import Duties
from services.roster.holder.store import named
from services.runtime.reference.view import View
from services.runtime.sql import Sql


async def load_duties(sql: Sql) -> Duties:
    areas = await sql.fetch("SELECT body FROM areas")
    posts = await sql.fetch("SELECT body FROM posts")
    return Duties(
        (Area.model_validate_json(row["body"]) for row in areas),
        (Post.model_validate_json(row["body"]) for row in posts),
        await named(sql),
    )


DUTIES = View(load_duties)
