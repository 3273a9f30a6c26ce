"""Tells of another holder, a vacancy or a stand-in on the day from which it is so."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.roster import HolderStated
from services.roster.holder import holder, store
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
AT_ONCE = 500


@room.every(seconds=5.0)
async def tell_holders(tx: Transaction) -> list[Fact]:
    """What was enrolled is known by its own state: only what becomes otherwise is told.

    Posts that are looked at for the first time are many and bring nothing about: they go on in the same call.
    """
    today = day_of(tx.now)
    told: list[Fact] = []
    while not told:
        posts = await store.to_look_at(tx, today, AT_ONCE)
        if not posts:
            break
        named = await store.named(tx.sql, [post.id for post, _ in posts])
        found = []
        for post, before in posts:
            its = named.get(post.id, ())
            after = holder.holding(post, list(its), today)
            found.append((after, holder.next_change(post, its, today)))
            if before is None or after == before:
                continue
            if before.post.division != post.division:
                told.append(HolderStated(holding=holder.left(before)))
            told.append(HolderStated(holding=after))
        await store.looked(tx, found)
    return told
