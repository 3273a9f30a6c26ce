"""Surveillance stations (疫源疫病监测站): a report each period, also that there is nothing (E7)."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.evidence import Evidence, Pieces
from contracts.language.message import Command, Fact
from contracts.language.values import COMES_LATER, Line, PersonRef, Position, Text, Token, Value
from contracts.language.written import WHOLE, Day, Id, Instant


class StationFind(Value):
    """Wildlife that a station found sick or dead: where, when, of which kind and how many."""

    at: Position
    seen_at: Instant
    species: Line | None = None
    sick: Pieces | None = None
    dead: Pieces | None = None
    signs: Line | None = None
    known_cause: Line | None = None
    sampled: bool | None = None
    closed_off: bool | None = None
    text: Text = ""
    photos: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()


class StationReport(Value):
    """What a station reported for a day; `nil` says that nothing was found, `incidents` what the alarms are of."""

    id: Id
    post_id: Token
    division: Division
    person: PersonRef | None
    on: Day
    nil: bool
    incidents: tuple[UUID, ...]
    text: Text
    reported_at: Instant


class ReportStation(Command):
    """Report for a station and a day: what was found, or nothing. By who holds its post, or by a chief office above."""

    name: ClassVar[str] = "patrol.report_station.v1"
    answer: ClassVar[type[BaseModel]] = StationReport

    post_id: Token
    on: Day
    found: Annotated[tuple[StationFind, ...], Field(max_length=50)] = ()
    text: Text = ""


class StationReported(Fact):
    """A station has reported, perhaps nothing; what it found sick or dead is an alarm of its own. Source: DOMAIN §4."""

    name: ClassVar[str] = "patrol.station_reported.v1"
    aggregate: ClassVar[str] = "report.post_id"
    place: ClassVar[str] = "report.division"

    report: StationReport
    by: Line
    at: Instant


class StationReportsShown(Value):
    """Reports, the newest day first; where there are `more`, the next ones come after the last."""

    reports: tuple[StationReport, ...]
    more: Annotated[bool, COMES_LATER] = False


class ListStationReports(Command):
    """What the stations of the subject's division and below reported, from a day to a day."""

    name: ClassVar[str] = "patrol.list_station_reports.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = StationReportsShown

    post_id: Token | None = None
    first: Day | None = None
    last: Day | None = None
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=500), WHOLE] = 100
