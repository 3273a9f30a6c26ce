"""Lets evidence go that nothing needs any more, and uploads that were broken off."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.evidence import EvidenceGone, WhyGone
from contracts.evidence.bucket import name_in
from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.language.values import day_of
from services.patrol.evidence import store, upload
from services.patrol.evidence.keeping import is_over
from services.patrol.evidence.law import EVIDENCE
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
DAY, SWEEP_EVERY = timedelta(days=1), timedelta(hours=1)
AT_ONCE = 200
"""So many pieces are looked at in one transaction, each once a day."""


@room.every(seconds=10.0)
async def let_go(tx: Transaction) -> list[Fact]:
    """Some of what is kept: what nothing names, and what only resolved things name, goes when its time is over."""
    due = await store.take_due(tx, tx.now + DAY, AT_ONCE)
    if not due:
        return []
    rules = (await tx.see(EVIDENCE.view)).on(day_of(tx.now))
    over = [(kept, named) for kept, since, named in due if since is not None and is_over(since, named, tx.now, rules)]
    await store.forget(tx, [kept.evidence.sha256 for kept, _ in over])
    for kept, _ in over:
        await tx.objects.drop(kept.upload, kept.evidence.sha256)
    return [
        EvidenceGone(sha256=kept.evidence.sha256, reason=WhyGone.RESOLVED if named else WhyGone.UNNAMED, gone_at=tx.now)
        for kept, named in over
    ]


@room.every(seconds=60.0)
async def sweep(tx: Transaction) -> list[Fact]:
    """Make table and store agree: what it says it has is taken up, what it lost is told, what was begun goes."""
    if not await store.is_to_be_swept(tx, SWEEP_EVERY):
        return []
    before = tx.now - timedelta(hours=(await tx.see(EVIDENCE.view)).on(day_of(tx.now)).unfinished_hours)
    there = await tx.objects.uploads()
    for sha256 in await store.not_kept(tx, list(map(name_in, await tx.objects.names()))):
        await _take_up(tx, sha256, set(there))
    for begun in await store.broken_off(tx, await store.unknown(tx, there), before):
        await store.lock(tx, begun)
        if await store.unknown(tx, [begun]):
            await tx.objects.drop(begun)
    lost = await store.lost(tx, there, before)
    await store.forget(tx, lost)
    return [EvidenceGone(sha256=one, reason=WhyGone.LOST, gone_at=tx.now) for one in lost]


async def _take_up(tx: Transaction, sha256: str, there: set[str]) -> None:
    """A database that was put back knows nothing of what came since; its store does."""
    stated = await tx.objects.stated(sha256)
    if stated is None or stated.get("nuid") not in there or not await store.unknown(tx, [stated["nuid"]]):
        return
    come = await upload.read(tx.objects.pieces(stated["nuid"]), stated["size"], stated["chunks"])
    if come.sha256 != sha256:
        return
    evidence = Evidence(sha256=sha256, media_type=stated["metadata"]["media_type"], size_bytes=stated["size"])
    giver = stated["nuid"].partition(".")[0]
    kept_at = min(datetime.fromisoformat(stated["mtime"]), tx.now)
    await store.keep(tx, store.Kept(evidence, giver, stated["nuid"], come.last_place, kept_at))
