"""Whether a patrol counts: by what was measured of it, the rule of the day on which it began, and what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from contracts.law.verdict import VerdictRule, VerdictRules
from contracts.patrol import (
    Appeal,
    AppealState,
    Lacking,
    Patrol,
    PatrolMeasured,
    PatrolState,
    Suspicion,
    Verdict,
    VerdictState,
)


def verdict(
    patrol: Patrol, measured: PatrolMeasured, suspicions: tuple[Suspicion, ...], rules: VerdictRules, now: datetime
) -> Verdict:
    """The verdict on a patrol that is over; pending as long as points may come that it lacks."""
    found = rules.of(patrol.activity, patrol.division)
    if patrol.state is PatrolState.ABANDONED or found is None or patrol.ended_at is None:
        return Verdict(state=VerdictState.PENDING, measured=measured, appeal=patrol.verdict.appeal)
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
    )


def judged_again_at(patrol: Patrol, after: Verdict, rules: VerdictRules) -> datetime | None:
    """When a pending verdict is to be spoken at last."""
    if after.state is not VerdictState.PENDING or after.rule is None or patrol.ended_at is None:
        return None
    return patrol.ended_at + rules.waits_for_points


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
