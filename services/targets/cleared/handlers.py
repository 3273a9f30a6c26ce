"""Counts what is cleared of dead pines for the targets that have it counted."""

from __future__ import annotations

from contracts.patrol import ClearanceRecorded, ClearanceVerified
from contracts.targets import CountedWork, ProgressRecorded
from services.runtime.messages import Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction
from services.targets.cleared import cleared, store
from services.targets.cleared.cleared import Plot
from services.targets.target import store as target_store

room = Room()


@room.hears(ClearanceRecorded, ClearanceVerified, locks="plot.id", any_word=True)
async def count_cleared(tx: Transaction, heard: list[Heard[ClearanceRecorded | ClearanceVerified]]) -> list[News]:
    """A plot counts as its newest fact says, however often and in whatever order facts are heard."""
    await target_store.lock_plan(tx)
    found = {Plot.of(one.body, one.envelope.sequence or 0): one for one in heard}
    kept = await store.keep(tx, cleared.newest(found))
    locked = await target_store.locked(tx, await store.counting(tx)) if kept else {}
    standing = {id: one for id, one in locked.items() if one.target.counts is CountedWork.CLEARANCE}
    totals = {id: one.total for id, one in standing.items()}
    news: list[News] = []
    for plot, told, before in kept:
        for id, one in standing.items():
            total = cleared.moved_by(plot, before, one.target, totals[id])
            if total == totals[id]:
                continue
            recorded = ProgressRecorded(
                target_id=id,
                division=one.target.division,
                source=cleared.SOURCE,
                external_id=plot.id,
                revision=told,
                entity=plot.place,
                plot=plot.id,
                counted=total.reported - totals[id].reported,
                total=total,
                at=tx.now,
            )
            totals[id] = total
            news.append((found[plot], recorded))
    await target_store.save_sums(tx, {id: total for id, total in totals.items() if total != standing[id].total})
    return news
