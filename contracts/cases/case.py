"""A case, whole, and what all facts and commands about one share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.cases.ledger import Entry
from contracts.cases.parts import (
    AlsoAnswerable,
    Directive,
    Extension,
    Interval,
    ItemRef,
    LawSide,
    Measured,
    Objection,
    Owner,
    Plan,
    Proof,
    Referral,
    Repeats,
)
from contracts.cases.states import CaseKind, CaseState, Flag, Origin, Route
from contracts.language.message import Command, Fact
from contracts.language.values import (
    COMES_LATER,
    UNSAID,
    CaseRef,
    ExternalId,
    Latitude,
    Line,
    Longitude,
    PostRef,
    Text,
    Token,
    UnitRef,
    Value,
)
from contracts.language.written import Day, Id, Instant
from contracts.patrol import Severity


class Case(Value):
    """A case as it stands after the fact that carries it.

    `revision` is that of the report which it follows. `answerable` are the posts that answered when it occurred or was
    seen, with their holders then, the smallest area first; `occurred` is that interval where it is known. `acting` are
    the posts that answer now. `unit` is the body that must put it right once assigned, and `due_on` its day; `owner` is
    who must act now, None once the case is no longer open. `rectified_by` and `accepted_by` are accounts of people,
    `rectified_unit` the unit that applied for the close-out. `moved_on` is the business date of the last move, `since`
    the instant at which it was recorded. `cycle` counts returns from closed. `not_referred` is why a grave or publicly
    voiced case went to no police or prosecutor in this cycle. `measured` is what it is measured by, `law` the law's
    side; `measures` are what the unit says it has done; names are those of the people then. `item` is that of a
    directive which opened it, `patrol_id` the patrol on which it was found.
    """

    ref: CaseRef
    origin: Origin = Origin.INCIDENT
    incident_id: UUID | None = None
    revision: Annotated[int, Field(ge=1)] = 1
    source: Token | None = None
    external_id: ExternalId | None = None
    campaign: Token
    kind: CaseKind
    severity: Severity
    flags: tuple[Flag, ...] = ()
    state: CaseState
    cycle: Annotated[int, Field(ge=1)] = 1
    lon: Longitude | None = None
    lat: Latitude | None = None
    area_id: Token
    place: Line
    text: Text
    party: ExternalId | None = None
    measured: Measured | None = None
    law: LawSide | None = None
    directive: Directive | None = None
    item: Annotated[ItemRef | None, COMES_LATER] = None
    patrol_id: Annotated[UUID | None, COMES_LATER, UNSAID] = None
    seen_at: Instant
    occurred: Interval | None = None
    answerable: tuple[PostRef, ...]
    acting: tuple[PostRef, ...] = ()
    also_answerable: tuple[AlsoAnswerable, ...] = ()
    office: UnitRef
    unit: UnitRef | None = None
    assigned_at: Instant | None = None
    due_on: date | None = None
    due_calendar: Line | None = None
    extensions: Annotated[int, Field(ge=0)] = 0
    extension: Extension | None = None
    owner: Owner | None = None
    plan: Plan | None = None
    route: Route | None = None
    proofs: tuple[Proof, ...] = ()
    rectified_by: Token | None = None
    rectified_by_name: Line | None = None
    rectified_unit: UnitRef | None = None
    measures: Text | None = None
    submitted_on: date | None = None
    accepted_by: Token | None = None
    accepted_by_name: Line | None = None
    accepted_on: date | None = None
    notice_until: date | None = None
    objection: Objection | None = None
    referrals: tuple[Referral, ...] = ()
    not_referred: Line | None = None
    cause: Token | None = None
    repeats: Repeats | None = None
    closed_on: date | None = None
    look_back_on: date | None = None
    merged_into: CaseRef | None = None
    same_site: tuple[CaseRef, ...] = ()
    weight: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    since: Instant
    moved_on: date | None = None


class CaseFact(Fact):
    """A move of a case: who made it (`by`, an account; `cases` itself when time or a report did), and when.

    `on` is the business date, where it is not the day of `at`; `entries` are what the move does to the ledger, so that
    whoever adds up the entries of distinct facts, in any order, has the ledger.
    """

    aggregate: ClassVar[str] = "case.ref.id"
    place: ClassVar[str] = "case.ref.division"

    case: Case
    by: Token
    at: Instant
    on: date | None = None
    entries: tuple[Entry, ...] = ()


class CaseCommand(Command):
    """A move of one case, which lies in or under the subject's division.

    `on` is the business date, today where it is not stated: not before the case's last move, not after today (补录).
    """

    answer: ClassVar[type[BaseModel]] = Case

    case_id: Id
    on: Day | None = None
