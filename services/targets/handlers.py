"""What targets does when it hears of progress and cases, and what it answers."""

from __future__ import annotations

from contracts.cases import CaseFact
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.targets import PlanShown, ProgressRecorded, ProgressReport, SetTarget, ShowPlan, ShowRecord, TargetSet
from services.runtime.messages import Answer, Ask, Heard, News, Refused
from services.runtime.problem import Problem
from services.runtime.service import Service
from services.runtime.transaction import Transaction
from services.targets import progress, record, record_store, store, target
from services.targets.progress import Fate
from services.targets.record import Step

targets = Service("targets")


@targets.hears(ProgressReport, locks="target_id")
async def count_progress(tx: Transaction, heard: list[Heard[ProgressReport]]) -> list[News]:
    """Every report is counted, revises, repeats or is refused; which one is written down."""
    plan = await store.locked(tx, [one.body.target_id for one in heard])
    standing = await store.standing(tx, [progress.key_of(one) for one in heard])
    outcomes = progress.count(heard, plan, standing, day_of(tx.now))
    await store.save(tx, outcomes)
    news: list[News] = []
    for outcome in outcomes:
        report = outcome.heard.body
        if outcome.fate is Fate.REFUSED:
            news.append(Refused(outcome.heard, outcome.problems))
        elif outcome.total is not None:
            recorded = ProgressRecorded(
                target_id=report.target_id,
                division=plan[report.target_id].target.division,
                source=outcome.heard.source,
                external_id=report.external_id,
                revision=report.revision,
                entity=report.entity,
                plot=report.plot,
                counted=outcome.counted,
                total=outcome.total,
                at=tx.now,
            )
            news.append((outcome.heard, recorded))
    return news


async def keep_records(tx: Transaction, heard: list[Heard[CaseFact]]) -> list[News]:
    """What a case does to records, or undoes there, whichever of its facts is heard first (A6)."""
    first: dict[str, Heard[CaseFact]] = {}
    steps: dict[str, list[Step]] = {}
    for one in heard:
        found = record.steps_of(one.body, one.envelope.sequence or 0)
        if found:
            first.setdefault(one.body.case.ref.id, one)
            steps.setdefault(one.body.case.ref.id, []).extend(found)
    known = await record_store.add_steps(tx, steps) if steps else {}
    entries = [(first[id], entry) for id, of_case in known.items() for entry in record.entries(of_case)]
    if not entries:
        return []
    changed = await record_store.enter(tx, [(one.body.case.ref, entry) for one, entry in entries])
    news: list[News] = []
    for one, entry in entries:
        is_new = changed.get((one.body.case.ref.id, *entry.key))
        if is_new is not None:
            news += [(one, fact) for fact in record.told(one.body.case.ref, entry, is_new)]
    return news


for _fact in record.STEPS:
    targets.hears(_fact, locks="case.ref.id")(keep_records)


@targets.answers(SetTarget)
async def set_target(tx: Transaction, ask: Ask[SetTarget]) -> Answer:
    """Targets hears no posts, so it cannot know who holds an office: only the operator sets the plan."""
    ask.require_operator()
    wanted = ask.command.target
    ask.require_within(wanted.division)
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
    return Answer(wanted, [TargetSet(target=wanted)])


@targets.answers(ShowPlan)
async def show_plan(tx: Transaction, ask: Ask[ShowPlan]) -> Answer:
    return Answer(PlanShown(targets=await store.plan(tx, ask.command.year, ask.division)))


@targets.answers(ShowRecord)
async def show_record(tx: Transaction, ask: Ask[ShowRecord]) -> Answer:
    division, found = await record_store.record(tx, ask.command.post_id, ask.command.limit)
    if division is not None:
        ask.require_within(division)
    return Answer(found)
