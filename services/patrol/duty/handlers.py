"""Keeps the posts, shows and excuses duties, and records patrols that no terminal saw."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.patrol import (
    Condition,
    ConditionStated,
    DutiesShown,
    DutyOpened,
    DutyShown,
    DutyState,
    ExcuseDuty,
    ListDuties,
    Order,
    OrderPatrol,
    PatrolPlan,
    PatrolPlanSet,
    PatrolPlanShown,
    PatrolRecorded,
    RecordedPatrol,
    RecordPatrol,
    SetPatrolPlan,
    ShowPatrolPlan,
    StateCondition,
    StopShown,
)
from contracts.roster import PostStated
from services.patrol.acting.record import acting_post, post_named, require_office
from services.patrol.duty import post_store, standing, store, walk_store
from services.patrol.duty.asked import ordered
from services.patrol.duty.clock import measured
from services.patrol.duty.judging import Walk
from services.patrol.duty.law import DUTY
from services.patrol.duty.standing import Placed, Standing
from services.patrol.evidence import store as evidence_store
from services.patrol.evidence.naming import of_patrols
from services.patrol.finding import record as finding
from services.runtime.ids import uuid7
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.problem import Problem, refuse_field
from services.runtime.reference.kept import keep_newest, told_of
from services.runtime.reference.posts import stands_on
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
LONGEST = timedelta(hours=24)
"""A patrol that is recorded began and ended within so long."""


@room.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    await keep_newest(tx, "posts", told_of(heard, "post"))
    return []


@room.answers(ListDuties)
async def list_duties(tx: Transaction, ask: Ask[ListDuties]) -> Answer:
    asked = ask.command
    state = asked.state.value if asked.state else None
    found = await store.listed(tx, ask.division.significant, asked.post_id, state, asked.on, asked.limit)
    return Answer(DutiesShown(duties=tuple(map(_shown, found))))


@room.answers(ExcuseDuty)
async def excuse_duty(tx: Transaction, ask: Ask[ExcuseDuty]) -> Answer:
    duty = await store.locked(tx, ask.command.duty_id)
    if duty is None:
        raise Problem(404, "no-such-duty", broken("no_duty"), errors=[{"field": "duty_id", "rule": broken("no_duty")}])
    ask.require_within(duty.post.division)
    await require_office(tx, ask, duty.post.division)
    if duty.state in (DutyState.MET, DutyState.EXCUSED):
        raise Problem(409, "not-to-be-excused", broken("duty_settled"), state=duty.state)
    now, fact = standing.excused(duty, ask.command.reason, ask.actor, tx.now)
    await store.save(tx, [now])
    return Answer(_shown(now), [fact])


@room.answers(OrderPatrol)
async def order_patrol(tx: Transaction, ask: Ask[OrderPatrol]) -> Answer:
    asked, today = ask.command, day_of(tx.now)
    post = await post_named(tx, ask, asked.post_id)
    await require_office(tx, ask, post.division)
    if asked.due_on < today:
        refuse_field("due_on", broken("not_before", day=today))
    if not stands_on(post, asked.due_on):
        refuse_field("post_id", broken("post_stands"))
    rule = ordered(post.role, post.division, await tx.see(DUTY.view), today, asked.due_on)
    if rule is None:
        refuse_field("post_id", broken("not_to_be_ordered"))
    order = Order(number=asked.number, text=asked.text)
    duty = Standing.of(Placed(post.id, post.role, post.area_id, post.division), rule, order)
    new = await store.open_all(tx, [(duty, rule)], order)
    if not new:
        refuse_field("number", broken("order_given"))
    return Answer(_shown(duty), [DutyOpened(duty=duty.told(), at=tx.now)])


@room.answers(RecordPatrol)
async def record_patrol(tx: Transaction, ask: Ask[RecordPatrol]) -> Answer:
    asked = ask.command
    day = day_of(asked.started_at)
    post = await acting_post(tx, ask, asked.post_id, day)
    if asked.ended_at < asked.started_at or asked.ended_at - asked.started_at > LONGEST:
        refuse_field("ended_at", broken("within_a_day_of_start"))
    if asked.ended_at > tx.now:
        refuse_field("ended_at", broken("in_the_future", now=f"{tx.now:%Y-%m-%dT%H:%M:%SZ}"))
    checklist = (await tx.see(DUTY.view)).on(day).checklist
    for n, one in enumerate(asked.items):
        if one.item not in checklist:
            refuse_field(f"items.{n}.item", broken("one_of", known=", ".join(checklist)))
    await finding.require_located(tx, asked.items, asked.started_at)
    if asked.stop is not None:
        await _require_stop(tx, asked, day)
    patrol = RecordedPatrol(id=UUID(uuid7()), division=post.division, person=post.holder_on(day), **dict(asked))
    await walk_store.add_recorded(tx, patrol, _walk(asked, day))
    await evidence_store.name(tx, of_patrols([patrol]))
    found = await finding.report(tx, [(patrol.id, post.role, patrol.items, patrol.started_at)])
    news = await measured(tx, await store.of_days(tx, [(post.id, day)]))
    told = [PatrolRecorded(patrol=patrol, by=ask.actor, at=tx.now), *found.get(patrol.id, []), *news]
    return Answer(patrol, told)


def _walk(asked: RecordPatrol, day: date) -> Walk:
    visited: dict[str, int] = {}
    for one in asked.visited:
        visited[one.kind] = visited.get(one.kind, 0) + one.count
    return Walk(
        day=day,
        activity=asked.activity,
        way=asked.way,
        minutes=(asked.ended_at - asked.started_at) / timedelta(minutes=1),
        visited=visited,
        items=frozenset(one.item for one in asked.items),
        photos=len(asked.photos),
        ended_at=asked.ended_at,
    )


async def _require_stop(tx: Transaction, asked: RecordPatrol, day: date) -> None:
    """Raises Problem 422 unless the plan of the year has the stop: a plan for a year may be carried out late."""
    for year in (day.year, day.year - 1):
        plan = await walk_store.plan_of(tx, asked.post_id, year)
        if plan is not None and any(one.id == asked.stop for one in plan.stops):
            return
    refuse_field("stop", broken("stop_planned"))


@room.answers(StateCondition)
async def state_condition(tx: Transaction, ask: Ask[StateCondition]) -> Answer:
    asked = ask.command
    ask.require_within(asked.division)
    await require_office(tx, ask, asked.division)
    if asked.last < asked.first:
        refuse_field("last", broken("not_before", day=asked.first))
    condition = Condition(**dict(asked))
    changed = await post_store.state_condition(tx, condition)
    news = [ConditionStated(condition=condition, by=ask.actor, at=tx.now)] if changed else []
    return Answer(condition, news)


@room.answers(SetPatrolPlan)
async def set_patrol_plan(tx: Transaction, ask: Ask[SetPatrolPlan]) -> Answer:
    asked = ask.command
    post = await post_named(tx, ask, asked.post_id)
    await require_office(tx, ask, post.division)
    ids = [one.id for one in asked.stops]
    for n, one in enumerate(asked.stops):
        if not post.division.contains(one.division):
            refuse_field(f"stops.{n}.division", broken("within_post"))
        if one.last < one.first:
            refuse_field(f"stops.{n}.last", broken("not_before", day=one.first))
        if one.first.year != asked.year or one.last.year != asked.year:
            refuse_field(f"stops.{n}.first", broken("within_year", year=asked.year))
        if one.id in ids[:n]:
            refuse_field(f"stops.{n}.id", broken("stands_twice"))
    plan = PatrolPlan(division=post.division, **dict(asked))
    changed = await walk_store.save_plan(tx, plan)
    return Answer(plan, [PatrolPlanSet(plan=plan, by=ask.actor, at=tx.now)] if changed else [])


@room.answers(ShowPatrolPlan)
async def show_patrol_plan(tx: Transaction, ask: Ask[ShowPatrolPlan]) -> Answer:
    post = await post_named(tx, ask, ask.command.post_id)
    plan = await walk_store.plan_of(tx, post.id, ask.command.year)
    if plan is None:
        raise Problem(404, "no-such-plan", broken("no_patrol_plan"))
    patrols = await walk_store.recorded_at(tx, post.id, [one.id for one in plan.stops])
    today = day_of(tx.now)
    stops = []
    for one in plan.stops:
        its = tuple(patrol for patrol in patrols if patrol.stop == one.id)
        stops.append(StopShown(stop=one, patrols=its, overdue=not its and one.last < today))
    return Answer(PatrolPlanShown(plan=plan, stops=tuple(stops)))


def _shown(duty: Standing) -> DutyShown:
    return DutyShown(duty=duty.told(), state=duty.state, done=duty.done, reason=duty.reason, order=duty.order)
