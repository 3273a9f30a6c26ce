"""Breaks a target down to who carries it out, and moves amounts between them."""

from __future__ import annotations

from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.targets import Allocate, Target, TargetAllocated, TargetSet
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction
from services.targets.allocation import allocation
from services.targets.target import store
from services.targets.target.handlers import recount

room = Room()


@room.answers(Allocate)
async def allocate(tx: Transaction, ask: Ask[Allocate]) -> Answer:
    """Who may is who sets the plan: the operator."""
    ask.require_operator()
    wanted = ask.command
    await store.lock_plan(tx)
    stands = {
        one.target.id: one.target
        for one in (await store.around(tx, [wanted.target_id, *(one.id for one in wanted.shares)])).values()
    }
    target = stands.get(wanted.target_id)
    if target is None:
        raise Problem(404, "no-such-target", broken("no_target"))
    ask.require_within(target.division)
    parts: dict[str, dict[str, Target]] = {}
    for one in stands.values():
        parts.setdefault(one.parent_id or "", {})[one.id] = one
    if problems := allocation.problems_of(target, wanted, stands, parts):
        raise Problem(422, "allocation-not-lawful", broken("not_allocated", target=target.id), errors=problems)
    own = parts.get(target.id, {})
    moved = allocation.moves(wanted, own)
    now = allocation.after(target, wanted, own, day_of(tx.now))
    answer = allocation.shown(target, now)
    if not moved:
        return Answer(answer)
    changed = [now[one.id] for one in moved]
    await store.set_targets(tx, changed)
    await recount(tx, changed)
    told = TargetAllocated(
        target_id=target.id,
        division=target.division,
        amount=target.amount,
        moved=tuple(moved),
        unallocated=answer.unallocated,
        reason=wanted.reason,
        paper=wanted.paper,
        at=tx.now,
    )
    return Answer(answer, [told, *(TargetSet(target=one) for one in changed)])
