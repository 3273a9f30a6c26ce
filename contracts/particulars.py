"""What a case is measured and placed by, and the law's side of it (DOMAIN §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from contracts.incident import Pieces
from contracts.mu import Mu
from contracts.values import Line, Value
from contracts.written import Exact

VolumeM3 = Annotated[Decimal, Exact(digits=9)]
Yuan = Annotated[Decimal, Exact(digits=12)]


class Measured(Value):
    """How much it is about and in which part of the forest: 违法面积, 蓄积, 株数, 林班, 小班."""

    illegal_area_mu: Mu | None = None
    volume_m3: VolumeM3 | None = None
    trees: Pieces | None = None
    compartment: Line | None = None
    sub_compartment: Line | None = None


class LawSide(Value):
    """What the police or the forestry enforcement made of it: 立案, 处罚决定书文号, 罚款, 追责问责.

    `filed_as` is their number and cause; a lead that is only entered is registered, not filed.
    """

    filed_as: Line | None = None
    penalty_document: Line | None = None
    fine_yuan: Yuan | None = None
    held_accountable: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
