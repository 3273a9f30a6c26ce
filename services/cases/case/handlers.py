"""How the moves that people ask for are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from contracts.cases import (
    Case,
    CaseCommand,
    CloseCase,
    Repeats,
)
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case import store
from services.cases.case.act import Act, acting, require_reach
from services.cases.case.record import record
from services.cases.case.store import Change
from services.cases.cause.store import CAUSES
from services.cases.law.campaign import Causes
from services.cases.machine import OF, make
from services.cases.post.post import Roster
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


async def _causes(tx: Transaction, case: Case, act: Act, command: Any) -> Causes:
    return await tx.see(CAUSES)


async def _repeats(tx: Transaction, case: Case, act: Act, command: CloseCase) -> Repeats:
    return await store.repeats(tx, case, command.cause or case.cause, rules.repeats_since(act.on))


NEEDS: Mapping[str, Callable[[Transaction, Case, Act, Any], Awaitable[Any]]] = {"causes": _causes, "repeats": _repeats}
"""What moves need to know besides the case and the roster."""


@room.answers(*(command for command, move in OF.items() if not move.with_another))
async def move(tx: Transaction, ask: Ask[CaseCommand]) -> Answer:
    """Every move of one case, as the machine makes it."""
    case, act, roster = await lock(tx, ask)
    command = ask.command
    known = [await NEEDS[what](tx, case, act, command) for what in OF[type(command)].needs]
    told = make(case, act, command, roster, *known)
    fact, *besides = told if isinstance(told, list) else [told]
    reason = getattr(command, "reason", None)
    return await moved(tx, Change(case, fact, OF[type(command)].word, reason, tuple(besides)))


async def lock(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Roster]:
    """The case, locked until the transaction ends; who acts on it, on which business date; and the roster."""
    (case,), act, roster = await lock_all(tx, ask, ask.command.on)
    return case, act, roster


async def lock_as_it_stands(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Roster]:
    """The same for what moves no case, so that its business date is not bound to the last move."""
    (case,), act, roster = await lock_all(tx, ask, None)
    return case, act, roster


async def lock_all(
    tx: Transaction, ask: Ask[CaseCommand], on: date | None, *others: UUID
) -> tuple[list[Case], Act, Roster]:
    """The case and others, locked in the order of their ids."""
    locked = await store.locked_all(tx, [ask.command.case_id, *others])
    roster = await tx.see(POSTS)
    actor = roster.actor(ask.actor, day_of(tx.now))
    for case in locked:
        require_reach(ask, actor, case)
    return locked, acting(actor, tx.now, on, *locked), roster


async def within_reach(tx: Transaction, ask: Ask[CaseCommand]) -> Case:
    """The case as it stands, to be shown. Raises Problem 403 for who may not see it, 404 where there is none."""
    case = await store.found(tx, ask.command.case_id)
    require_reach(ask, (await tx.see(POSTS)).actor(ask.actor, day_of(tx.now)), case)
    return case


async def moved(tx: Transaction, *changes: Change) -> Answer:
    """Write the moves; the answer is the first case after its own."""
    return Answer(changes[0].fact.case, await record(tx, changes))
