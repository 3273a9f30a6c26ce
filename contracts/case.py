"""A case and its parts, as every fact about it carries them (DOMAIN §5)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.division import Level
from contracts.incident import Evidence, Severity
from contracts.particulars import LawSide, Measured
from contracts.values import (
    CaseRef,
    Day,
    ExternalId,
    Instant,
    Latitude,
    Line,
    Longitude,
    OpenEnum,
    PostRef,
    Text,
    Token,
    UnitRef,
    Value,
)


class CaseState(OpenEnum):
    """Where a case stands (DOMAIN §5)."""

    REGISTERED = "registered"
    DISMISSED = "dismissed"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ON_NOTICE = "on_notice"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    VOIDED = "voided"
    MERGED = "merged"
    OTHER = "other"


IN_STOCK = (
    CaseState.VERIFIED,
    CaseState.ASSIGNED,
    CaseState.RECTIFYING,
    CaseState.SUBMITTED,
    CaseState.ACCEPTED,
    CaseState.ON_NOTICE,
    CaseState.RELAPSED,
)
"""The states that the ledger counts as stock (DOMAIN §5)."""
OPEN = (CaseState.REGISTERED, *IN_STOCK)
"""The states in which somebody must act by a day."""


class CaseKind(OpenEnum):
    """What must be put right: a kind of incident, or a directive item."""

    FIRE = "fire"
    ILLEGAL_FIRE_USE = "illegal_fire_use"
    FELLING = "felling"
    FOREST_LAND_TAKEN = "forest_land_taken"
    NATURAL_FOREST_DESTROYED = "natural_forest_destroyed"
    RESERVE_VIOLATION = "reserve_violation"
    HABITAT_DESTROYED = "habitat_destroyed"
    POACHING = "poaching"
    WILDLIFE_TRADE = "wildlife_trade"
    WILDLIFE_TRANSPORT = "wildlife_transport"
    WILDLIFE_EATING = "wildlife_eating"
    DEAD_PINES = "dead_pines"
    PESTS = "pests"
    SICK_WILDLIFE = "sick_wildlife"
    OLD_TREE_HURT = "old_tree_hurt"
    WASTE = "waste"
    DAMAGED_BOARD = "damaged_board"
    DIRECTIVE = "directive"
    OTHER = "other"


class Origin(OpenEnum):
    """How a case came to be."""

    INCIDENT = "incident"
    COMMAND = "command"
    IMPORT = "import"
    DIRECTIVE = "directive"
    REVIEW = "review"
    OTHER = "other"


class Flag(OpenEnum):
    """What calls for a referral (G5)."""

    GRAVE = "grave"
    WIDE_IMPACT = "wide_impact"
    PUBLIC_OUTCRY = "public_outcry"
    OTHER = "other"


class Route(OpenEnum):
    """How a case may come to its close; each has an evidence checklist (DOMAIN §5)."""

    PUT_RIGHT = "put_right"
    PENALTY = "penalty"
    NO_VIOLATION = "no_violation"
    JUSTICE = "justice"
    OTHER = "other"


class RelapseReason(OpenEnum):
    RECURRENCE = "recurrence"
    FALSE_RECTIFICATION = "false_rectification"
    CLOSED_IN_ERROR = "closed_in_error"
    OTHER = "other"


class Period(Value):
    """Days from `from_on` to `to_on`, both included."""

    from_on: Day
    to_on: Day


class Owner(Value):
    """Who must act now, and by which day: an open case always has one (DOMAIN §5).

    `calendar` says by which calendar the day was counted; None for a day that a person chose. `since_on` is the day
    from which it is theirs.
    """

    unit: UnitRef
    due_on: date
    calendar: Line | None = None
    since_on: date | None = None


class Measure(Value):
    """One step of a rectification plan."""

    text: Line
    due_on: Day


class PlanState(OpenEnum):
    SUBMITTED = "submitted"
    REFUSED = "refused"
    APPROVED = "approved"
    OTHER = "other"


class Plan(Value):
    """A rectification plan: measures with their days, and what became of it.

    `tier` is the level of the office that decided it, None where that was not recorded.
    """

    measures: tuple[Measure, ...]
    state: PlanState
    by: Token
    decided_by: Token | None = None
    tier: Level | None = None


class Proof(Value):
    """Evidence for one item of a route's checklist."""

    item: Token
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=20)]
    note: Line | None = None


class Extension(Value):
    """A later day that the unit asks for."""

    due_on: date
    reason: Line


class Objection(Value):
    """What somebody says against a public notice; `days_left` working days of the notice remained that day."""

    by: Token
    reason: Line
    days_left: Annotated[int, Field(ge=0)]


class ReferredTo(OpenEnum):
    POLICE = "police"
    PROSECUTOR = "prosecutor"
    DEPARTMENT = "department"
    OTHER = "other"


class Referral(Value):
    """A lead handed to another body in a cycle of the case; once acknowledged, its own number goes with it (G5).

    `calendar` says by which calendar `due_on` was counted. `last_rung` is the last letter of the ladder that pressed
    for it before its case was merged into this one.
    """

    n: Annotated[int, Field(ge=1)]
    kind: ReferredTo
    to: UnitRef
    cycle: Annotated[int, Field(ge=1)] = 1
    sent_on: date
    due_on: date
    calendar: Line | None = None
    acknowledged_on: date | None = None
    their_number: Line | None = None
    outcome: Line | None = None
    concluded_on: date | None = None
    last_rung: Token | None = None


class Repeats(Value):
    """Earlier cases within two years: at the same place, of the same party, by the same cause; `cases` the latest."""

    place: int = 0
    party: int = 0
    cause: int = 0
    cases: tuple[CaseRef, ...] = ()


class AlsoAnswerable(Value):
    """Who answers besides, since a relapse: a post, a unit, or an account (DOMAIN §5, attribution)."""

    why: RelapseReason
    post: PostRef | None = None
    unit: UnitRef | None = None
    account: Token | None = None


class Instrument(OpenEnum):
    """A chief's four instruments (A2)."""

    MEETING = "meeting"
    ORDER = "order"
    PATROL = "patrol"
    INSTRUCTION = "instruction"
    OTHER = "other"


class Directive(Value):
    """What a chief asked for: by which instrument, under which number, on which day."""

    instrument: Instrument
    number: Line
    issued_on: Day
    issuer_post_id: Token


class Case(Value):
    """A case as it stands after the fact that carries it.

    `revision` is that of the report which it follows. `answerable` are the posts that answered when it occurred or was
    seen, with their holders then, the smallest area first; `occurred` is that interval where it is known. `acting` are
    the posts that answer now. `unit` is the body that must put it right once assigned, and `due_on` its day; `owner` is
    who must act now, None once the case is no longer open. `rectified_by` and `accepted_by` are accounts of people,
    `rectified_unit` the unit that applied for the close-out. `moved_on` is the business date of the last move, `since`
    the instant at which it was recorded. `cycle` counts returns from closed. `not_referred` is why a grave or publicly
    voiced case went to no police or prosecutor in this cycle. `measured` is what it is measured by, `law` the law's
    side; `measures` are what the unit says it has done; names are those of the people then.
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
    seen_at: Instant
    occurred: Period | None = None
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
