"""Enrols areas."""

from __future__ import annotations

from contracts.language.command import Done
from contracts.language.message import Fact
from contracts.language.values import AreaKind, day_of
from contracts.roster import AreasListed, AreaStated, DivisionStated, EnrolAreas, ListAreas, PostStated
from services.roster.area import area, store
from services.roster.area.in_force import named
from services.roster.coverage import store as coverage_store
from services.roster.coverage.team import served
from services.roster.holder import store as holder_store
from services.roster.post import store as post_store
from services.roster.statement import require_lawful, require_within, states_to_tell
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
MOST_LISTED_BYTES = 600_000
"""Of one answer; a boundary as it is kept is written wider than it travels."""


@room.answers(EnrolAreas)
async def enrol_areas(tx: Transaction, ask: Ask[EnrolAreas]) -> Answer:
    stated = ask.command.areas
    ask.require_operator()
    await store.take_turn(tx)
    around = await store.areas_around(tx, stated)
    require_within(ask, [*stated, *(around[one.id] for one in stated if one.id in around)])
    require_lawful("areas", area.problems_of(stated, around))
    changed = [one for one in map(area.measured, stated) if one != around.get(one.id)]
    if not changed:
        return Answer(Done(changed=0))
    await store.save_areas(tx, changed)
    left = [around[one.id].parent_id for one in changed if one.id in around]
    await coverage_store.look_again(tx, [*(one.id for one in changed), *(id for id in left if id is not None)])
    ended = await post_store.end_posts(tx, {one.id: one.ended_on for one in changed if one.ended_on is not None})
    await holder_store.look_again(tx, [one.id for one in ended])
    await coverage_store.look_again(tx, served(ended))
    await tx.change_views()
    states = states_to_tell(changed, around, day_of(tx.now))
    return Answer(
        Done(changed=len(changed)),
        [
            *(AreaStated(area=state) for state in states),
            *(DivisionStated(division=named(state)) for state in states if state.kind is AreaKind.DIVISION),
            *(PostStated(post=post) for post in ended),
        ],
    )


@room.every(60)
async def tell_divisions(tx: Transaction) -> list[Fact]:
    """Divisions that were enrolled before anybody told of them without their boundaries."""
    return [DivisionStated(division=named(one)) for one in await store.untold_divisions(tx)]


@room.answers(ListAreas)
async def list_areas(tx: Transaction, ask: Ask[ListAreas]) -> Answer:
    asked = ask.command
    under = ask.division.significant
    found = await store.listed(tx, under, asked.ids, asked.parents, asked.after or "", MOST_LISTED_BYTES)
    last = found[-1].id if found else None
    left = last and await store.listed(tx, under, asked.ids, asked.parents, last, 0)
    return Answer(AreasListed(areas=tuple(found), after=last if left else None))
