"""Hears what phones report of patrols, and answers who plans, walks, appeals and decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from contracts.language.intake import Problem as FieldProblem
from contracts.language.rules import Rule, broken
from contracts.language.values import day_of
from contracts.patrol import (
    AbandonPatrol,
    Appeal,
    AppealDecided,
    AppealState,
    AppealVerdict,
    BeginPatrol,
    DecideAppeal,
    EndPatrol,
    ListPatrols,
    MovePatrol,
    PatrolMove,
    PatrolReport,
    PatrolShown,
    PatrolsShown,
    PatrolState,
    PausePatrol,
    PlanPatrol,
    ResumePatrol,
    ShowPatrol,
    VerdictAppealed,
    VerdictState,
)
from services.patrol.acting.record import offices_of, post_named, refuse_actor
from services.patrol.duty import post_store
from services.patrol.finding import record as finding
from services.patrol.patrol import clock, due_store, judging, record, reporting, store
from services.patrol.patrol.course import Moved, Said
from services.patrol.patrol.law import VERDICT
from services.patrol.patrol.standing import HERE, Named
from services.patrol.patrol.store import Kept
from services.runtime.ids import uuid7
from services.runtime.messages import Answer, Ask, Heard, News, Refused
from services.runtime.problem import Problem, refuse_field
from services.runtime.reference.posts import holds, stands_on
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
C = TypeVar("C", bound=MovePatrol)


@room.hears(PatrolReport, locks="patrol_id")
async def move_patrols(tx: Transaction, heard: list[Heard[PatrolReport]]) -> list[News]:
    """Each report is one move of a patrol; what is told is how the patrols stand by all of them."""
    refused: list[News] = []
    timed = []
    for one in heard:
        if (late := reporting.untimely(one.body, tx.now)) is not None:
            refused.append(Refused(one, (late,)))
        elif lost := await finding.unlocated(tx, one.body.items, reporting.at_of(one.body)):
            refused.append(Refused(one, tuple(FieldProblem.of(field, rule) for field, rule in lost)))
        else:
            timed.append(one)
    moves: list[tuple[Heard[PatrolReport], Named, Moved]] = []
    for one, post_id in zip(timed, await _posts_of(tx, timed), strict=True):
        if one.body.move in reporting.NAMES_A_POST and post_id is None:
            wanted = broken("no_post_enrolled" if one.body.post_id else "post_of_patrol")
            refused.append(Refused(one, (FieldProblem.of("post_id", wanted),)))
            continue
        moves.append((one, reporting.named(one), reporting.moved(one, post_id)))
    if not moves:
        return refused
    told, full = await record.move(tx, [(named, moved, one.source) for one, named, moved in moves])
    causes = {named.id: one for one, named, _ in moves}
    refused += [Refused(one, (FieldProblem.of(*_too_much(one.body)),)) for one, named, _ in moves if named.id in full]
    return [*refused, *((causes[id], fact) for id, facts in told.items() for fact in facts)]


def _too_much(said: PatrolReport | Said) -> tuple[str, Rule]:
    return "items" if said.items else "text", broken("patrol_says_most", most=record.MOST_SAID_BYTES)


async def _posts_of(tx: Transaction, heard: Sequence[Heard[PatrolReport]]) -> list[str | None]:
    """The post that each report names, or in whose hands its terminal was; None where there is no such post."""
    asked = [(one.source, one.body.terminal or "", reporting.at_of(one.body)) for one in heard]
    hands = await store.carrying(tx, asked)
    ids = [one.body.post_id or (held[1] if held else None) for one, held in zip(heard, hands, strict=True)]
    known = await post_store.posts(tx, [id for id in ids if id is not None])
    return [id if id in known else None for id in ids]


@room.answers(ListPatrols)
async def list_patrols(tx: Transaction, ask: Ask[ListPatrols]) -> Answer:
    asked = ask.command
    state, verdict = asked.state and asked.state.value, asked.verdict and asked.verdict.value
    found = await store.listed(
        tx, ask.division.significant, asked.post_id, state, verdict, asked.on, asked.appealed, asked.limit
    )
    return Answer(PatrolsShown(patrols=tuple(found)))


@room.answers(ShowPatrol)
async def show_patrol(tx: Transaction, ask: Ask[ShowPatrol]) -> Answer:
    return Answer(PatrolShown(patrol=(await _kept(tx, ask, ask.command.patrol_id)).patrol))


@room.answers(PlanPatrol)
async def plan_patrol(tx: Transaction, ask: Ask[PlanPatrol]) -> Answer:
    asked, today = ask.command, day_of(tx.now)
    post = await post_named(tx, ask, asked.post_id)
    if not holds(post, ask.actor, today) and not await offices_of(tx, ask, post.division):
        refuse_actor("by_walker")
    if asked.planned_on < today:
        refuse_field("planned_on", broken("not_before", day=today))
    if not stands_on(post, asked.planned_on):
        refuse_field("post_id", broken("post_stands"))
    return await _moved(tx, ask, _new(), Moved(PatrolMove.PLAN, tx.now, Said(**dict(asked))))


@room.answers(BeginPatrol)
async def begin_patrol(tx: Transaction, ask: Ask[BeginPatrol]) -> Answer:
    asked = ask.command
    at = _at(tx, asked.at)
    post = await post_named(tx, ask, asked.post_id)
    if not holds(post, ask.actor, day_of(at)):
        refuse_actor("by_holder_of_post")
    named = _new()
    if asked.patrol_id is not None:
        planned = (await _kept(tx, ask, asked.patrol_id)).patrol
        if planned.post_id != post.id:
            refuse_field("patrol_id", broken("patrol_of_post"))
        if planned.state is not PatrolState.PLANNED:
            raise Problem(409, "patrol-begun", broken("patrol_begun"), state=planned.state)
        named = store.named_of(planned)
    said = Said(**{**dict(asked), "terminal_source": asked.source})
    return await _moved(tx, ask, named, Moved(PatrolMove.BEGIN, at, said))


@room.answers(PausePatrol)
async def pause_patrol(tx: Transaction, ask: Ask[PausePatrol]) -> Answer:
    return await _go_on(tx, ask, PatrolMove.PAUSE, (PatrolState.OPEN, PatrolState.PAUSED))


@room.answers(ResumePatrol)
async def resume_patrol(tx: Transaction, ask: Ask[ResumePatrol]) -> Answer:
    return await _go_on(tx, ask, PatrolMove.RESUME, (PatrolState.OPEN, PatrolState.PAUSED))


@room.answers(EndPatrol)
async def end_patrol(tx: Transaction, ask: Ask[EndPatrol]) -> Answer:
    return await _go_on(tx, ask, PatrolMove.END, (PatrolState.OPEN, PatrolState.PAUSED, PatrolState.INCOMPLETE))


@room.answers(AbandonPatrol)
async def abandon_patrol(tx: Transaction, ask: Ask[AbandonPatrol]) -> Answer:
    states = (PatrolState.PLANNED, PatrolState.OPEN, PatrolState.PAUSED, PatrolState.INCOMPLETE)
    return await _go_on(tx, ask, PatrolMove.ABANDON, states)


@room.answers(AppealVerdict)
async def appeal_verdict(tx: Transaction, ask: Ask[AppealVerdict]) -> Answer:
    kept = await _kept(tx, ask, ask.command.patrol_id)
    patrol, before = kept.patrol, kept.patrol.verdict.appeal
    if patrol.person is None or patrol.person.id != ask.actor:
        refuse_actor("by_who_walked")
    if patrol.verdict.state is not VerdictState.INVALID:
        raise Problem(409, "not-to-be-appealed", broken("verdict_not_invalid"), state=patrol.verdict.state)
    if before is not None and before.state is not AppealState.OVERTAKEN:
        raise Problem(409, "not-to-be-appealed", broken("appeal_given"), state=before.state)
    last = judging.appeal_until(patrol, (await tx.see(VERDICT.view)).on(day_of(patrol.started_at or tx.now)))
    if last is not None and day_of(tx.now) > last:
        refuse_field("patrol_id", broken("appeal_until", day=last))
    appeal = Appeal(by=ask.actor, reason=ask.command.reason, at=tx.now, state=AppealState.OPEN)
    after = _with(kept, appeal)
    await store.save(tx, [after])
    return Answer(PatrolShown(patrol=after.patrol), [VerdictAppealed(patrol=after.patrol, at=tx.now)])


@room.answers(DecideAppeal)
async def decide_appeal(tx: Transaction, ask: Ask[DecideAppeal]) -> Answer:
    """The verdict follows at once: it stays as decided until the points come to less than they do now."""
    asked = ask.command
    await due_store.judge_alone(tx)
    kept = await _kept(tx, ask, asked.patrol_id)
    patrol, appeal = kept.patrol, kept.patrol.verdict.appeal
    offices = await offices_of(tx, ask, patrol.division)
    others = [office for office in offices if office.id != patrol.post_id]
    if not others or (patrol.person is not None and patrol.person.id == ask.actor):
        refuse_actor("by_another_office")
    if appeal is None or appeal.state is not AppealState.OPEN:
        raise Problem(409, "no-open-appeal", broken("no_open_appeal"), state=appeal.state if appeal else None)
    found = patrol.verdict.measured
    decided = {
        "state": asked.decision,
        "decided_by": ask.actor,
        "decided_post": others[0].id,
        "decided_reason": asked.reason,
        "decided_at": tx.now,
        "minutes": found.minutes if found else 0.0,
        "metres": found.metres if found else 0.0,
    }
    after = _with(kept, appeal.model_copy(update=decided))
    await store.save(tx, [after])
    told = [AppealDecided(patrol=after.patrol, at=tx.now), *await clock.judged(tx, [patrol.id])]
    return Answer(PatrolShown(patrol=(await _kept(tx, ask, patrol.id)).patrol), told)


def _with(kept: Kept, appeal: Appeal) -> Kept:
    verdict = kept.patrol.verdict.model_copy(update={"appeal": appeal})
    patrol = kept.patrol.model_copy(update={"verdict": verdict})
    return replace(kept, patrol=patrol, final_on=None)


async def _go_on(tx: Transaction, ask: Ask[C], move: PatrolMove, states: Sequence[PatrolState]) -> Answer:
    asked = ask.command
    patrol = (await _kept(tx, ask, asked.patrol_id)).patrol
    post = (await post_store.posts(tx, [patrol.post_id]))[patrol.post_id]
    walks = patrol.person is not None and patrol.person.id == ask.actor
    if not walks and not holds(post, ask.actor, day_of(tx.now)):
        refuse_actor("by_walker")
    if patrol.started_at is None and move is not PatrolMove.ABANDON:
        raise Problem(409, "patrol-not-begun", broken("patrol_not_begun"), state=patrol.state)
    if patrol.state not in states:
        raise Problem(409, "patrol-over", broken("patrol_over"), state=patrol.state)
    at = _at(tx, asked.at)
    if patrol.started_at is not None and at < patrol.started_at:
        refuse_field("at", broken("not_before_begin", begun=f"{patrol.started_at:%Y-%m-%dT%H:%M:%SZ}"))
    if patrol.ended_at is not None and at > patrol.ended_at:
        refuse_field("at", broken("not_after_end", ended=f"{patrol.ended_at:%Y-%m-%dT%H:%M:%SZ}"))
    said = Said(**{name: value for name, value in asked if name in Said.model_fields})
    await finding.require_located(tx, said.items, at)
    return await _moved(tx, ask, store.named_of(patrol), Moved(move, at, said))


async def _moved(tx: Transaction, ask: Ask[Any], named: Named, moved: Moved) -> Answer:
    told, full = await record.move(tx, [(named, moved, ask.actor)])
    if full:
        refuse_field(*_too_much(moved.said))
    return Answer(PatrolShown(patrol=(await _kept(tx, ask, named.id)).patrol), told.get(named.id, []))


def _new() -> Named:
    id = uuid7()
    return Named(UUID(id), HERE, id)


def _at(tx: Transaction, stated: datetime | None) -> datetime:
    """When it was: now, unless it is stated. Raises Problem for what cannot be, or is heard of too late."""
    at = stated or tx.now
    if (rule := reporting.broken_by(at, tx.now)) is not None:
        refuse_field("at", rule)
    return at


async def _kept(tx: Transaction, ask: Ask[Any], id: UUID) -> Kept:
    """The patrol, locked. Raises Problem for one that does not exist, or lies outside the subject's division."""
    await store.lock(tx, [id])
    kept = (await store.kept(tx, [id])).get(id)
    if kept is None:
        rule = broken("no_patrol")
        raise Problem(404, "no-such-patrol", rule, errors=[{"field": "patrol_id", "rule": rule}])
    ask.require_within(kept.patrol.division)
    return kept
