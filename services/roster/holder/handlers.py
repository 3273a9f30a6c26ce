"""Names and shows who stands in while a post is vacant."""

from __future__ import annotations

from contracts.language.rules import broken
from contracts.language.values import PersonRef, day_of
from contracts.roster import ListStandIns, StandIn, StandInsListed
from services.roster.area import store as area_store
from services.roster.holder import holder, store
from services.roster.holder.holder import Substitute
from services.roster.post.handlers import require_office, standing_post
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(StandIn)
async def stand_in(tx: Transaction, ask: Ask[StandIn]) -> Answer:
    asked = ask.command
    await area_store.take_turn(tx)
    post = await standing_post(tx, asked.post_id)
    await require_office(tx, ask, post)
    if post.ended_on is not None and post.ended_on < asked.last:
        refuse_field("last", broken("after_end_of_post", last=post.ended_on))
    person = None
    if asked.person_id is not None and asked.person_name is not None:
        person = PersonRef(id=asked.person_id, name=asked.person_name)
    one = Substitute(post.id, person, asked.first, asked.last, tx.now)
    await store.name(tx, one, asked.reason, ask.actor)
    await store.look_again(tx, [post.id])
    await tx.change_views()
    named = await store.named(tx.sql, [post.id])
    return Answer(holder.holding(post, named[post.id], max(asked.first, day_of(tx.now))))


@room.answers(ListStandIns)
async def list_stand_ins(tx: Transaction, ask: Ask[ListStandIns]) -> Answer:
    asked = ask.command
    found = await store.listed(tx, ask.division.significant, asked.post_id, asked.on, asked.limit + 1)
    return Answer(StandInsListed(stand_ins=tuple(found[: asked.limit]), more=len(found) > asked.limit))
