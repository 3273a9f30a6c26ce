"""Whether what was walked is what was asked, and what it lacks: the same in whatever order patrols become known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from contracts.language.values import SHANGHAI
from contracts.law.duty import DutyRule
from contracts.patrol import Activity, Counted, PatrolWay
from services.patrol.duty.period import Days, parts_of

WHOLE = 0.999
"""A share that is as good as all: it is measured."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A day of a valid patrol of a post. Shares that nobody has measured are None, and prove nothing.

    `own_share` is the part of its length inside the own area, `area_share` how much of that area it covered, `repeats`
    whether its route had been walked before the area was covered; what is `granted` is enough by a decision.
    """

    day: date
    activity: Activity
    way: PatrolWay | None = None
    minutes: float = 0
    metres: float = 0
    own_share: float | None = None
    area_share: float | None = None
    repeats: bool = False
    grids: frozenset[str] = frozenset()
    visited: Mapping[str, int] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    photos: int = 0
    patrol: UUID | None = None
    began_on: date | None = None
    ended_at: datetime | None = None
    granted: bool = False

    @property
    def counts_on(self) -> date:
        """The day of the patrol that it is a part of: that counts once, on the day on which it began."""
        return self.began_on or self.day


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of what is asked has been done, and what is missing, by the names of the rule's fields."""

    done: int
    missing: tuple[str, ...]

    @property
    def met(self) -> bool:
        return not self.missing


def reached(rule: DutyRule, days: Days, walks: Collection[Walk]) -> Reached:
    """Measure the walks of a post against a rule, for the days that count."""
    alike = [one for one in walks if _is_of(rule, days, one)]
    counted = list(_counted(rule, alike))
    done = len({one for _, one in counted}) if rule.counted is Counted.GRIDS else len(counted)
    return Reached(done, tuple(_missing(rule, days, alike, [day for day, _ in counted], done)))


def _is_of(rule: DutyRule, days: Days, walk: Walk) -> bool:
    return (
        walk.activity is rule.activity
        and days.has(walk.day if rule.counted is Counted.DAYS else walk.counts_on)
        and (not rule.ways or walk.way in rule.ways)
        and not (rule.valid.no_repeat and walk.repeats)
        and set(rule.valid.items) <= walk.items
        and walk.photos >= rule.valid.photos
        and _is_in_time(rule, walk)
    )


def _is_in_time(rule: DutyRule, walk: Walk) -> bool:
    """Whether it ended by the time of its day in China by which the rule asks for it."""
    if rule.valid.by_time is None:
        return True
    by = datetime.combine(walk.day, time.fromisoformat(rule.valid.by_time), SHANGHAI)
    return walk.ended_at is not None and walk.ended_at <= by


def _counted(rule: DutyRule, walks: Collection[Walk]) -> Iterator[tuple[date, str]]:
    """What is counted, each with its day."""
    if rule.counted is Counted.DAYS:
        for day in sorted({one.day for one in walks}):
            if _is_enough(rule, [one for one in walks if one.day == day]):
                yield day, ""
        return
    for its in _patrols(walks):
        if _is_enough(rule, its):
            day = its[0].counts_on
            grids = sorted({grid for one in its for grid in one.grids})
            yield from ((day, grid) for grid in grids) if rule.counted is Counted.GRIDS else ((day, ""),)


def _patrols(walks: Collection[Walk]) -> Iterator[list[Walk]]:
    """The days of each patrol together."""
    of: dict[object, list[Walk]] = {}
    for n, one in enumerate(walks):
        of.setdefault(one.patrol or n, []).append(one)
    yield from of.values()


def _is_enough(rule: DutyRule, walks: Collection[Walk]) -> bool:
    """Whether walks, taken together, are as long in time and length as they must be, or one was decided to be."""
    if any(one.granted for one in walks):
        return True
    shares = [(one.own_share or 0.0) if rule.valid.inside_only else 1.0 for one in walks]
    minutes = sum(one.minutes * share for one, share in zip(walks, shares, strict=True))
    metres = sum(one.metres * share for one, share in zip(walks, shares, strict=True))
    return minutes >= rule.valid.minutes and metres >= rule.valid.metres


def _missing(
    rule: DutyRule, days: Days, walks: Collection[Walk], counted: Collection[date], done: int
) -> Iterator[str]:
    if done < rule.count:
        yield "count"
    if rule.spread is not None:
        parts = parts_of(days, rule.spread.over)
        if any(sum(part.has(day) for day in counted) < rule.spread.least for part in parts):
            yield "spread"
    if sum(one.area_share or 0.0 for one in walks) < rule.valid.whole_area * WHOLE:
        yield "whole_area"
    for wanted in rule.valid.visits:
        if sum(one.visited.get(wanted.kind, 0) for one in walks) < wanted.least:
            yield f"visits.{wanted.kind}"
