"""What people may ask of roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from contracts.language.command import OPERATOR, Done
from contracts.language.message import Command
from contracts.language.rules import Wrong, broken
from contracts.language.values import PersonRef, day_of
from contracts.roster import Appoint, Area, AreaStated, EnrolAreas, EnrolPosts, Post, PostStated, WhoAnswers
from services.roster import answerable, area, post, store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Service
from services.runtime.transaction import Transaction

roster = Service("roster")
duties = roster.view(store.load_duties)

MOST_TOLD = 50
"""How many broken rules one problem names."""
ThingT = TypeVar("ThingT", Area, Post)


@roster.answers(EnrolAreas)
async def enrol_areas(tx: Transaction, ask: Ask[EnrolAreas]) -> Answer:
    stated = ask.command.areas
    ask.require_operator()
    await store.take_turn(tx)
    around = await store.areas_around(tx, stated)
    _require_within(ask, [*stated, *(around[one.id] for one in stated if one.id in around)])
    _require_lawful("areas", area.problems_of(stated, around))
    changed = [one for one in map(area.measured, stated) if one != around.get(one.id)]
    if not changed:
        return Answer(Done(changed=0))
    await store.save_areas(tx, changed)
    await duties.changed(tx)
    states = _states(changed, around, day_of(tx.now))
    return Answer(Done(changed=len(changed)), [AreaStated(area=state) for state in states])


@roster.answers(EnrolPosts)
async def enrol_posts(tx: Transaction, ask: Ask[EnrolPosts]) -> Answer:
    ask.require_operator()
    await store.take_turn(tx)
    before = await store.posts(tx, [one.id for one in ask.command.posts])
    stated = [post.merged(one, before.get(one.id)) for one in ask.command.posts]
    _require_within(ask, [*stated, *before.values()])
    _require_lawful("posts", post.problems_of(stated, await store.areas(tx, [one.area_id for one in stated]), tx.now))
    changed = [one for one in stated if one != before.get(one.id)]
    if not changed:
        return Answer(Done(changed=0))
    await store.save_posts(tx, changed)
    await duties.changed(tx)
    states = _states(changed, before, day_of(tx.now))
    return Answer(Done(changed=len(changed)), [PostStated(post=state) for state in states])


@roster.answers(Appoint)
async def appoint(tx: Transaction, ask: Ask[Appoint]) -> Answer:
    asked = ask.command
    await store.take_turn(tx)
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
    await duties.changed(tx)
    return Answer(after, [PostStated(post=after)])


@roster.answers(WhoAnswers)
async def who_answers(tx: Transaction, ask: Ask[WhoAnswers]) -> Answer:
    asked = ask.command
    known = await duties.at(tx)
    areas = known.areas(asked.lon, asked.lat, asked.at)
    if not areas:
        rule = broken("ground_in_force", day=day_of(asked.at))
        errors = [Wrong(field=field, rule=rule) for field in ("lon", "lat")]
        raise Problem(404, "no-such-ground", broken("no_ground", lon=asked.lon, lat=asked.lat), errors=errors)
    ask.require_within(answerable.place_of(areas).division)
    return Answer(known.answerable(areas, asked.at, asked.known_at))


def _require_within(ask: Ask[Command], things: Sequence[Area | Post]) -> None:
    for thing in things:
        ask.require_within(thing.division)


def _require_lawful(what: str, wrong: Sequence[Wrong]) -> None:
    if wrong:
        told = broken("rules_broken", count=len(wrong))
        raise Problem(422, f"{what}-not-lawful", told, errors=wrong[:MOST_TOLD])


def _states(changed: Sequence[ThingT], before: Mapping[str, ThingT], today: date) -> list[ThingT]:
    """What to tell: each new state, after the ending of a thing on the subject of the division that it has left."""
    told: list[ThingT] = []
    for thing in changed:
        left = before.get(thing.id)
        if left is not None and left.division != thing.division:
            yesterday = today - timedelta(days=1)
            told.append(left.model_copy(update={"ended_on": min(left.ended_on or yesterday, yesterday)}))
        told.append(thing)
    return told
