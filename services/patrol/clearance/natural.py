"""How much of a plot lies in natural forest, as far as that is known (E12)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely

from contracts.language.datum import to_cgcs2000
from contracts.language.division import Division
from contracts.language.mu import enclosed_m2, mu_of
from contracts.language.values import Boundary
from contracts.patrol import OnNaturalForest, Plot
from services.runtime.reference.ground import drawn

SHARE_PLACES = 6


@dataclass(frozen=True, slots=True)
class Natural:
    """The natural forest near to some ground as one shape, and the divisions of which all of theirs is known."""

    near: shapely.Geometry
    known: Collection[Division]

    @classmethod
    def of(cls, parts: Collection[shapely.Geometry], known: Collection[Division]) -> Natural:
        return cls(shapely.union_all(list(parts)), known)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether a plot lies in natural forest, and what part of it."""

    on: OnNaturalForest
    share: float | None


def shape_of(plot: Plot) -> shapely.Geometry:
    """The ground of a plot: its boundary, or its point, in degrees on CGCS2000."""
    if plot.boundary is not None:
        return drawn(plot.boundary)
    assert plot.at is not None
    return shapely.Point(*to_cgcs2000(plot.at.lon, plot.at.lat, plot.at.datum))


def overlap(plot: Plot, natural: Natural) -> Overlap:
    """Clear only where the natural forest of the whole division is known."""
    share = _share(shape_of(plot), natural.near)
    if share > 0:
        return Overlap(OnNaturalForest.OVERLAPS, share)
    known = any(one.contains(plot.division) for one in natural.known)
    return Overlap(OnNaturalForest.CLEAR, 0.0) if known else Overlap(OnNaturalForest.UNKNOWN, None)


def _share(shape: shapely.Geometry, forest: shapely.Geometry) -> float:
    """Degrees of longitude are alike within a plot: their length falls out of the share."""
    if shapely.get_dimensions(shape) == 0:
        return 1.0 if shapely.intersects(shape, forest) else 0.0
    part = float(shapely.area(shapely.intersection(shape, forest)) / shapely.area(shape))
    return round(min(part, 1.0), SHARE_PLACES)


def size_mu(boundary: Boundary) -> Decimal:
    """What a boundary encloses: the first ring of each polygon without the others."""
    square_metres = 0.0
    for rings in boundary.coordinates:
        drawn_rings = (np.asarray(ring, dtype=float) for ring in rings)
        sizes = [abs(enclosed_m2(ring[:, 0], ring[:, 1], np)) for ring in drawn_rings]
        square_metres += sizes[0] - sum(sizes[1:])
    return mu_of(square_metres)
