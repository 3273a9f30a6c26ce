"""When somebody walks and when they stand still: a position drifts also while nobody moves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.patrol.walk.ground import Flags, Floats, Line, lengths
from services.patrol.walk.limits import LIMITS

_LEAST = 5
"""So many points at least say where somebody was: fewer leave too much of the drift."""
_SMOOTHED_S = 60.0
"""The way is drawn through the mean of so long before and after: shorter than any turn of a path matters."""


def moving(line: Line) -> Flags:
    """Of each point, whether it is one of a way.

    Half a window before it and half after it lie in other places, as the medians of both say, or its surroundings are
    wider than drift is. A stop shorter than `still_for_s` is none.
    """
    count = len(line)
    half = min(max(int(np.ceil(LIMITS.still_for_s / _interval_s(line))), _LEAST), count // 2)
    if half < 2:
        far = count > 1 and float(lengths(line.place_m[-1] - line.place_m[0])) > LIMITS.still_within_m
        return np.full(count, far)
    windows = sliding_window_view(line.place_m, half, axis=0)
    medians = np.median(windows, axis=-1)
    apart_m = lengths(medians[half:] - medians[:-half])
    wide_m = np.median(lengths(np.moveaxis(windows, -1, 1) - medians[:, None, :]), axis=1)
    moves = (apart_m > LIMITS.still_within_m) | (np.minimum(wide_m[half:], wide_m[:-half]) > LIMITS.still_within_m)
    before = np.repeat(moves[:1], half)
    found = np.concatenate([before, moves, np.repeat(moves[-1:], count - half - len(moves))])
    for first, last in runs(~found):
        if line.at_s[last] - line.at_s[first] < LIMITS.still_for_s:
            found[first : last + 1] = True
    return found


def drawn(line: Line, moves: Flags) -> Line:
    """The same points, those of a way drawn through the mean of their neighbours on it."""
    place_m = line.place_m.copy()
    reach = int(_SMOOTHED_S // _interval_s(line)) if len(line) > 1 else 0
    for first, last in runs(moves):
        place_m[first : last + 1] = _mean(line.place_m[first : last + 1], reach)
    return Line(line.at_s, place_m)


def runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """The first and last of each row of flags that are set."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)


def _mean(place_m: Floats, reach: int) -> Floats:
    """Each place with as many neighbours before as after it: both ends stay where they are."""
    count = len(place_m)
    n = np.arange(count)
    wide = np.minimum(reach, np.minimum(n, count - 1 - n))
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(place_m, axis=0)])
    found: Floats = (sums[n + wide + 1] - sums[n - wide]) / (2 * wide + 1)[:, None]
    return found


def _interval_s(line: Line) -> float:
    return max(float(np.median(line.steps_s)), 1.0) if len(line) > 1 else LIMITS.still_for_s
