"""What a walk comes to: a pure function of the points of who walked, so that late points only need it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from services.patrol.kept.point import KEPT, MOCK, NO_AREA, Points, at_of, ordinals_of
from services.patrol.track.way import Way
from services.patrol.walk import moving
from services.patrol.walk.ground import Flags, Floats, Line, lengths, metres, middle
from services.patrol.walk.limits import LIMITS


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody stayed in one place, from a point to a point."""

    first_at: datetime
    last_at: datetime
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Walk:
    """A day of one person: what was measured."""

    day: date
    points: Points
    """Those that together can have been one way, in the order of time."""
    line: Line
    moves: Flags
    stops: tuple[Stop, ...]
    length_m: float
    moving_s: float

    @property
    def first_at(self) -> datetime:
        return at_of(int(self.points["at_us"][0]))

    @property
    def last_at(self) -> datetime:
        return at_of(int(self.points["at_us"][-1]))

    @property
    def mocked(self) -> int:
        return int((self.points["marks"] & MOCK).astype(bool).sum())

    @property
    def areas(self) -> tuple[int, ...]:
        """The numbers of the areas entered, in the order in which they were."""
        return tuple(one for one in dict.fromkeys(self.points["area"].tolist()) if one != NO_AREA)

    @property
    def walked_m(self) -> Floats:
        """How long each step of the way is; nothing of one that is none."""
        found: Floats = self.line.steps_m * (self.moves[1:] & self.moves[:-1])
        return found

    def share_inside(self, inside: Flags) -> float:
        """The part of the way both ends of whose steps lie inside; without a way the part of the points."""
        if self.length_m > 0:
            return float(self.walked_m[inside[1:] & inside[:-1]].sum() / self.length_m)
        return float(inside.mean())

    def reached(self, places: Mapping[str, tuple[float, float]]) -> tuple[str, ...]:
        """Those of some places (longitude and latitude) that a point lies near enough to."""
        return tuple(
            name
            for name, (lon, lat) in places.items()
            if lengths(metres(self.points["lon"], self.points["lat"], lon, lat)).min() <= LIMITS.reached_within_m
        )


def walks(parts: Sequence[Points]) -> list[Walk]:
    """The days of one person out of all that their terminals have kept; a day is never stitched to the next."""
    points = np.concatenate(parts) if parts else np.zeros(0, dtype=KEPT)
    points = points[np.lexsort((points["lat"], points["lon"], points["at_us"]))]
    days = ordinals_of(points)
    return [_walk(date.fromordinal(day), points[days == day]) for day in np.unique(days).tolist()]


def _walk(day: date, points: Points) -> Walk:
    points = points[_possible(points)]
    line = Line.of(points, *middle(points))
    moves = moving.moving(line)
    drawn = moving.drawn(line, moves)
    walked = moves[1:] & moves[:-1]
    known = drawn.steps_s <= LIMITS.gap_s
    stops = tuple(
        Stop(at_of(int(its["at_us"][0])), at_of(int(its["at_us"][-1])), *middle(its))
        for first, last in moving.runs(~moves)
        if len(its := points[first : last + 1])
    )
    return Walk(
        day,
        points,
        drawn,
        moves,
        stops,
        length_m=float(drawn.steps_m[walked].sum()),
        moving_s=float(drawn.steps_s[walked & known].sum()),
    )


def _possible(points: Points) -> Flags:
    """The most of them that can have been one way: whichever came first, an outlier measures nothing."""
    way = Way.of(points["at_us"], points["lon"], points["lat"])
    steps = way.steps()
    return np.ones(len(points), dtype=bool) if steps.all() else way.heaviest([1] * len(points))
