"""What time brings: notices that end, days that pass, rungs, look-backs, successors, the ledger's sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from contracts.cases import CaseOverdue, CasePassedOn, LetterIssued, LookBackDue
from contracts.language.message import Fact
from contracts.language.values import day_of
from services.cases import case as rules
from services.cases import (
    clock_store,
    closing,
    entering,
    following,
    handlers,
    issuing,
    ladder,
    ladder_store,
    ledger_store,
    letters,
    lookup,
    reviewing,
    store,
)
from services.cases.handlers import AT_ONCE, cases
from services.cases.machine import OURSELVES, Act
from services.cases.post import Actor
from services.cases.recording import record
from services.cases.store import Change
from services.runtime.transaction import Transaction

__all__ = [
    "cases",
    "entering",
    "following",
    "letters",
    "lookup",
    "reviewing",
]  # the whole service, which is what is started


@cases.every(seconds=5.0)
async def end_notices(tx: Transaction) -> list[Fact]:
    """Close what has been on notice for its days without an open objection."""
    act = _ourselves(tx)
    roster = await handlers.posts.at(tx)
    changes = []
    for case in await clock_store.take_due(tx, "notice_until", act.on, AT_ONCE):
        repeats = await store.repeats(tx, case, case.cause, rules.repeats_since(act.on))
        # It ended on the day after its last, however late the clock comes to it.
        ended_on = max((case.notice_until or act.on) + timedelta(days=1), case.moved_on or act.on)
        told = closing.end_notice(case, replace(act, on=min(ended_on, act.on)), roster, repeats)
        changes.append(Change(case, told, "end_notice"))
    return [*await record(tx, changes)]


@cases.every(seconds=5.0)
async def tell_overdue(tx: Transaction) -> list[Fact]:
    """The day of the present owner has passed: told once for each owner and day."""
    return [
        CaseOverdue(case=case, by=OURSELVES, at=tx.now, overdue_since=case.owner.due_on)
        for case in await clock_store.take_overdue(tx, day_of(tx.now))
        if case.owner is not None
    ]


@cases.every(seconds=5.0)
async def climb_the_ladder(tx: Transaction) -> list[Fact]:
    """Issue the rungs whose day has come; the case is locked, so that one that moves on gets no letter."""
    today, roster = day_of(tx.now), await handlers.posts.at(tx)
    climbing = await clock_store.take_due(tx, "ladder_on", today, AT_ONCE)
    known = await ladder_store.letters(tx, [case.ref.id for case in climbing])
    letters_due = [
        (case, letter)
        for case in climbing
        for letter in ladder.due(
            case,
            [one.id for one in known[case.ref.id]],
            today,
            roster.office_above(case.office, case.ref.division, today),
            roster.seats,
        )
    ]
    issued = await issuing.issue(tx, letters_due, roster)
    for case, letter in issued:
        known[case.ref.id].append(letter)
    days = {case.ref.id: ladder.next_on(case, [one.id for one in known[case.ref.id]], today) for case in climbing}
    await ladder_store.next_on_ladder(tx, days)
    return [rules.told(LetterIssued, case, _ourselves(tx), letter=letter) for case, letter in issued]


@cases.every(seconds=5.0)
async def call_for_look_backs(tx: Transaction) -> list[Fact]:
    due = await clock_store.take_due(tx, "look_back_on", day_of(tx.now), AT_ONCE)
    await clock_store.mark_look_back_told(tx, due)
    return [rules.told(LookBackDue, case, _ourselves(tx)) for case in due]


@cases.every(seconds=5.0)
async def pass_on(tx: Transaction) -> list[Fact]:
    """A post has another holder: its open cases are the successor's from now on."""
    act, roster = _ourselves(tx), await handlers.posts.at(tx)
    found = await clock_store.handover(tx, act.on)
    if found is None:
        return []
    post_id, on_day, after_id = found
    post = roster.by_id(post_id)
    changed: list[CasePassedOn] = []
    while post is not None and not changed:
        open_cases = await clock_store.open_in(tx, post.division, after_id, AT_ONCE)
        passed = [rules.passed_on(case, act, roster) for case in open_cases]
        changed = [fact for before, fact in zip(open_cases, passed, strict=True) if fact.case.acting != before.acting]
        after_id = UUID(open_cases[-1].ref.id) if len(open_cases) == AT_ONCE else None
        if after_id is None:
            break
    await store.restate(tx, [fact.case for fact in changed])
    await clock_store.handed_over(tx, post_id, on_day, after_id)
    return [*changed]


@cases.every(seconds=2.0)
async def fold_ledger(tx: Transaction) -> list[Fact]:
    await ledger_store.fold(tx)
    return []


def _ourselves(tx: Transaction) -> Act:
    return Act(Actor(OURSELVES, ()), tx.now, day_of(tx.now))


@cases.due
async def due(tx: Transaction) -> dict[str, int]:
    """How much waits for the clock, by what it waits for."""
    return await clock_store.waiting_for_clock(tx, day_of(tx.now))
