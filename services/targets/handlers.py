"""What targets does when it hears of progress and cases, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.cases import CaseClosed, CaseFact, CaseOpened, CaseOverdue
from contracts.commands import PlanShown, SetTarget, ShowPlan, ShowRecord
from contracts.intake import ProgressReport
from contracts.targets import ProgressRecorded, RecordEntered, TargetSet
from contracts.values import day_of
from services.runtime.messages import Answer, Ask, Heard, News, Refused
from services.runtime.posts import nearest_chief
from services.runtime.problem import Problem
from services.runtime.service import Service
from services.runtime.transaction import Transaction
from services.targets import progress, record, store, target
from services.targets.progress import Fate

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


@targets.hears(CaseOpened, locks="case.ref.id")
async def enter_opened(tx: Transaction, heard: list[Heard[CaseOpened]]) -> list[News]:
    return await _enter(tx, heard)


@targets.hears(CaseOverdue, locks="case.ref.id")
async def enter_overdue(tx: Transaction, heard: list[Heard[CaseOverdue]]) -> list[News]:
    return await _enter(tx, heard)


@targets.hears(CaseClosed, locks="case.ref.id")
async def enter_closed(tx: Transaction, heard: list[Heard[CaseClosed]]) -> list[News]:
    return await _enter(tx, heard)


async def _enter(tx: Transaction, heard: Sequence[Heard[CaseFact]]) -> list[News]:
    """Write the cases into the records of the chiefs answerable (A6), once for each case and word."""
    what = record.WORDS[type(heard[0].body)]
    first = {one.body.case.ref.id: one for one in reversed(heard)}
    chiefs = {case_id: nearest_chief(one.body.case.answerable) for case_id, one in first.items()}
    new = await store.enter(tx, what, [(one.body, chiefs[case_id]) for case_id, one in first.items()])
    return [
        # Parts of a fact that the runtime has already checked.
        (one, RecordEntered.model_construct(post=chief, case=one.body.case.ref, what=what, at=one.body.at))
        for case_id, one in first.items()
        if case_id in new and (chief := chiefs[case_id]) is not None
    ]


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
        errors = [problem.model_dump() for problem in problems]
        raise Problem(422, "target-not-lawful", f"{wanted.id} cannot stand in the plan like this", errors=errors)
    await store.set_target(tx, wanted)
    return Answer(wanted, [TargetSet(target=wanted)])


@targets.answers(ShowPlan)
async def show_plan(tx: Transaction, ask: Ask[ShowPlan]) -> Answer:
    return Answer(PlanShown(targets=await store.plan(tx, ask.command.year, ask.division)))


@targets.answers(ShowRecord)
async def show_record(tx: Transaction, ask: Ask[ShowRecord]) -> Answer:
    division, found = await store.record(tx, ask.command.post_id, ask.command.limit)
    if division is not None:
        ask.require_within(division)
    return Answer(found)
