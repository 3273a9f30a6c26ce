"""Area in mu (亩), exact to four decimal places, and what a ring of degrees encloses."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from math import sqrt
from types import ModuleType
from typing import Annotated, Any

from contracts.language.written import PLACES, Exact

MU_PER_HECTARE = Decimal(15)

Mu = Annotated[Decimal, Exact(digits=12, title="Mu")]
"""An amount of ground in mu; 1 mu = 2000/3 m² (DOMAIN §1)."""


def mu_of(square_metres: float | Decimal) -> Decimal:
    """Square metres as mu, rounded half to even at four places."""
    metres = square_metres if isinstance(square_metres, Decimal) else Decimal(repr(square_metres))
    return (metres * 3 / 2000).quantize(PLACES, rounding=ROUND_HALF_EVEN)


def mu_of_hectares(hectares: Decimal) -> Decimal:
    """Hectares as mu; 1 ha = 15 mu exactly."""
    return (hectares * MU_PER_HECTARE).quantize(PLACES, rounding=ROUND_HALF_EVEN)


SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257222101
_E = sqrt(FLATTENING * (2 - FLATTENING))
_HALF_B2 = (SEMI_MAJOR_M * (1 - FLATTENING)) ** 2 / 2
_NODES = ((0.1739274225687269, 0.0694318442029737), (0.3260725774312731, 0.3300094782075719))
"""Gauss and Legendre's with four points: weight and place of two, the others mirror them."""


def enclosed_m2(lons: Any, lats: Any, maths: ModuleType) -> float:
    """Square metres on the CGCS2000 ellipsoid within a closed ring of degrees, whichever way it turns.

    `lons` and `lats` are arrays, `maths` is numpy. The sizes of pieces come to that of the whole exactly, however many
    positions their borders have: an edge is no
    geodesic, which would bulge from one that has a position more.
    """
    x, y = maths.radians(lons), maths.radians(lats)
    middle = _from_equator_m2(y.mean(), maths)
    steps, begins, rises = x[1:] - x[:-1], y[:-1], y[1:] - y[:-1]
    mean: Any = 0
    for weight, place in _NODES:
        for at in (place, 1 - place):
            mean = mean + weight * (_from_equator_m2(begins + rises * at, maths) - middle)
    return float(abs((steps * mean).sum()))


def _from_equator_m2(lat: Any, maths: ModuleType) -> Any:
    """From the equator to a parallel, for each radian of longitude."""
    s = maths.sin(lat)
    return _HALF_B2 * (s / (1 - (_E * s) ** 2) + maths.arctanh(_E * s) / _E)
