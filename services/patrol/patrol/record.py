"""Writes what was done with patrols, and how each stands by all that is known of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.language.message import Fact
from contracts.language.values import day_of
from contracts.law.verdict import LONGEST, VerdictRules
from contracts.law.versions import Law
from contracts.patrol import Patrol, PatrolState
from services.patrol.duty import post_store
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.naming import of_patrols
from services.patrol.finding import record as finding
from services.patrol.patrol import standing, store
from services.patrol.patrol.course import Course, Moved, course_of
from services.patrol.patrol.law import VERDICT
from services.patrol.patrol.standing import Named
from services.patrol.patrol.store import Kept
from services.runtime.transaction import Transaction

MOST_SAID_BYTES = 500_000
"""Of all that is said of one patrol, so that every fact of it can be told."""


async def move(
    tx: Transaction, moves: Sequence[tuple[Named, Moved, str]]
) -> tuple[dict[UUID, list[Fact]], Collection[UUID]]:
    """Write moves down, with who told each: what is told of the patrols that stand otherwise by them.

    And those of which as much has been said as a fact can carry: nothing new of them is written down.
    """
    named = {one.id: one for one, _, _ in moves}
    await store.lock(tx, named)
    full = await store.add_moves(tx, [(one.id, moved, by) for one, moved, by in moves], MOST_SAID_BYTES)
    return await stand(tx, {id: one for id, one in named.items() if id not in full}), full


async def stand(tx: Transaction, named: Mapping[UUID, Named]) -> dict[UUID, list[Fact]]:
    """Have patrols stand as all their moves make them; of one whose beginning is not known yet nothing is said."""
    moves, before = await store.moves_of(tx, named.keys()), await store.kept(tx, named.keys())
    law = await tx.see(VERDICT.view)
    courses = {id: course_of(its) for id, its in moves.items()}
    posts = await post_store.posts(tx, {one.said.post_id for one in courses.values() if one.said.post_id})
    known = {id: posts[one.said.post_id or ""] for id, one in courses.items() if one.said.post_id in posts}
    rules = {id: rules_of(law, courses[id], day_of(tx.now)) for id in known}

    def stood(id: UUID, next_begin: datetime | None) -> Patrol:
        was = before[id].patrol if id in before else None
        return standing.stand(named[id], moves[id], known[id], was, next_begin, rules[id], tx.now)

    alone = {id: stood(id, None) for id in known}
    begun = {id: (store.walker_of(one), one.started_at) for id, one in alone.items() if one.started_at}
    nexts = await store.next_begins(tx, begun) if begun else {}
    after = {id: stood(id, nexts[id]) if id in nexts else one for id, one in alone.items()}
    found = {id: _kept(before.get(id), one, courses[id], rules[id], tx.now) for id, one in after.items()}
    changed = [one for id, one in found.items() if before.get(id) != one]
    if changed:
        await store.save(tx, changed)
        await evidence_store.name(tx, of_patrols(one.patrol for one in changed))
    moved = {id: at for id, at in begun.items() if _begins_otherwise(before.get(id), after[id])}
    if moved:
        await store.look_at_those_before(tx, moved, min(at for _, at in moved.values()) - LONGEST)
    begun_ones = [(one.patrol, known[one.patrol.id].role) for one in changed if one.patrol.started_at is not None]
    found_on = await finding.report(
        tx,
        [
            (one.id, role, [item], at)
            for one, role in begun_ones
            for at, item in courses[one.id].found
            if item in one.items
        ],
    )
    return {
        id: [*standing.told(before[id].patrol if id in before else None, one, tx.now), *found_on.get(id, [])]
        for id, one in after.items()
    }


def rules_of(law: Law[VerdictRules], course: Course, today: date) -> VerdictRules:
    """Those of the day on which a patrol began, or is to."""
    return law.on(day_of(course.started_at) if course.started_at else course.said.planned_on or today)


def _kept(before: Kept | None, after: Patrol, course: Course, rules: VerdictRules, now: datetime) -> Kept:
    """How a patrol is kept: what is over is judged again where it is otherwise than it was."""
    silent = before is not None and before.silent and after.state is before.patrol.state
    found = Kept(
        after,
        course.said.terminal_source,
        course.said.incidents,
        before.judge_at if before else None,
        standing.watched_from(after, rules, None, None, silent),
        silent,
        before.by_law if before else None,
        before.final_on if before else None,
    )
    if before is not None and before.patrol == after and before.incidents == found.incidents:
        return replace(before, watch_at=before.watch_at if (before.watch_at or now) > now else found.watch_at)
    was_judged = before is not None and before.patrol.state in standing.JUDGED
    over = after.state in standing.JUDGED and after.started_at is not None
    return replace(found, judge_at=now if over or was_judged else None)


def _begins_otherwise(before: Kept | None, after: Patrol) -> bool:
    if before is None:
        return True
    return (before.patrol.started_at, before.patrol.person) != (after.started_at, after.person)


async def stand_again(tx: Transaction, ids: Collection[UUID]) -> Iterable[Fact]:
    """What is told of patrols that time, or another's beginning, makes stand otherwise."""
    await store.lock(tx, ids)
    kept = await store.kept(tx, ids)
    found = await stand(tx, {id: store.named_of(one.patrol) for id, one in kept.items()})
    return [fact for id in sorted(found) for fact in found[id]]


def is_open(patrol: Patrol) -> bool:
    return patrol.state in (PatrolState.OPEN, PatrolState.PAUSED)
