"""Whether somebody may act as a post or for it: its holder, or a chief office above."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

from contracts.language.division import Division
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.roster import Post
from services.patrol.duty import post_store
from services.runtime.messages import Ask
from services.runtime.problem import Problem, refuse_field
from services.runtime.reference.posts import holds, stands_on
from services.runtime.transaction import Transaction


async def post_named(tx: Transaction, ask: Ask[Any], post_id: str) -> Post:
    """The post. Raises Problem for one that does not exist, or lies outside the subject's division."""
    post = (await post_store.posts(tx, [post_id])).get(post_id)
    if post is None:
        refuse_field("post_id", broken("no_post_enrolled"))
    ask.require_within(post.division)
    return post


async def acting_post(tx: Transaction, ask: Ask[Any], post_id: str, day: date) -> Post:
    """The post as which somebody acted on a day. Raises Problem unless it stood, and its holder or an office asks."""
    post = await post_named(tx, ask, post_id)
    if not holds(post, ask.actor, day):
        await require_office(tx, ask, post.division)
    if not stands_on(post, day):
        refuse_field("post_id", broken("post_stands"))
    return post


async def require_office(tx: Transaction, ask: Ask[Any], division: Division) -> None:
    """Raises Problem 403 unless the actor is of a chief office of the division or above."""
    if not await offices_of(tx, ask, division):
        refuse_actor("by_office")


def refuse_actor(by: str) -> NoReturn:
    """Raises Problem 403: who may do it."""
    rule = broken("actor_must_be", by=by)
    raise Problem(403, "not-yours", rule, errors=[{"field": "subject", "rule": rule}])


async def offices_of(tx: Transaction, ask: Ask[Any], division: Division) -> list[Post]:
    """The chief offices of the division or above to which the actor belongs today."""
    today = day_of(tx.now)
    offices = await post_store.offices_of(tx, ask.actor)
    return [one for one in offices if holds(one, ask.actor, today) and one.division.contains(division)]
