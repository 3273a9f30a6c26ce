"""Breeding facilities by use, with licence, inspections, and the steps by which one for food ends (C2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.cases import Yuan
from contracts.language.command import Done
from contracts.language.evidence import Pieces
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, OpenEnum, Text, Token, Value
from contracts.language.written import Day
from contracts.roster.register.entry import MOST_ENTRIES, Kilograms, Proved, RegisterEntry


class BreedingUse(OpenEnum):
    """What the animals are kept for (C2)."""

    FOOD = "food"
    MEDICINE = "medicine"
    RESEARCH = "research"
    EXHIBITION = "exhibition"
    PET = "pet"
    OTHER = "other"


class BreederStatus(OpenEnum):
    """How far it is: by its steps alone."""

    OPERATING = "operating"
    CLOSING = "closing"
    CLOSED = "closed"
    CONVERTED = "converted"
    OTHER = "other"


class StepKind(OpenEnum):
    """A step on the way to the end of breeding for food."""

    CONSENT = "consent"
    COMPENSATION = "compensation"
    DISPOSAL = "disposal"
    PAYMENT = "payment"
    LICENCE_WITHDRAWN = "licence_withdrawn"
    CONVERSION = "conversion"
    OTHER = "other"


class DisposalWay(OpenEnum):
    """What becomes of the animals, in the order in which they are to be chosen."""

    RELEASE = "release"
    MOVE = "move"
    SHELTER = "shelter"
    DESTROY = "destroy"
    OTHER = "other"


class PayingTier(OpenEnum):
    """Who pays a part of what is due."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    OTHER = "other"


class Stock(Value):
    """Animals of a species, by number and by weight: the tariff pays by one of them."""

    species: Line
    head: Pieces
    kg: Kilograms


class Licence(Value):
    """The licence to breed, to its last day."""

    number: Line
    issuer: Line
    first: Day
    last: Day


class Inspection(Value):
    """A visit, and what was found."""

    visited_on: Day
    inspector: Line
    findings: Text
    passed: bool
    evidence: Proved = ()


class BreederStep(Value):
    """A step with what proves it.

    Compensation and payment have `yuan`, a payment its `tier`, a disposal its `species`, `head`, `kg` and `way`;
    destroying needs `sick_confirmed`. A conversion names the use or trade that follows.
    """

    number: Line
    kind: StepKind
    done_on: Day
    yuan: Yuan | None = None
    tier: PayingTier | None = None
    species: Line | None = None
    head: Pieces | None = None
    kg: Kilograms | None = None
    way: DisposalWay | None = None
    sick_confirmed: bool = False
    successor: Line | None = None
    evidence: Proved


class Breeder(RegisterEntry):
    """A place where wildlife is bred, by use.

    `status` is what the steps make of it: whatever is stated in its place is not taken. `illegal` says that it was shut
    as unlawful before the decision of 24 February 2020, so that nothing is due for it.
    """

    name: Line
    place: Line
    use: BreedingUse
    stock: Annotated[tuple[Stock, ...], Field(min_length=1, max_length=100)]
    licence: Licence | None = None
    illegal: bool = False
    inspections: Annotated[tuple[Inspection, ...], Field(max_length=200)] = ()
    steps: Annotated[tuple[BreederStep, ...], Field(max_length=200)] = ()
    status: BreederStatus = BreederStatus.OPERATING


class EnrolBreeders(Command):
    """State breeders; the same state again changes nothing. By the chief office of the place, or the operator.

    Steps that are recorded stay: a statement adds to them.
    """

    name: ClassVar[str] = "roster.enrol_breeders.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    breeders: Annotated[tuple[Breeder, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class RecordBreederStep(Command):
    """Record a step of a breeder's shut-down or conversion. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.record_breeder_step.v1"
    answer: ClassVar[type[BaseModel]] = Breeder

    breeder_id: Token
    step: BreederStep


class BreederStated(ReferenceFact):
    """The present state of one breeder. Source: DOMAIN §3, C2."""

    name: ClassVar[str] = "roster.breeder.v1"
    aggregate: ClassVar[str] = "breeder.id"
    place: ClassVar[str] = "breeder.division"
    identity: ClassVar[str] = "breeder.id"

    breeder: Breeder
