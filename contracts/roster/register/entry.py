"""What the entries of all registers share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.values import Line, OpenEnum, Token, Value
from contracts.language.written import WHOLE, Day, Exact

Year = Annotated[int, Field(ge=1949, le=2199), WHOLE]
Kilograms = Annotated[Decimal, Exact(digits=9, title="Kilograms")]
CubicMetres = Annotated[Decimal, Exact(digits=12, title="CubicMetres")]
Proved = Annotated[tuple[Evidence, ...], Field(max_length=20)]
MOST_ENTRIES = 500
"""How many one command enrols."""


class Register(OpenEnum):
    """Which register (DOMAIN §3)."""

    INVENTORY = "inventory"
    OLD_TREE = "old_tree"
    RANGER = "ranger"
    BOARD = "board"
    BREEDER = "breeder"
    OFFICE = "office"
    CORRESPONDENCE = "correspondence"
    LEADING_GROUP = "leading_group"
    DIRECTIVE = "directive"
    OTHER = "other"


class RegisterEntry(Value):
    """What stands in a register: where it belongs, from which day to which, by which paper.

    `area_id` is the responsibility area on which it lies, where it lies on one.
    """

    id: Token
    division: Division
    area_id: Token | None = None
    in_force_from: Day
    ended_on: Day | None = None
    source: Line
