"""Keeps the posts and the divisions that roster states."""

from __future__ import annotations

from contracts.language.values import day_of
from contracts.roster import DivisionStated, PostStated
from services.cases.post import store
from services.cases.post.post import DAY, handovers
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


@room.hears(DivisionStated, locks="division.id")
async def keep_divisions(tx: Transaction, heard: list[Heard[DivisionStated]]) -> list[News]:
    """Keep the divisions; the open cases of one that ends will be passed on to what it became."""
    if await keep_newest(tx, "divisions", told_of(heard, "division")):
        await tx.change_views()
        roster, today = await tx.see(POSTS), day_of(tx.now)
        ended = [(one.body.division.id, one.body.division.ended_on) for one in heard]
        days = [(post.id, max(on + DAY, today)) for id, on in ended if on is not None for post in roster.of_area(id)]
        await store.expect_handovers(tx, days)
    return []
