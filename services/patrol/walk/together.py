"""Several people on one walk: each for themselves, the ground once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from services.patrol.walk.ground import Flags, Line, lengths, middle
from services.patrol.walk.limits import LIMITS
from services.patrol.walk.measure import Walk
from services.patrol.walk.moving import drawn


def accompanied(one: Walk, other: Walk) -> Flags:
    """Of each step of a walk, whether the other was there at both of its ends."""
    lon, lat = middle(one.points)
    ours = drawn(Line.of(one.points, lon, lat), one.moves)
    theirs = drawn(Line.of(other.points, lon, lat), other.moves)
    apart_m = lengths(theirs.places_at(ours.at_s, LIMITS.gap_s) - ours.place_m)
    near = np.nan_to_num(apart_m, nan=np.inf) <= LIMITS.same_within_m
    found: Flags = near[1:] & near[:-1]
    return found


def ground_m(walked: Sequence[Walk]) -> float:
    """How much of the ground several people walked: what they walked together counts once."""
    return sum(alone_m(one, walked[:n]) for n, one in enumerate(walked))


def alone_m(one: Walk, others: Iterable[Walk]) -> float:
    """How much of a walk nobody else was there on."""
    alone = np.ones(max(len(one.line) - 1, 0), dtype=bool)
    for other in others:
        alone &= ~accompanied(one, other)
    return float(one.walked_m[alone].sum())


def share_together(one: Walk, other: Walk) -> float:
    """The part of one's way on which the other was there."""
    return float(one.walked_m[accompanied(one, other)].sum() / one.length_m) if one.length_m > 0 else 0.0
