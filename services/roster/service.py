"""Roster: the responsibility areas, the posts, and who answers for a point."""

from __future__ import annotations

from services.roster.answerable import handlers as answerable
from services.roster.answerable.store import DUTIES
from services.roster.area import handlers as area
from services.roster.post import handlers as post
from services.runtime.service import Service

roster = Service(
    "roster",
    area.room,
    post.room,
    answerable.room,
    views=(DUTIES,),
)
