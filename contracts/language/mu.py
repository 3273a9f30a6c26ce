"""Area in mu (亩), exact to four decimal places."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

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
