"""Puts targets into the plan, and shows it."""

from __future__ import annotations

from contracts.language.rules import broken
from contracts.targets import PlanShown, SetTarget, ShowPlan, TargetSet
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction
from services.targets.cleared import store as cleared_store
from services.targets.cleared.cleared import sums
from services.targets.target import store, target

room = Room()


@room.answers(SetTarget)
async def set_target(tx: Transaction, ask: Ask[SetTarget]) -> Answer:
    """Targets hears no posts, so it cannot know who holds an office: only the operator sets the plan."""
    ask.require_operator()
    wanted = ask.command.target
    ask.require_within(wanted.division)
    if wanted.counts is not None:
        await cleared_store.lock(tx)
    ids = [wanted.id] if wanted.parent_id is None else [wanted.id, wanted.parent_id]
    found = await store.locked(tx, ids)
    before, parent = found.get(wanted.id), found.get(wanted.parent_id or "")
    if before is not None and before.target == wanted:
        return Answer(wanted)
    problems = target.problems_of(wanted, before, parent.target if parent else None)
    if problems:
        told = broken("target_not_in_plan", target=wanted.id)
        raise Problem(422, "target-not-lawful", told, errors=problems)
    await store.set_target(tx, wanted)
    if wanted.counts is not None:
        plots = await cleared_store.all_within(tx, wanted.division)
        await store.save_sums(tx, {wanted.id: sums(plots, wanted)})
    return Answer(wanted, [TargetSet(target=wanted)])


@room.answers(ShowPlan)
async def show_plan(tx: Transaction, ask: Ask[ShowPlan]) -> Answer:
    return Answer(PlanShown(targets=await store.plan(tx, ask.command.year, ask.division)))
