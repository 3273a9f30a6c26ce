"""What time and late points bring to patrols: they are judged, fall silent, are closed; a bounded batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.patrol import Patrol, PatrolJudged, PatrolSilent, VerdictState
from services.patrol.area.store import GROUND
from services.patrol.duty import clock as duty_clock
from services.patrol.duty import store as duty_store
from services.patrol.duty import walk_store
from services.patrol.duty.judging import Walk
from services.patrol.patrol import compare_store, due_store, judging, law_store, measuring, record, standing, store
from services.patrol.patrol.compare_store import Beside
from services.patrol.patrol.law import VERDICT
from services.patrol.patrol.measuring import DayWalked
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
TERMINALS_AT_ONCE, JUDGED_AT_ONCE, WATCHED_AT_ONCE, FOLLOWING_AT_ONCE = 1_000, 20, 500, 1_000
COMPARED = 10
"""With so many others at its time and place a patrol is compared, and with as many earlier ones of its walker."""


@room.every(seconds=5.0)
async def mark_patrols(tx: Transaction) -> list[Fact]:
    """Those that points came for are due to be judged, and those whose rules were put in the place of others."""
    await due_store.mark_fresh(tx, TERMINALS_AT_ONCE)
    await law_store.mark_unfollowing(tx, FOLLOWING_AT_ONCE)
    return []


@room.every(seconds=5.0)
async def judge_patrols(tx: Transaction) -> list[Fact]:
    return await judged(tx, await due_store.take_due(tx, JUDGED_AT_ONCE))


@room.every(seconds=5.0)
async def watch_patrols(tx: Transaction) -> list[Fact]:
    """What is silent is told, what was never ended is closed, what was never begun is given up."""
    ids = await due_store.take_watched(tx, WATCHED_AT_ONCE)
    if not ids:
        return []
    told: list[Fact] = [*await record.stand_again(tx, ids)]
    law = await tx.see(VERDICT.view)
    kept, heard = await store.kept(tx, ids), await due_store.heard_of(tx, ids)
    after = []
    for id, one in kept.items():
        patrol, (heard_at, phone) = one.patrol, heard.get(id, (None, None))
        rules = law.on(day_of(patrol.started_at or tx.now))
        silent = one.silent
        if patrol.started_at and record.is_open(patrol) and not silent and patrol.state == "open":
            since, limit = standing.last_heard(patrol, heard_at), standing.silence_of(rules, phone)
            if silent := since + limit <= tx.now:
                minutes = round(limit.total_seconds() / 60, 2)
                told.append(PatrolSilent(patrol=patrol, at=tx.now, since=since, limit_minutes=minutes, state=phone))
        watch_at = standing.watched_from(patrol, rules, heard_at, phone, silent)
        after.append(replace(one, watch_at=watch_at, silent=silent))
    await store.save(tx, after)
    return told


async def judged(tx: Transaction, ids: Collection[UUID]) -> list[Fact]:
    """The verdicts of patrols by all that is known now, and what becomes of the duties that they count for."""
    if not ids:
        return []
    # First: a text that is taken up meanwhile is followed once more.
    newest, today = await law_store.newest(tx), day_of(tx.now)
    law, ground = await tx.see(VERDICT.view), await tx.see(GROUND)
    kept = await store.kept(tx, ids)
    final = {id: one.by_law or 0 for id, one in kept.items() if one.is_final(today)}
    laws = await VERDICT.by_text(tx.sql) if any(number < newest for number in final.values()) else []
    patrols = [one.patrol for one in kept.values()]
    walked = await due_store.walked_on(tx, patrols)
    if changed := await compare_store.keep_extents(tx, list(walked.values())):
        await compare_store.mark_compared(tx, changed)
    compared = await compare_store.beside(tx, walked.values(), COMPARED)
    others = await due_store.walked_on(tx, _all_of(compared))
    incidents = await due_store.incidents_of(tx, list(kept))
    told: list[Fact] = []
    after, walks, turned = [], [], []
    for id, one in kept.items():
        beside = compared.get(id, Beside())
        together, before, counted = (
            [others[other.id] for other in its] for its in (beside.together, beside.before, beside.counted)
        )
        found, days = measuring.measured(walked[id], together, counted, ground, incidents[id])
        suspicions = measuring.suspicions(walked[id], together, before)
        by_law = final.get(id, newest)
        rules = (law if by_law == newest else laws[by_law]).on(day_of(one.patrol.started_at or tx.now))
        verdict = judging.verdict(one.patrol, found, suspicions, rules, tx.now)
        patrol = one.patrol.model_copy(update={"verdict": verdict})
        was = one.patrol.verdict
        if verdict.state is not was.state or (verdict != was and verdict.state is not VerdictState.PENDING):
            patrol = patrol.model_copy(update={"verdict": verdict.model_copy(update={"told_at": tx.now})})
            told.append(PatrolJudged(patrol=patrol, at=tx.now, before=was.state))
        if VerdictState.VALID in (verdict.state, was.state) and verdict.state is not was.state:
            turned.append(id)
        final_on = one.final_on if id in final else judging.final_on(patrol, rules)
        judge_at = judging.judged_again_at(patrol, verdict, rules)
        after.append(replace(one, patrol=patrol, judge_at=judge_at, by_law=by_law, final_on=final_on))
        if verdict.state is VerdictState.VALID:
            walks += [(patrol, walk) for walk in _walks(patrol, days)]
    await store.save(tx, after)
    if turned:
        # What is judged beside them in this batch was judged by how they stood before.
        await compare_store.mark_later(tx, turned)
    days_of = await walk_store.replace(tx, list(kept), walks)
    return told + await duty_clock.measured(tx, await duty_store.of_days(tx, sorted(days_of)))


def _all_of(compared: Mapping[UUID, Beside]) -> list[Patrol]:
    found = {other.id: other for one in compared.values() for other in (*one.together, *one.before, *one.counted)}
    return list(found.values())


def _walks(patrol: Patrol, days: Collection[DayWalked]) -> list[Walk]:
    """A valid patrol as duties count it: what was walked on each day; what it looked at, on that on which it began."""
    assert patrol.started_at is not None
    began_on = day_of(patrol.started_at)
    found: dict[date, Walk] = {}
    for day in days or (DayWalked(began_on, 0.0, 0.0, None, None, ()),):
        before = found.get(day.day)
        found[day.day] = _walk(patrol, began_on, day) if before is None else _joined(before, day)
    first = min(found)
    visited: dict[str, int] = {}
    for one in patrol.visited:
        visited[one.kind] = visited.get(one.kind, 0) + one.count
    return [replace(walk, visited=visited) if day == first else walk for day, walk in found.items()]


def _walk(patrol: Patrol, began_on: date, day: DayWalked) -> Walk:
    return Walk(
        day=day.day,
        activity=patrol.activity,
        way=patrol.way,
        minutes=day.minutes,
        metres=day.metres,
        own_share=day.own_share,
        area_share=day.area_share,
        grids=frozenset(day.grids),
        repeats=day.repeats,
        items=frozenset(one.item for one in patrol.items),
        photos=len(patrol.photos),
        patrol=patrol.id,
        began_on=began_on,
        granted=bool(patrol.verdict.lacking),
    )


def _joined(walk: Walk, day: DayWalked) -> Walk:
    """Two parts of one day, between which there was a pause."""
    length = walk.metres + day.metres
    own = [
        (share, weight)
        for share, weight in ((walk.own_share, walk.metres), (day.own_share, day.metres))
        if share is not None
    ]
    weight = sum(weight for _, weight in own)
    seen = [one for one in (walk.area_share, day.area_share) if one is not None]
    return replace(
        walk,
        minutes=walk.minutes + day.minutes,
        metres=length,
        own_share=sum(s * w for s, w in own) / weight if weight else walk.own_share,
        area_share=min(sum(seen), 1.0) if seen else None,
        grids=walk.grids | frozenset(day.grids),
        repeats=walk.repeats or day.repeats,
    )
