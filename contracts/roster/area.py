"""Responsibility areas: what enrols and what states them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.mu import Mu
from contracts.language.values import COMES_LATER, UNSAID, AreaKind, Boundary, Line, Token, Value
from contracts.language.written import WHOLE, Day
from contracts.roster.division import Successors


class Area(Value):
    """A responsibility area: the ground a post answers for (DOMAIN §3).

    `area_mu` is measured on the CGCS2000 ellipsoid. `precedence` decides which of several areas that contain a
    point is the primary one: the highest. `generated` says that the boundary was made up, not surveyed. `became` are
    the codes that took the place of a division that has ended.
    """

    id: Token
    kind: AreaKind
    name: Line
    division: Division
    parent_id: Token | None = None
    boundary: Boundary
    area_mu: Mu
    precedence: Annotated[int, Field(ge=-1000, le=1000), WHOLE] = 0
    generated: bool = False
    in_force_from: Day
    ended_on: Day | None = None
    became: Annotated[Successors, COMES_LATER, UNSAID] = ()


class EnrolAreas(Command):
    """State responsibility areas; the same state again changes nothing. By the operator."""

    name: ClassVar[str] = "roster.enrol_areas.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    areas: Annotated[tuple[Area, ...], Field(min_length=1, max_length=500)]


class AreaStated(ReferenceFact):
    """The present state of one responsibility area, its ending included. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.area.v1"
    aggregate: ClassVar[str] = "area.id"
    place: ClassVar[str] = "area.division"
    identity: ClassVar[str] = "area.id"

    area: Area


class AreasListed(Value):
    """Areas as they stand, by their ids; `after` is where the next part begins, None where nothing is left."""

    areas: tuple[Area, ...]
    after: Token | None = None


class ListAreas(Command):
    """Areas in the subject's division and below: those named, and those that hang under one of `parents`.

    All of them where neither is named. What does not fit into one message is asked for again, `after` the last.
    """

    name: ClassVar[str] = "roster.list_areas.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = AreasListed

    ids: Annotated[tuple[Token, ...], Field(max_length=1000)] = ()
    parents: Annotated[tuple[Token, ...], Field(max_length=1000)] = ()
    after: Token | None = None
