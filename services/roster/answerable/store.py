"""Every statement by which duties are read."""

from __future__ import annotations

from datetime import datetime

from contracts.roster import Area, Post
from services.roster.answerable.answerable import Duties
from services.roster.holder.store import named
from services.runtime.reference.ground import Ground
from services.runtime.reference.view import View
from services.runtime.sql import Sql


async def load_duties(sql: Sql) -> Duties:
    areas = await sql.fetch("SELECT body FROM areas")
    posts = await sql.fetch("SELECT body FROM posts")
    recorded = await sql.fetch("SELECT DISTINCT recorded_at FROM area_versions ORDER BY recorded_at")
    return Duties(
        (Area.model_validate_json(row["body"]) for row in areas),
        (Post.model_validate_json(row["body"]) for row in posts),
        await named(sql),
        [row["recorded_at"] for row in recorded],
    )


async def areas_known(sql: Sql, at: datetime) -> list[Area]:
    """The areas as the last statement of each by then had them; before there was any, as the first of each had them."""
    rows = await sql.fetch(
        """
        SELECT DISTINCT ON (area_id) body FROM area_versions WHERE recorded_at <= $1
        ORDER BY area_id, recorded_at DESC
        """,
        at,
    ) or await sql.fetch("SELECT DISTINCT ON (area_id) body FROM area_versions ORDER BY area_id, recorded_at")
    return [Area.model_validate_json(row["body"]) for row in rows]


async def as_known(sql: Sql, duties: Duties, known_at: datetime | None) -> Duties:
    """On the ground as it was known at that time; None: now."""
    when = duties.changed_before(known_at)
    if when is None:
        return duties
    ground = duties.remembered(when)
    return duties.on(ground if ground is not None else duties.remember(when, Ground(await areas_known(sql, when))))


DUTIES = View(load_duties)
