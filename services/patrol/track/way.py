"""Which of many fixes can have been one way: nobody goes faster than anybody goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.patrol.incident.near import EARTH_M
from services.patrol.kept.point import SECOND_US
from services.patrol.track.law import FILTER

Fix = tuple[int, float, float]
"""at_us, lon, lat."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """Fixes in the order of time, as they lie on the unit sphere."""

    at_us: NDArray[np.int64]
    place: Floats
    """Three rows: x, y, z."""

    @classmethod
    def of(cls, at_us: NDArray[np.int64], lon: Floats, lat: Floats) -> Self:
        east, north = np.radians(lon), np.radians(lat)
        level = np.cos(north)
        return cls(at_us, np.stack([level * np.cos(east), level * np.sin(east), np.sin(north)]))

    @classmethod
    def of_fixes(cls, fixes: Sequence[Fix]) -> Self:
        at_us, lon, lat = zip(*fixes, strict=True) if fixes else ((), (), ())
        return cls.of(np.array(at_us, dtype=np.int64), np.array(lon, dtype=float), np.array(lat, dtype=float))

    def part(self, its: slice | Flags | NDArray[np.intp]) -> Way:
        return Way(self.at_us[its], self.place[:, its])

    def steps(self) -> Flags:
        """Of each fix but the last, whether the next one can be reached from it."""
        return self.part(slice(None, -1)).reaches(self.part(slice(1, None)))

    def reaches(self, later: Way) -> Flags:
        """Whether each fix can have been before the one of `later` that stands beside it; not in no time at all."""
        apart = later.place - self.place
        seconds = (later.at_us - self.at_us) / SECOND_US
        # Both as chords of the sphere.
        far = 2 * np.sin(np.clip(FILTER.today.speed_m_per_s * seconds / (2 * EARTH_M), 0, np.pi / 2))
        reached: Flags = (seconds > 0) & ((apart * apart).sum(axis=0) <= far * far)
        return reached

    def heaviest(self, weights: Sequence[int]) -> Flags:
        """The fixes that together weigh most of all that can have been one way.

        Who can be reached by way of another can be reached at once: a way is a chain, and each fix need look only for
        the heaviest one before it. Between equals the one that ends earlier.
        """
        steps = self.steps().tolist() if len(weights) else []
        total = np.zeros(len(weights), dtype=np.int64)
        before = [-1] * len(weights)
        most = 0
        for n, weight in enumerate(weights):
            if n and steps[n - 1] and total[n - 1] == most:
                before[n] = n - 1
            elif n:
                reached = self.part(slice(0, n)).reaches(self.part(slice(n, n + 1)))
                if reached.any():
                    before[n] = int(np.argmax(np.where(reached, total[:n], 0)))
            total[n] = weight + (total[before[n]] if before[n] >= 0 else 0)
            most = max(most, int(total[n]))
        chosen = np.zeros(len(weights), dtype=bool)
        at = int(np.argmax(total)) if len(weights) else -1
        while at >= 0:
            chosen[at] = True
            at = before[at]
        return chosen
