"""What time brings to a case: notices that end, days that pass, look-backs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contracts.cases import CaseOverdue, LookBackDue
from contracts.language.message import Fact
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case import due_store, open_cases, store
from services.cases.case.act import OURSELVES, ourselves
from services.cases.case.record import record
from services.cases.case.store import AT_ONCE, Change
from services.cases.machine import MOVES, run
from services.cases.post.store import POSTS
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.every(seconds=5.0)
async def end_notices(tx: Transaction) -> list[Fact]:
    """Close what has been on notice for its days without an open objection."""
    act = ourselves(tx.now)
    roster = await tx.see(POSTS)
    changes = []
    for case in await due_store.take_due(tx, "notice_until", act.on, AT_ONCE):
        repeats = await store.repeats(tx, case, case.cause, rules.repeats_since(act.on))
        # It ended on the day after its last, however late the clock comes to it.
        ended_on = max((case.notice_until or act.on) + timedelta(days=1), case.moved_on or act.on)
        told = run(MOVES["end_notice"], case, replace(act, on=min(ended_on, act.on)), roster, repeats)
        changes.append(Change(case, told, "end_notice"))
    return [*await record(tx, changes)]


@room.every(seconds=5.0)
async def tell_overdue(tx: Transaction) -> list[Fact]:
    """The day of the present owner has passed: told once for each owner and day."""
    return [
        CaseOverdue(case=case, by=OURSELVES, at=tx.now, overdue_since=case.owner.due_on)
        for case in await due_store.take_overdue(tx, day_of(tx.now))
        if case.owner is not None
    ]


@room.every(seconds=5.0)
async def call_for_look_backs(tx: Transaction) -> list[Fact]:
    due = await due_store.take_due(tx, "look_back_on", day_of(tx.now), AT_ONCE)
    await due_store.mark_look_back_told(tx, due)
    return [rules.told(LookBackDue, case, ourselves(tx.now)) for case in due]


async def due(tx: Transaction) -> dict[str, int]:
    """How much waits for the clock, by what it waits for."""
    return await due_store.waiting_for_clock(tx, day_of(tx.now))


async def measure(tx: Transaction) -> None:
    """How many cases are open, by state."""
    open_cases.show(await store.open_by_state(tx))
