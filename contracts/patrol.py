"""What patrol announces: what was seen, where, and what was walked."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.division import Division
from contracts.event import Fact
from contracts.incident import Incident
from contracts.values import ExternalId, Instant, Line, Token


class IncidentLocated(Fact):
    """A new incident has been reported and lies in a responsibility area. Source: DOMAIN §4, B3."""

    name: ClassVar[str] = "patrol.located.v1"
    aggregate: ClassVar[str] = "incident.id"
    place: ClassVar[str] = "incident.division"

    incident: Incident


class AlarmRaised(Fact):
    """An incident is a fire or sick wildlife: an alarm first, case or not. Source: DOMAIN §4, E5, E7.

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


class TrackStored(Fact):
    """A batch of track points went through the filter chain; the positions themselves stay with patrol.

    `refused` counts the points not kept, by reason: invalid, zero_island, outside_datum, future, too_old, inaccurate,
    duplicate, impossible_speed; with `kept` they are all that were sent. `area_ids` are the areas entered. `division`
    is where the last kept point lies.
    """

    name: ClassVar[str] = "patrol.tracked.v1"
    aggregate: ClassVar[str] = "terminal"
    place: ClassVar[str] = "division"

    source: Line
    terminal: ExternalId
    batch_id: ExternalId
    division: Division
    kept: Annotated[int, Field(ge=0)]
    refused: dict[str, int]
    area_ids: tuple[Token, ...]
    first_at: Instant | None
    last_at: Instant | None
