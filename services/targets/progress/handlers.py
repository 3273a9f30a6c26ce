"""What targets does when it hears of progress."""

from __future__ import annotations

from contracts.language.values import day_of
from contracts.targets import ProgressRecorded, ProgressReport
from services.runtime.messages import Heard, News, Refused
from services.runtime.service import Room
from services.runtime.transaction import Transaction
from services.targets.progress import progress, store
from services.targets.progress.progress import ProgressFate
from services.targets.target import store as target_store

room = Room()


@room.hears(ProgressReport, locks="target_id")
async def count_progress(tx: Transaction, heard: list[Heard[ProgressReport]]) -> list[News]:
    """Every report is counted, revises, repeats or is refused; which one is written down."""
    plan = await target_store.locked(tx, [one.body.target_id for one in heard])
    trees = await target_store.trees(tx, list(plan))
    standing = await store.standing(tx, [progress.key_of(one) for one in heard])
    outcomes = progress.count(heard, plan, trees, standing, day_of(tx.now))
    await store.save(tx, outcomes)
    news: list[News] = []
    for outcome in outcomes:
        report = outcome.heard.body
        if outcome.fate is ProgressFate.REFUSED:
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
                evidence=report.evidence,
            )
            news.append((outcome.heard, recorded))
    return news
