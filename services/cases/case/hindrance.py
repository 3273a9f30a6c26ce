"""What in a case as it stands forbids a move that its state has, whatever is said with it (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from contracts.cases import Case, PlanState
from contracts.language.rules import Rule, broken
from contracts.language.values import day_of
from services.cases.law.campaign import campaign_of
from services.cases.law.rules import LAW, seen_under
from services.cases.post.post import Actor

Check = Callable[[Case, Actor, datetime], Rule | None]


def too_late(case: Case, actor: Actor, at: datetime) -> Rule | None:
    hours = LAW.seen.on(day_of(case.assigned_at or at)).return_within_hours
    if case.assigned_at is not None and at - case.assigned_at <= timedelta(hours=hours):
        return None
    return broken("return_in_time", hours=hours, at=case.assigned_at)


def needs_no_plan(case: Case, actor: Actor, at: datetime) -> Rule | None:
    needs = campaign_of(case.campaign).needs_plan(case.kind, seen_under(case.seen_at))
    return None if needs else broken("needs_no_plan", kind=case.kind, campaign=case.campaign)


def needs_plan(case: Case, actor: Actor, at: datetime) -> Rule | None:
    needs = campaign_of(case.campaign).needs_plan(case.kind, seen_under(case.seen_at))
    return broken("plan_not_approved", kind=case.kind, campaign=case.campaign) if needs else None


def no_plan_waits(case: Case, actor: Actor, at: datetime) -> Rule | None:
    waits = case.plan is not None and case.plan.state is PlanState.SUBMITTED
    return None if waits else broken("no_plan_waits")


def extended_enough(case: Case, actor: Actor, at: datetime) -> Rule | None:
    most = LAW.seen.on(day_of(at)).extensions
    return None if case.extensions < most else broken("extended_enough", extensions=case.extensions, most=most)


def no_extension_asked(case: Case, actor: Actor, at: datetime) -> Rule | None:
    return broken("no_extension_asked") if case.extension is None else None


def no_notice_required(case: Case, actor: Actor, at: datetime) -> Rule | None:
    days = campaign_of(case.campaign).notice_working_days
    return None if days else broken("no_notice_required", campaign=case.campaign)


def notice_required(case: Case, actor: Actor, at: datetime) -> Rule | None:
    days = campaign_of(case.campaign).notice_working_days
    return broken("notice_required", campaign=case.campaign) if days else None


def objection_open(case: Case, actor: Actor, at: datetime) -> Rule | None:
    return None if case.objection is None else broken("objection_open")


def no_objection(case: Case, actor: Actor, at: datetime) -> Rule | None:
    return broken("no_objection") if case.objection is None else None


def all_acknowledged(case: Case, actor: Actor, at: datetime) -> Rule | None:
    waits = any(one.acknowledged_on is None for one in case.referrals)
    return None if waits else broken("all_acknowledged")


def none_to_conclude(case: Case, actor: Actor, at: datetime) -> Rule | None:
    waits = any(one.acknowledged_on is not None and one.concluded_on is None for one in case.referrals)
    return None if waits else broken("none_to_conclude")


def no_office_above(case: Case, actor: Actor, at: datetime) -> Rule | None:
    above = actor.roster and actor.roster.office_above(case.office, case.ref.division, day_of(at))
    return None if above else broken("no_office_above", office=case.office.name)
