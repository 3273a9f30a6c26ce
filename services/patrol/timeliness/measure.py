"""How quickly reports went on, reckoned from when each step of each came (B3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.law.timeliness import TimelinessRules
from contracts.law.versions import Law
from contracts.patrol import IncidentKind, Step, StepTook, Timeliness

MEDIAN_PERCENT, MOST_PERCENT = 50, 90


@dataclass(frozen=True, slots=True)
class Times:
    """When each step of a report came; None for one that has not."""

    kind: IncidentKind
    seen_at: datetime
    reported_at: datetime
    located_at: datetime
    verified_at: datetime | None
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """The reports of a day, a division and a source, with what was told of them last."""

    day: date
    division: Division
    source: str
    told: Timeliness | None


def measured(group: Group, reports: Sequence[Times], law: Law[TimelinessRules], now: datetime) -> Timeliness:
    """What is to be told of a group; as before where nothing is otherwise."""
    steps = tuple(_step(step, reports, law, now) for step in (Step.REPORTED, Step.LOCATED, Step.VERIFIED, Step.HANDLED))
    stated = {"day": group.day, "division": group.division, "source": group.source}
    before = group.told
    found = Timeliness.model_validate({**stated, "revision": 1, "reports": len(reports), "steps": steps})
    if before is None:
        return found
    return found.model_copy(
        update={"revision": before.revision + (found.model_copy(update={"revision": before.revision}) != before)}
    )


def next_look(reports: Iterable[Times], law: Law[TimelinessRules], now: datetime) -> date | None:
    """The day after that on which the next step of a report grows late; None where none may."""
    ends = [
        begun + limit
        for one in reports
        for begun, done, limit in (_of(step, one, law) for step in (Step.VERIFIED, Step.HANDLED))
        if done is None and begun + limit >= now
    ]
    return day_of(min(ends)) + timedelta(days=1) if ends else None


def _step(step: Step, reports: Iterable[Times], law: Law[TimelinessRules], now: datetime) -> StepTook:
    took: list[timedelta] = []
    within = late = 0
    for one in reports:
        begun, done, limit = _of(step, one, law)
        if done is not None:
            took.append(max(done - begun, timedelta(0)))
        if (done or now) - begun > limit:
            late += 1
        elif done is not None:
            within += 1
    took.sort()
    return StepTook(
        step=step,
        done=len(took),
        within=within,
        late=late,
        median_s=_rank(took, MEDIAN_PERCENT),
        p90_s=_rank(took, MOST_PERCENT),
    )


def _of(step: Step, one: Times, law: Law[TimelinessRules]) -> tuple[datetime, datetime | None, timedelta]:
    """When a step of a report begins, when it was done, and how long it may take."""
    limits = law.on(day_of(one.located_at)).of(one.kind)
    match step:
        case Step.REPORTED:
            return one.seen_at, one.reported_at, timedelta(hours=limits.reported_h)
        case Step.LOCATED:
            return one.reported_at, one.located_at, timedelta(hours=limits.located_h)
        case Step.VERIFIED:
            return one.located_at, one.verified_at or one.handled_at, timedelta(hours=limits.verified_h)
        case _:
            return one.located_at, one.handled_at, timedelta(hours=limits.handled_h)


def _rank(took: Sequence[timedelta], percent: int) -> int | None:
    """The nearest rank: the least of them that so many percent do not exceed, in whole seconds."""
    if not took:
        return None
    return took[-(-len(took) * percent // 100) - 1] // timedelta(seconds=1)
