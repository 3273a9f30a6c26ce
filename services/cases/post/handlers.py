"""Keeps the posts that roster states."""

from __future__ import annotations

from contracts.language.values import day_of
from contracts.roster import PostStated
from services.cases.post import store
from services.cases.post.post import handovers
from services.cases.post.store import POSTS
from services.runtime.messages import Heard, News
from services.runtime.reference.kept import keep_newest, told_of
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    """Keep the posts; where a known one gets another holder, its open cases will be passed on."""
    known = await tx.see(POSTS)
    if await keep_newest(tx, "posts", told_of(heard, "post")):
        await tx.change_views()
        today = day_of(tx.now)
        await store.expect_handovers(tx, [day for one in heard for day in handovers(known, one.body.post, today)])
    return []
