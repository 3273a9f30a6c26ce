"""How the moves that people ask for are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    ApprovePlan,
    AskExtension,
    AssignCase,
    Case,
    CaseCommand,
    CaseFact,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    GiveNotice,
    GrantExtension,
    HandUp,
    OverruleObjection,
    PassLookBack,
    RaiseObjection,
    ReassignCase,
    RecordParticulars,
    ReferCase,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    UpholdObjection,
    VerifyCase,
    VoidCase,
)
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case import closing, particulars, rectify, referral, store
from services.cases.case.machine import Act, acting, require_reach
from services.cases.case.record import record
from services.cases.case.store import Change
from services.cases.cause.store import CAUSES
from services.cases.post.post import Posts
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


Decide = Callable[[Case, Act, Any, Posts], CaseFact]


MOVES: dict[type[CaseCommand], Decide] = {
    VerifyCase: rectify.verify,
    DismissCase: rectify.dismiss,
    ReopenCase: rectify.reopen,
    AssignCase: rectify.assign,
    ReturnCase: rectify.give_back,
    ReassignCase: rectify.reassign,
    SubmitPlan: rectify.submit_plan,
    RefusePlan: rectify.refuse_plan,
    ApprovePlan: rectify.approve_plan,
    StartCase: rectify.start,
    AskExtension: rectify.ask_extension,
    GrantExtension: rectify.grant_extension,
    RefuseExtension: rectify.refuse_extension,
    ShowNoViolation: rectify.show_no_violation,
    SubmitCase: rectify.submit,
    SendBackCase: rectify.send_back,
    AcceptCase: rectify.accept,
    RecordParticulars: particulars.record,
    RaiseObjection: closing.raise_objection,
    UpholdObjection: closing.uphold,
    OverruleObjection: closing.overrule,
    PassLookBack: closing.pass_look_back,
    RelapseCase: closing.relapse,
    VoidCase: closing.void,
    ReferCase: referral.refer,
    AcknowledgeReferral: referral.acknowledge,
    ConcludeReferral: referral.conclude,
    HandUp: referral.hand_up,
}
"""The moves that need nothing but the case and the roster to be decided."""


def _answering(decide: Decide) -> Callable[[Transaction, Ask[CaseCommand]], Awaitable[Answer]]:
    async def answer(tx: Transaction, ask: Ask[CaseCommand]) -> Answer:
        case, act, roster = await lock(tx, ask)
        return await moved(tx, Change(case, decide(case, act, ask.command, roster), *_said(ask.command)))

    return answer


for _command, _decide in MOVES.items():
    room.answers(_command)(_answering(_decide))


async def lock(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Posts]:
    """The case, locked until the transaction ends; who acts on it, on which business date; and the roster."""
    (case,), act, roster = await lock_all(tx, ask, ask.command.on)
    return case, act, roster


async def lock_as_it_stands(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Posts]:
    """The same for what moves no case, so that its business date is not bound to the last move."""
    (case,), act, roster = await lock_all(tx, ask, None)
    return case, act, roster


async def lock_all(
    tx: Transaction, ask: Ask[CaseCommand], on: date | None, *others: UUID
) -> tuple[list[Case], Act, Posts]:
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


def _said(command: CaseCommand) -> tuple[str, str | None]:
    """The verb of a command is the word of its move."""
    return command.parts()[1], getattr(command, "reason", None)


@room.answers(GiveNotice)
async def notice(tx: Transaction, ask: Ask[GiveNotice]) -> Answer:
    case, act, roster = await lock(tx, ask)
    told = closing.notice(case, act, ask.command, roster, await tx.see(CAUSES))
    return await moved(tx, Change(case, told, "notice"))


@room.answers(CloseCase)
async def close(tx: Transaction, ask: Ask[CloseCase]) -> Answer:
    case, act, roster = await lock(tx, ask)
    repeats = await store.repeats(tx, case, ask.command.cause or case.cause, rules.repeats_since(act.on))
    told = closing.close(case, act, ask.command, roster, await tx.see(CAUSES), repeats)
    return await moved(tx, Change(case, told, "close"))
