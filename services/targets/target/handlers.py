"""Puts targets into the plan, and shows it."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.language.rules import broken
from contracts.targets import PlanShown, SetTarget, ShowPlan, Target, TargetSet
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
    await store.lock_plan(tx)
    found = await store.around(tx, [one for one in (wanted.id, wanted.parent_id) if one is not None])
    before = found.get(wanted.id)
    if before is not None and before.target == wanted:
        return Answer(wanted)
    problems = target.problems_of(wanted, before, target.around(wanted, found.values()))
    problems += target.problems_of_sums(wanted, before, await store.trees(tx, [*found]))
    if problems:
        told = broken("target_not_in_plan", target=wanted.id)
        raise Problem(422, "target-not-lawful", told, errors=problems)
    await store.set_targets(tx, [wanted])
    await recount(tx, [wanted])
    return Answer(wanted, [TargetSet(target=wanted)])


async def recount(tx: Transaction, targets: Sequence[Target]) -> None:
    """What counts by itself counts what was done before it stood in the plan; the plots are locked before."""
    counting = [one for one in targets if one.counts is not None]
    await store.save_sums(tx, {one.id: sums(await cleared_store.all_within(tx, one.division), one) for one in counting})


@room.answers(ShowPlan)
async def show_plan(tx: Transaction, ask: Ask[ShowPlan]) -> Answer:
    wanted = ask.command
    found = await store.plan(tx, wanted.year, ask.division, wanted.after, wanted.limit + 1)
    return Answer(PlanShown(targets=tuple(found[: wanted.limit]), more=len(found) > wanted.limit))
