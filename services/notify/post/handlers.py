"""Keeps the posts that roster states."""

from __future__ import annotations

from contracts.roster import PostStated
from services.runtime.messages import Heard, News
from services.runtime.reference.kept import keep_newest, told_of
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    if await keep_newest(tx, "posts", told_of(heard, "post")):
        await tx.change_views()
    return []
