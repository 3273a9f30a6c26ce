"""Divisions: which codes were in force when, and what became of those that are revoked."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.language.division import Division
from contracts.language.message import ReferenceFact
from contracts.language.values import Line, Token, Value
from contracts.language.written import Day

Successors = Annotated[tuple[Division, ...], Field(max_length=100)]


class NamedDivision(Value):
    """A division for as long as its code meant it; `id` is its area's, for a code may be given to another later.

    `became` are the codes that took its place when it ended: several where it was divided, none where nobody says.
    """

    id: Token
    code: Division
    name: Line
    in_force_from: Day
    ended_on: Day | None = None
    became: Successors = ()


class DivisionStated(ReferenceFact):
    """The present state of one division, without its boundary: its days in force and successors. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.division.v1"
    aggregate: ClassVar[str] = "division.id"
    place: ClassVar[str] = "division.code"
    identity: ClassVar[str] = "division.id"

    division: NamedDivision
