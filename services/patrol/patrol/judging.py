"""Whether a patrol counts: by what was measured of it, the rule of the day on which it began, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from contracts.language.values import day_of
from contracts.law.verdict import VerdictRule, VerdictRules
from contracts.patrol import (
    Appeal,
    AppealState,
    DutyPeriod,
    Lacking,
    Patrol,
    PatrolMeasured,
    PatrolState,
    Suspicion,
    Verdict,
    VerdictState,
)
from services.patrol.duty.period import period_of


def verdict(
    patrol: Patrol, measured: PatrolMeasured, suspicions: tuple[Suspicion, ...], rules: VerdictRules, now: datetime
) -> Verdict:
    """The verdict on a patrol that is over; pending as long as points may come that it lacks."""
    found, told_at = rules.of(patrol.activity, patrol.division), patrol.verdict.told_at
    if patrol.state is PatrolState.ABANDONED or found is None or patrol.ended_at is None:
        return Verdict(state=VerdictState.PENDING, measured=measured, appeal=patrol.verdict.appeal, told_at=told_at)
    name, rule = found
    lacking = tuple(_lacking(patrol, measured, rule))
    waiting = now < patrol.ended_at + rules.waits_for_points
    state = (VerdictState.PENDING if waiting else VerdictState.INVALID) if lacking else VerdictState.VALID
    appeal = patrol.verdict.appeal
    if lacking and appeal is not None and appeal.state is AppealState.UPHELD:
        if _is_less(measured, appeal):
            appeal = appeal.model_copy(update={"state": AppealState.OVERTAKEN})
        else:
            state = VerdictState.VALID
    return Verdict(
        state=state,
        rule=name,
        version=rules.version,
        source=rule.source,
        measured=measured,
        lacking=lacking,
        suspicions=suspicions,
        appeal=appeal,
        told_at=told_at,
    )


def judged_again_at(patrol: Patrol, after: Verdict, rules: VerdictRules) -> datetime | None:
    """When a pending verdict is to be spoken at last."""
    if after.state is not VerdictState.PENDING or after.rule is None or patrol.ended_at is None:
        return None
    return patrol.ended_at + rules.waits_for_points


def appeal_until(patrol: Patrol, rules: VerdictRules) -> date | None:
    """The last day on which an appeal is heard, counted from that on which the verdict was told as it stands.

    Where nobody kept when that was, it was when no more points were waited for.
    """
    told_at = patrol.verdict.told_at
    if told_at is None and patrol.ended_at is not None:
        told_at = patrol.ended_at + rules.waits_for_points
    return None if told_at is None else day_of(told_at) + timedelta(days=rules.appeal_within_days)


def final_on(patrol: Patrol, rules: VerdictRules) -> date | None:
    """The last day on which another text of the rules may change the verdict: it is appealed against, or of this month.

    None while it is pending or appealed against.
    """
    appeal, told = patrol.verdict.appeal, appeal_until(patrol, rules)
    if patrol.verdict.state is VerdictState.PENDING or patrol.started_at is None or told is None:
        return None
    if appeal is not None and appeal.state is AppealState.OPEN:
        return None
    return max(told, period_of(DutyPeriod.MONTH, day_of(patrol.started_at)).last)


def _is_less(measured: PatrolMeasured, appeal: Appeal) -> bool:
    """Whether less was walked than was known when an appeal was decided."""
    return measured.minutes < (appeal.minutes or 0) or measured.metres < (appeal.metres or 0)


def _lacking(patrol: Patrol, measured: PatrolMeasured, rule: VerdictRule) -> Iterator[Lacking]:
    """Judged is by the very figures that are told: what is exactly as much as is asked is enough."""
    reached = len(measured.points) / len(patrol.to_reach) if patrol.to_reach else 1.0
    found = {
        "fixes": (float(measured.fixes), 1.0),
        "minutes": (measured.minutes, rule.minutes),
        "metres": (measured.metres, rule.metres),
        "inside": (measured.own_share or 0.0, rule.inside),
        "reached": (round(reached, 4), rule.reached),
        "photos": (float(len(patrol.photos)), float(rule.photos)),
    }
    for what, (is_, least) in found.items():
        if is_ < least:
            yield Lacking(what=what, found=is_, least=least)
