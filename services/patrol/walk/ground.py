"""Points as metres on a plane: short ways need no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.patrol.incident.near import EARTH_M
from services.patrol.kept.point import SECOND_US, Points

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """Places in the order of time: seconds, and metres east and north of a place that all of a question share."""

    at_s: Floats
    place_m: Floats

    @classmethod
    def of(cls, points: Points, lon: float, lat: float) -> Self:
        return cls(points["at_us"] / SECOND_US, metres(points["lon"], points["lat"], lon, lat))

    def __len__(self) -> int:
        return len(self.at_s)

    @property
    def steps_m(self) -> Floats:
        return lengths(np.diff(self.place_m, axis=0))

    @property
    def steps_s(self) -> Floats:
        return np.diff(self.at_s)

    def places_at(self, at_s: Floats, gap_s: float) -> Floats:
        """Where it was at these times; not a number before it, after it, and in a gap of it."""
        if not len(self):
            return np.full((len(at_s), 2), np.nan)
        later = np.clip(np.searchsorted(self.at_s, at_s), 1, max(len(self) - 1, 1))
        found = np.stack([np.interp(at_s, self.at_s, self.place_m[:, axis]) for axis in (0, 1)], axis=1)
        known = (at_s >= self.at_s[0]) & (at_s <= self.at_s[-1])
        if len(self) > 1:
            known &= self.at_s[later] - self.at_s[later - 1] <= gap_s
        found[~known] = np.nan
        return found


def metres(lon: Floats, lat: Floats, of_lon: float, of_lat: float) -> Floats:
    """How far east and north of a place others lie."""
    east = np.radians(np.asarray(lon) - of_lon) * EARTH_M * np.cos(np.radians(of_lat))
    return np.stack([east, np.radians(np.asarray(lat) - of_lat) * EARTH_M], axis=-1)


def lengths(vectors: Floats) -> Floats:
    found: Floats = np.hypot(vectors[..., 0], vectors[..., 1])
    return found


def middle(points: Points) -> tuple[float, float]:
    return (float(np.median(points["lon"])), float(np.median(points["lat"]))) if len(points) else (0.0, 0.0)
