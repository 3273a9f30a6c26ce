"""What time brings to duties: they are opened, run out, and are missed; a bounded batch at a time."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import DutyDueSoon, DutyOpened, DutyState
from services.patrol.duty import post_store, standing, store, walk_store
from services.patrol.duty.asked import Table
from services.patrol.duty.judging import reached
from services.patrol.duty.law import DUTY
from services.patrol.duty.standing import Standing
from services.runtime.reference.posts import stands_on
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
AT_ONCE = 1_000
BATCHES = 20
"""So many batches of posts of which nothing is asked are passed over in one transaction."""


@room.every(seconds=5.0)
async def open_duties(tx: Transaction) -> list[Fact]:
    """Each post once a day, and again when rules or conditions have changed."""
    today = day_of(tx.now)
    basis = await post_store.basis(tx, DUTY.name)
    law = await tx.see(DUTY.view)
    for _ in range(BATCHES):
        waiting = await post_store.take_waiting(tx, today, basis, AT_ONCE)
        if not waiting:
            return []
        since = min(today, *(one.opened_to for one in waiting))
        table = Table(law, await post_store.conditions_since(tx, since), today)
        opened = [
            (Standing.of(one.post, asked), asked)
            for one in waiting
            for asked in table.asks(one.post.role, one.post.division, one.opened_to, one.anew)
            if one.ended_on is None or asked.days.first <= one.ended_on
        ]
        new = await store.open_all(tx, opened)
        if new:
            walks = await walk_store.walks_of(tx, [(duty.id, duty.post.id, duty.days) for duty in new])
            told: list[Fact] = [DutyOpened.model_construct(duty=duty.told(), at=tx.now) for duty in new]
            early = [duty for duty in new if walks[duty.id]]
            return told + await measured(tx, early)
    return []


@room.every(seconds=5.0)
async def remind(tx: Transaction) -> list[Fact]:
    """Once for each duty, whoever holds the post by then."""
    today = day_of(tx.now)
    due = await store.take_due_soon(tx, today, AT_ONCE)
    posts = await post_store.posts(tx, {duty.post.id for duty in due})
    return [
        DutyDueSoon(duty=duty.told(), at=tx.now, done=duty.done, holder=posts[duty.post.id].holder_on(today))
        for duty in due
        if duty.days.last >= today
    ]


@room.every(seconds=5.0)
async def close_duties(tx: Transaction) -> list[Fact]:
    """Those whose days have passed are missed, or vacant."""
    return await measured(tx, await store.take_closing(tx, day_of(tx.now), AT_ONCE))


async def measured(tx: Transaction, duties: list[Standing]) -> list[Fact]:
    """What becomes of locked duties by what has been walked and by the day that it is."""
    if not duties:
        return []
    today = day_of(tx.now)
    walks = await walk_store.walks_of(tx, [(duty.id, duty.post.id, duty.days) for duty in duties])
    posts = await post_store.posts(tx, {duty.post.id for duty in duties})
    after, told = [], []
    for duty in duties:
        post, day = posts[duty.post.id], min(duty.days.last, today)
        holder = post.holder_on(day) if stands_on(post, day) else None
        reach = reached(duty.rule, duty.days, walks[duty.id])
        if duty.state is DutyState.OPEN and today > duty.closes_on:
            now, fact = standing.closed(duty, reach, holder, tx.now)
        else:
            now, fact = standing.walked(duty, reach, holder, tx.now, today)
        after.append(now)
        told += [fact] if fact is not None else []
    await store.save(tx, after)
    return [*told]


async def due(tx: Transaction) -> dict[str, int]:
    """How much waits for the clock, by what it waits for."""
    return await store.waiting_for_clock(tx, day_of(tx.now), await post_store.basis(tx, DUTY.name))
