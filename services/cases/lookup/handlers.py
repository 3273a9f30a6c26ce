"""A case, its history, and lists of cases."""

from __future__ import annotations

from contracts.cases import CaseList, History, ListCases, ShowCase, ShowHistory
from contracts.language.values import day_of
from services.cases.case.handlers import within_reach
from services.cases.ladder import store as ladder_store
from services.cases.lookup import store
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ShowCase)
async def show(tx: Transaction, ask: Ask[ShowCase]) -> Answer:
    case = await within_reach(tx, ask)
    return Answer(case)


@room.answers(ListCases)
async def list_cases(tx: Transaction, ask: Ask[ListCases]) -> Answer:
    units = None
    if ask.command.mine:
        actor = (await tx.see(POSTS)).actor(ask.actor, day_of(tx.now))
        units = list({post.unit.id for post in actor.posts})
    found, total = await store.listed(tx, ask.division, units, ask.command, day_of(tx.now))
    return Answer(CaseList(cases=found, total=total))


@room.answers(ShowHistory)
async def history(tx: Transaction, ask: Ask[ShowHistory]) -> Answer:
    case = await within_reach(tx, ask)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    moves = await store.history(tx, ask.command.case_id)
    reviews = await store.reviews_of(tx, ask.command.case_id)
    return Answer(History(case=case, moves=moves, letters=tuple(letters), reviews=reviews))
