"""What cases announces: a problem, the unit that must put it right, the day, and how it went."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.event import Fact
from contracts.incident import Evidence, IncidentKind, Severity
from contracts.values import CaseRef, Instant, Latitude, Line, Longitude, OpenEnum, PostRef, Text, Token, UnitRef, Value


class CaseState(OpenEnum):
    """Where a case stands (DOMAIN §5)."""

    REGISTERED = "registered"
    DISMISSED = "dismissed"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    OTHER = "other"


class Owner(Value):
    """Who must act now, and by which day: an open case always has one (DOMAIN §5).

    `calendar` says by which calendar the day was counted; None for a day that a person chose.
    """

    unit: UnitRef
    due_on: date
    calendar: Line | None = None


class Case(Value):
    """A case as it stands after the fact that carries it.

    `answerable` are the posts that answered for the place when it was seen, with their holders then, the smallest
    area first. `unit` is the body that must put it right once assigned, and `due_on` its day; `owner` is who must act
    now, None when the case is dismissed or closed. `rectified_by` and `accepted_by` are accounts of people.
    """

    ref: CaseRef
    incident_id: UUID
    campaign: Token
    kind: IncidentKind
    severity: Severity
    state: CaseState
    lon: Longitude
    lat: Latitude
    area_id: Token
    place: Line
    text: Text
    seen_at: Instant
    answerable: tuple[PostRef, ...]
    office: UnitRef
    unit: UnitRef | None = None
    due_on: date | None = None
    owner: Owner | None = None
    rectified_by: Token | None = None
    accepted_by: Token | None = None
    weight: Annotated[int, Field(ge=1)] = 1
    since: Instant


class CaseFact(Fact):
    """A move of a case: who made it (`by`, an account; `cases` itself when time or a report did), and when."""

    aggregate: ClassVar[str] = "case.ref.id"
    place: ClassVar[str] = "case.ref.division"

    case: Case
    by: Token
    at: Instant


class CaseOpened(CaseFact):
    """A problem has been registered with the posts answerable for its place; the office must verify it."""

    name: ClassVar[str] = "cases.opened.v1"


class CaseVerified(CaseFact):
    """The office has found the problem real; the case is in stock."""

    name: ClassVar[str] = "cases.verified.v1"


class CaseDismissed(CaseFact):
    """The office found nothing, no problem or no violation; the case leaves without having been in stock."""

    name: ClassVar[str] = "cases.dismissed.v1"

    reason: Line


class CaseAssigned(CaseFact):
    """A unit has been told to put a case right by a day."""

    name: ClassVar[str] = "cases.assigned.v1"


class CaseStarted(CaseFact):
    """The unit has begun to put it right."""

    name: ClassVar[str] = "cases.started.v1"


class CaseSubmitted(CaseFact):
    """The unit says it is put right and applies for close-out."""

    name: ClassVar[str] = "cases.submitted.v1"

    measures: Text
    evidence: tuple[Evidence, ...]


class CaseSentBack(CaseFact):
    """The acceptor found it not put right; the unit goes on."""

    name: ClassVar[str] = "cases.sent_back.v1"

    reason: Line


class CaseAccepted(CaseFact):
    """Somebody who neither rectified it nor belongs to the unit has signed that it is put right."""

    name: ClassVar[str] = "cases.accepted.v1"


class CaseClosed(CaseFact):
    """The case is struck off the ledger."""

    name: ClassVar[str] = "cases.closed.v1"


class CaseOverdue(CaseFact):
    """The present owner's day has passed and the case still waits; told once for each owner and day."""

    name: ClassVar[str] = "cases.overdue.v1"

    overdue_since: date


class CaseCorroborated(CaseFact):
    """Another report says the same; `weight` of the case has grown."""

    name: ClassVar[str] = "cases.corroborated.v1"
