"""What made-up walks look like: looked for and named; whether one is, a person judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.patrol.kept.point import Points
from services.patrol.walk.limits import LIMITS
from services.patrol.walk.measure import Walk
from services.patrol.walk.moving import runs
from services.patrol.walk.together import share_together

_METRES = 100_000
"""To a hundred thousandth of a degree, a metre: who walks a way again never stands in all the same metres."""


class SignKind(StrEnum):
    ONE_TRACK = "two_terminals_one_track"
    REPEATED = "repeated_on_another_day"
    VEHICLE = "speed_of_a_vehicle"
    MOCK = "marked_as_mock"


@dataclass(frozen=True, slots=True)
class Sign:
    """What was seen, how much of it, and with whom or which day it is alike."""

    kind: SignKind
    value: float
    alike: str = ""


def signs(walk: Walk, beside: Mapping[str, Walk], before: Mapping[str, Walk]) -> list[Sign]:
    """Of a walk, beside those of others on that day, and those of other days, by name."""
    found = []
    if walk.mocked:
        found.append(Sign(SignKind.MOCK, walk.mocked))
    if (fast_s := _fast_s(walk)) >= LIMITS.vehicle_for_s:
        found.append(Sign(SignKind.VEHICLE, fast_s))
    if int(walk.moves.sum()) >= LIMITS.same_points_least:
        for name, other in beside.items():
            if (share := share_together(walk, other)) >= LIMITS.same_share:
                found.append(Sign(SignKind.ONE_TRACK, share, name))
        for name, other in before.items():
            if (share := _repeated(walk, other)) >= LIMITS.same_share:
                found.append(Sign(SignKind.REPEATED, share, name))
    return found


def _fast_s(walk: Walk) -> float:
    """The longest time in a row that was faster than anybody runs."""
    fast = (walk.line.steps_m > LIMITS.vehicle_m_per_s * walk.line.steps_s) & (walk.line.steps_s <= LIMITS.gap_s)
    at_s = walk.line.at_s
    return max((float(at_s[last + 1] - at_s[first]) for first, last in runs(fast)), default=0.0)


def _repeated(walk: Walk, other: Walk) -> float:
    """The part of the moving points that stand in a metre in which the other walk had one."""
    ours, theirs = _places(walk.points[walk.moves]), _places(other.points)
    return float(np.isin(ours, theirs).mean()) if len(ours) else 0.0


def _places(points: Points) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    lon, lat = (np.rint(points[name] * _METRES).astype(np.int64) for name in ("lon", "lat"))
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = lon * 18_000_001 + lat
    return found
