"""Chief offices against the named standards, with their funding (D1)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases import Yuan
from contracts.language.command import Done
from contracts.language.evidence import Evidence, Pieces
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, Token, UnitRef, Value
from contracts.language.written import Day
from contracts.roster.register.board import Phone
from contracts.roster.register.entry import MOST_ENTRIES, RegisterEntry, Year


class StandardMet(Value):
    """An item of the standards that the office meets, with what proves it."""

    item: Token
    met_on: Day
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=20)]


class Acceptance(Value):
    """The office was accepted for a year, by the next level."""

    year: Year
    accepted_on: Day
    unit: UnitRef
    document: Line


class Funding(Value):
    """What was planned for a year and what was paid, by which paper."""

    year: Year
    planned_yuan: Yuan
    paid_yuan: Yuan
    document: Line


class Office(RegisterEntry):
    """A chief office; its `hotline` is what the boards below it show to the public, until a nearer one has its own."""

    unit: UnitRef
    address: Line
    hotline: Phone
    staff: Pieces
    full_time_staff: Pieces
    standards: Annotated[tuple[StandardMet, ...], Field(max_length=100)] = ()
    acceptances: Annotated[tuple[Acceptance, ...], Field(max_length=50)] = ()
    funding: Annotated[tuple[Funding, ...], Field(max_length=50)] = ()


class EnrolOffices(Command):
    """State chief offices; the same state again changes nothing. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.enrol_offices.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    offices: Annotated[tuple[Office, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class OfficeStated(ReferenceFact):
    """The present state of one chief office. Source: DOMAIN §3, D1."""

    name: ClassVar[str] = "roster.office.v1"
    aggregate: ClassVar[str] = "office.id"
    place: ClassVar[str] = "office.division"
    identity: ClassVar[str] = "office.id"

    office: Office
