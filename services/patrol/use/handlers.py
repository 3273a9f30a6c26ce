"""Shows how many of the rangers used the system."""

from __future__ import annotations

from datetime import timedelta

from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.patrol import ShowUse
from services.patrol.kept.clock import KEEPING
from services.patrol.kept.point import begin_of
from services.patrol.use import share, store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
A_DAY, LONGEST = timedelta(days=1), timedelta(days=366)


@room.answers(ShowUse)
async def show_use(tx: Transaction, ask: Ask[ShowUse]) -> Answer:
    asked, today = ask.command, day_of(tx.now)
    if asked.last < asked.first:
        refuse_field("last", broken("not_before", day=asked.first))
    if asked.last > today:
        refuse_field("last", broken("not_after_today", today=today))
    if asked.last - asked.first >= LONGEST:
        refuse_field("first", broken("not_before", day=asked.last - LONGEST + A_DAY))
    posts = await store.rangers(tx, ask.division)
    held = [one.id for one in posts if share.is_held(one, asked.first, asked.last)]
    first, before = begin_of(asked.first), begin_of(asked.last + A_DAY)
    by_points = await store.with_points(tx, held, first, before)
    by_patrols = await store.with_patrols(tx, held, first, before)
    counted = share.counted(posts, asked.first, asked.last, by_points, by_patrols)
    return Answer(share.shown(ask.division, counted, asked.first, asked.last, KEEPING.kept_from(today)))
