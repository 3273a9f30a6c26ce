"""An incident, whole, and what patrol announces of it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Fact
from contracts.language.values import (
    COMES_LATER,
    UNSAID,
    AreaRef,
    ExternalId,
    Latitude,
    Line,
    Longitude,
    Position,
    Text,
    Value,
)
from contracts.language.written import Instant
from contracts.patrol.judged import FirstStep, Judged
from contracts.patrol.kinds import IncidentKind, ReporterKind, Severity, told_by_kind


class Incident(Value):
    """An incident as patrol keeps it, whole.

    (`source`, `external_id`, `revision`) names the report for ever. `lon` and `lat` are degrees on CGCS2000, to
    which WGS 84 agrees within a metre; `stated` is the position as it was sent. `areas` are the responsibility
    areas that contain it, the primary one first; `division` is that of the primary one. `weight` counts the
    reports that corroborate it. `severity` is what the rules judge it to be, where they can; `stated_severity` is what
    the reporter said. `patrol_id` is the patrol on which it was looked at and found.
    """

    id: UUID
    source: Line
    external_id: ExternalId
    revision: Annotated[int, Field(ge=1)]
    kind: IncidentKind
    severity: Severity
    lon: Longitude
    lat: Latitude
    stated: Position
    division: Division
    areas: Annotated[tuple[AreaRef, ...], Field(min_length=1)]
    seen_at: Instant
    reported_at: Instant
    reporter: ReporterKind
    text: Text
    evidence: tuple[Evidence, ...] = ()
    details: dict[str, Any] = Field(default_factory=dict)
    weight: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    stated_severity: Annotated[Severity | None, COMES_LATER] = None
    judged: Annotated[Judged | None, COMES_LATER] = None
    first_step: Annotated[FirstStep | None, COMES_LATER] = None
    patrol_id: Annotated[UUID | None, COMES_LATER, UNSAID] = None

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return told_by_kind(schema, handler)


class IncidentLocated(Fact):
    """A new incident has been reported and lies in a responsibility area. Source: DOMAIN §4, B3."""

    name: ClassVar[str] = "patrol.located.v1"
    aggregate: ClassVar[str] = "incident.id"
    place: ClassVar[str] = "incident.division"

    incident: Incident


class AlarmRaised(Fact):
    """An incident is of a kind that is an alarm first, case or not: fire, sick wildlife. Source: DOMAIN §4, E5, E7.

    Raised when it is reported, or when a later revision makes it one; again when a revision moves it to another
    division.
    """

    name: ClassVar[str] = "patrol.alarmed.v1"
    aggregate: ClassVar[str] = "incident.id"
    place: ClassVar[str] = "incident.division"

    incident: Incident


class IncidentLinked(Fact):
    """A report of the same kind, near in place and time to an unresolved incident, corroborates it.

    It opens no second case. `to` is the incident it corroborates, `weight` how many reports that one now has.
    Source: DOMAIN §4 (default: within 200 m and 24 h).
    """

    name: ClassVar[str] = "patrol.linked.v1"
    aggregate: ClassVar[str] = "to"
    place: ClassVar[str] = "incident.division"

    incident: Incident
    to: UUID
    distance_m: Annotated[float, Field(ge=0)]
    weight: Annotated[int, Field(ge=2, le=1_000_000_000)]


class IncidentRevised(Fact):
    """The reporter sent the same report again with a higher revision; `incident` is its new state.

    `linked_to` is the incident that it corroborates, None where it is something of its own.
    """

    name: ClassVar[str] = "patrol.revised.v1"
    aggregate: ClassVar[str] = "incident.id"
    place: ClassVar[str] = "incident.division"

    incident: Incident
    linked_to: UUID | None = None
