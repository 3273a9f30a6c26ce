"""Enrols posts and appoints people."""

from __future__ import annotations

from contracts.language.command import OPERATOR, Done
from contracts.language.rules import Wrong, broken
from contracts.language.values import PersonRef, day_of
from contracts.roster import Appoint, EnrolPosts, PostStated
from services.roster.area import store as area_store
from services.roster.post import post, store
from services.roster.statement import require_lawful, require_within, states_to_tell
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(EnrolPosts)
async def enrol_posts(tx: Transaction, ask: Ask[EnrolPosts]) -> Answer:
    ask.require_operator()
    await area_store.take_turn(tx)
    before = await store.posts(tx, [one.id for one in ask.command.posts])
    stated = [post.merged(one, before.get(one.id)) for one in ask.command.posts]
    require_within(ask, [*stated, *before.values()])
    require_lawful(
        "posts", post.problems_of(stated, await area_store.areas(tx, [one.area_id for one in stated]), tx.now)
    )
    changed = [one for one in stated if one != before.get(one.id)]
    if not changed:
        return Answer(Done(changed=0))
    await store.save_posts(tx, changed)
    await tx.change_views()
    states = states_to_tell(changed, before, day_of(tx.now))
    return Answer(Done(changed=len(changed)), [PostStated(post=state) for state in states])


@room.answers(Appoint)
async def appoint(tx: Transaction, ask: Ask[Appoint]) -> Answer:
    asked = ask.command
    await area_store.take_turn(tx)
    before = (await store.posts(tx, [asked.post_id])).get(asked.post_id)
    if before is None:
        errors = [Wrong(field="post_id", rule=broken("must_be_post"))]
        raise Problem(404, "no-such-post", broken("no_post", post=asked.post_id), errors=errors)
    ask.require_within(before.division)
    if ask.actor != OPERATOR:
        offices = await store.offices(tx, before.division, before.area_id)
        if not post.may_appoint(ask.actor, offices, before.division, day_of(tx.now)):
            told = broken("for_office_or_operator", operator=OPERATOR, division=before.division)
            raise Problem(403, "not-the-office", told)
    person = PersonRef(id=asked.person_id, name=asked.person_name)
    after = post.appoint(before, person, asked.held_from, asked.held_to, tx.now)
    if after == before:
        return Answer(before)
    await store.save_posts(tx, [after])
    await tx.change_views()
    return Answer(after, [PostStated(post=after)])
