"""How a patrol stands: by its course, by the next one of whoever walks it, and by the time that it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.language.values import PersonRef, day_of
from contracts.law.verdict import VerdictRules
from contracts.patrol import (
    Activity,
    Patrol,
    PatrolAbandoned,
    PatrolBegun,
    PatrolEnded,
    PatrolFact,
    PatrolPaused,
    PatrolPlanned,
    PatrolResumed,
    PatrolState,
    PatrolUnfinished,
    TerminalState,
    Verdict,
    VerdictState,
)
from contracts.roster import Post
from services.patrol.kept.point import begin_of
from services.patrol.patrol.course import Course, Moved, course_of

LATEST = datetime.max.replace(tzinfo=UTC)
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:linzhang:patrol")
HERE = "linzhang"
"""The source of patrols that are planned and begun by command."""
JUDGED = (PatrolState.ENDED, PatrolState.INCOMPLETE, PatrolState.ABANDONED)
"""Of what is over it can be said whether it counts."""
_TOLD: dict[PatrolState, type[PatrolFact]] = {
    PatrolState.PLANNED: PatrolPlanned,
    PatrolState.OPEN: PatrolBegun,
    PatrolState.PAUSED: PatrolPaused,
    PatrolState.ENDED: PatrolEnded,
    PatrolState.INCOMPLETE: PatrolUnfinished,
    PatrolState.ABANDONED: PatrolAbandoned,
}
_ACTIVITIES = {"ranger": Activity.ROUND, "assistant": Activity.ROUND, "resource_supervisor": Activity.VISIT}


def patrol_id(source: str, external_id: str) -> UUID:
    return uuid5(_NAMESPACE, f"{source}\0{external_id}")


@dataclass(frozen=True, slots=True)
class Named:
    """By what a patrol is known."""

    id: UUID
    source: str
    external_id: str


def stand(
    named: Named,
    moves: Collection[Moved],
    post: Post,
    before: Patrol | None,
    next_begin: datetime | None,
    rules: VerdictRules,
    now: datetime,
) -> Patrol:
    """The patrol as all that is known makes it; who held the post on its first day walks it.

    It goes on for as long as a patrol may at most, and until the next one of the same walker begins.
    """
    begun = course_of(moves).started_at
    longest_until = None if begun is None else min(begun + rules.closes_after, next_begin or LATEST)
    course = course_of(moves, longest_until)
    state, ended_at = _state(course, longest_until, rules, now)
    said = course.said
    return Patrol(
        id=named.id,
        source=named.source,
        external_id=named.external_id,
        post_id=post.id,
        area_id=post.area_id,
        division=post.division,
        person=_walker(post, course, before),
        terminal=said.terminal,
        activity=said.activity or _ACTIVITIES.get(post.role, Activity.PATROL),
        way=said.way,
        state=state,
        planned_on=said.planned_on,
        started_at=course.started_at,
        ended_at=ended_at,
        pauses=course.pauses,
        to_reach=said.to_reach,
        text=said.text,
        items=said.items,
        visited=said.visited,
        photos=said.photos,
        remarks=course.remarks,
        verdict=before.verdict if before else Verdict(state=VerdictState.PENDING),
    )


def _walker(post: Post, course: Course, before: Patrol | None) -> PersonRef | None:
    """A change of holder that is recorded later never rewrites who walked."""
    if course.started_at is None:
        return None
    if before and before.person and before.post_id == post.id and before.started_at == course.started_at:
        return before.person
    return post.holder_on(day_of(course.started_at))


def _state(
    course: Course,
    longest_until: datetime | None,
    rules: VerdictRules,
    now: datetime,
) -> tuple[PatrolState, datetime | None]:
    if longest_until is None:
        if course.given_up:
            return PatrolState.ABANDONED, course.over_at
        last = course.said.planned_on
        late = last is not None and day_of(now) > last + timedelta(days=rules.abandoned_after_days)
        return (PatrolState.ABANDONED if late else PatrolState.PLANNED), None
    if course.over_at is not None:
        return (PatrolState.ABANDONED if course.given_up else PatrolState.ENDED), course.over_at
    if longest_until <= now:
        return PatrolState.INCOMPLETE, longest_until
    return (PatrolState.PAUSED if course.pauses and course.pauses[-1].last_at is None else PatrolState.OPEN), None


def told(before: Patrol | None, after: Patrol, at: datetime) -> list[PatrolFact]:
    """What is told of a patrol that stands otherwise than before; the verdict is told by itself."""
    if before is not None and before == after:
        return []
    fact = _TOLD[after.state]
    if before is not None and (before.state, after.state) == (PatrolState.PAUSED, PatrolState.OPEN):
        fact = PatrolResumed
    return [fact(patrol=after, at=at)]


def silence_of(rules: VerdictRules, phone: TerminalState | None) -> timedelta:
    """For how long nothing need be heard: longer of a phone that takes a position more rarely."""
    interval_s = (phone.interval_s if phone else None) or 0
    minutes = max(rules.silent_after_minutes, rules.silent_after_intervals * interval_s / 60)
    return timedelta(minutes=minutes)


def watched_from(
    patrol: Patrol, rules: VerdictRules, heard_at: datetime | None, phone: TerminalState | None, silent: bool
) -> datetime | None:
    """When the clock next looks at a patrol that is not over; None where time alone makes nothing of it."""
    if patrol.state is PatrolState.PLANNED and patrol.planned_on is not None:
        return begin_of(patrol.planned_on + timedelta(days=rules.abandoned_after_days + 1))
    if patrol.state not in (PatrolState.OPEN, PatrolState.PAUSED) or patrol.started_at is None:
        return None
    closes_at = patrol.started_at + rules.closes_after
    if silent or patrol.state is PatrolState.PAUSED:
        return closes_at
    return min(last_heard(patrol, heard_at) + silence_of(rules, phone), closes_at)


def last_heard(patrol: Patrol, heard_at: datetime | None) -> datetime:
    """When anything was heard of it: that it was begun or gone on with is something."""
    assert patrol.started_at is not None
    gone_on = [pause.last_at for pause in patrol.pauses if pause.last_at is not None]
    return max([patrol.started_at, *gone_on, *([heard_at] if heard_at else [])])
