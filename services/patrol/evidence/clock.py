"""Lets evidence go that nothing needs any more, and uploads that were broken off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from contracts.evidence import EvidenceGone, WhyGone
from contracts.evidence.bucket import name_in
from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.language.values import day_of
from services.patrol.evidence import store, sweep_store, upload
from services.patrol.evidence.keeping import is_over
from services.patrol.evidence.law import EVIDENCE
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
DAY, SWEEP_EVERY = timedelta(days=1), timedelta(hours=1)
AT_ONCE = 200
"""So many pieces are looked at in one transaction, each once a day."""
STATED_AT_ONCE, BYTES_AT_ONCE = 200, 256 * 1024**2
"""So many that only the store knows of are looked at in one transaction, and read until they are as many bytes."""


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


@room.every(seconds=10.0)
async def sweep(tx: Transaction) -> list[Fact]:
    """Make table and store agree: what it says it has is taken up, what it lost is told, what was begun goes."""
    after = await sweep_store.begun_sweep(tx)
    if after is None:
        return []
    before = tx.now - timedelta(hours=(await tx.see(EVIDENCE.view)).on(day_of(tx.now)).unfinished_hours)
    there = await tx.objects.uploads()
    stated = list(map(name_in, await tx.objects.names()))
    not_kept = await sweep_store.not_kept(tx, stated, after, STATED_AT_ONCE + 1)
    left_bytes = BYTES_AT_ONCE
    for n, sha256 in enumerate(not_kept, 1):
        left_bytes -= await _take_up(tx, sha256, set(there), before)
        if n < len(not_kept) and (left_bytes <= 0 or n == STATED_AT_ONCE):
            await sweep_store.sweep_next(tx, tx.now, sha256)
            return []
    for begun in await sweep_store.broken_off(tx, await sweep_store.unknown(tx, there), before):
        await store.lock(tx, begun)
        if await sweep_store.unknown(tx, [begun]):
            await tx.objects.drop(begun)
    lost = await sweep_store.lost(tx, there, before)
    await store.forget(tx, lost)
    await sweep_store.sweep_next(tx, tx.now + SWEEP_EVERY)
    return [EvidenceGone(sha256=one, reason=WhyGone.LOST, gone_at=tx.now) for one in lost]


async def _take_up(tx: Transaction, sha256: str, there: Collection[str], before: datetime) -> int:
    """A database that was put back knows nothing of what came since; its store does. How many bytes were read for it.

    What is said of bytes that are not there, or are none of those, goes once whoever said it must be done.
    """
    await store.lock(tx, sha256)
    stated = await tx.objects.stated(sha256)
    if stated is None:
        return 0
    uploaded, read_bytes = stated["nuid"], 0
    if uploaded in there and await sweep_store.unknown(tx, [uploaded]):
        come = await upload.read(tx.objects.pieces(uploaded), stated["size"], stated["chunks"])
        if come.sha256 == sha256:
            evidence = Evidence(sha256=sha256, media_type=stated["metadata"]["media_type"], size_bytes=stated["size"])
            giver, kept_at = uploaded.partition(".")[0], min(datetime.fromisoformat(stated["mtime"]), tx.now)
            await store.keep(tx, store.Kept(evidence, giver, uploaded, come.last_place, kept_at))
            return come.size_bytes
        read_bytes = come.size_bytes
    if datetime.fromisoformat(stated["mtime"]) <= before:
        await tx.objects.unsay(sha256)
    return read_bytes
