"""Enrols posts and appoints people."""

from __future__ import annotations

from contracts.language.command import OPERATOR, Done
from contracts.language.message import Command
from contracts.language.rules import Wrong, broken
from contracts.language.values import PersonRef, day_of
from contracts.roster import Appoint, EnrolPosts, Post, PostStated
from services.roster.area import store as area_store
from services.roster.coverage import store as coverage_store
from services.roster.coverage.team import served
from services.roster.holder import store as holder_store
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
    await holder_store.look_again(tx, [one.id for one in changed])
    await coverage_store.look_again(tx, served([*changed, *before.values()]))
    await tx.change_views()
    states = states_to_tell(changed, before, day_of(tx.now))
    return Answer(Done(changed=len(changed)), [PostStated(post=state) for state in states])


@room.answers(Appoint)
async def appoint(tx: Transaction, ask: Ask[Appoint]) -> Answer:
    asked = ask.command
    await area_store.take_turn(tx)
    before = await standing_post(tx, asked.post_id)
    await require_office(tx, ask, before)
    person = PersonRef(id=asked.person_id, name=asked.person_name)
    after = post.appoint(before, person, asked.held_from, asked.held_to, tx.now)
    if after == before:
        return Answer(before)
    await store.save_posts(tx, [after])
    await holder_store.look_again(tx, [after.id])
    await coverage_store.look_again(tx, served([after]))
    await tx.change_views()
    return Answer(after, [PostStated(post=after)])


async def standing_post(tx: Transaction, post_id: str) -> Post:
    """Raises Problem 404."""
    found = (await store.posts(tx, [post_id])).get(post_id)
    if found is None:
        errors = [Wrong(field="post_id", rule=broken("must_be_post"))]
        raise Problem(404, "no-such-post", broken("no_post", post=post_id), errors=errors)
    return found


async def require_office(tx: Transaction, ask: Ask[Command], of: Post) -> None:
    """Raises Problem 403 for anybody but the operator and the chief offices at or above the post."""
    ask.require_within(of.division)
    if ask.actor != OPERATOR:
        offices = await store.offices(tx, of.division, of.area_id)
        if not post.may_appoint(ask.actor, offices, of.division, day_of(tx.now)):
            told = broken("for_office_or_operator", operator=OPERATOR, division=of.division)
            raise Problem(403, "not-the-office", told)
