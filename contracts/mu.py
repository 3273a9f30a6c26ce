"""Area in mu (亩), exact to four decimal places."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

SQUARE_METRES_PER_MU = Decimal(2000) / Decimal(3)
MU_PER_HECTARE = Decimal(15)
PLACES = Decimal("0.0001")


def _four_places(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("an amount in mu is a finite decimal number")
    rounded = value.quantize(PLACES, rounding=ROUND_HALF_EVEN)
    if rounded != value:
        raise ValueError("an amount in mu has at most four decimal places")
    return rounded


Mu = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4), AfterValidator(_four_places)]
"""An amount of ground in mu, a string in JSON so that no digit is lost; 1 mu = 2000/3 m² (DOMAIN §1)."""


def mu_of(square_metres: float | Decimal) -> Decimal:
    """Square metres as mu, rounded half to even at four places."""
    metres = square_metres if isinstance(square_metres, Decimal) else Decimal(repr(square_metres))
    return (metres * 3 / 2000).quantize(PLACES, rounding=ROUND_HALF_EVEN)


def mu_of_hectares(hectares: Decimal) -> Decimal:
    """Hectares as mu; 1 ha = 15 mu exactly."""
    return (hectares * MU_PER_HECTARE).quantize(PLACES, rounding=ROUND_HALF_EVEN)
