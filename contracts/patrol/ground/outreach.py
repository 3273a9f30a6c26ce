"""Outreach and disputes of wildlife protection (C1): policy explained, households visited, disputes settled."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Command, Fact
from contracts.language.values import Line, Text, Token, Value, Words
from contracts.language.written import WHOLE, Day, Instant

_Many = Annotated[int, Field(ge=0, le=10_000_000), WHOLE]
_Year = Annotated[int, Field(ge=1949, le=2199), WHOLE]


class Outreach(Value):
    """An activity: which policy was explained where, how many households were visited, what was handed out."""

    id: Token
    division: Division
    on: Day
    place: Line
    topics: tuple[Token, ...]
    households: int
    people: int
    materials: int
    text: Text
    photos: tuple[Evidence, ...]


class OutreachTotals(Value):
    """What all activities of a division and a year come to."""

    year: int
    activities: int
    households: int
    people: int
    materials: int


class RecordOutreach(Command):
    """Record an activity, or under its id anew. By a chief office of the division or above."""

    name: ClassVar[str] = "patrol.record_outreach.v1"
    answer: ClassVar[type[BaseModel]] = Outreach

    id: Token
    division: Division
    on: Day
    place: Line
    topics: Annotated[tuple[Token, ...], Field(min_length=1, max_length=20)]
    households: _Many = 0
    people: _Many = 0
    materials: _Many = 0
    text: Text = ""
    photos: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()


class OutreachRecorded(Fact):
    """An activity has been recorded; `totals` are those of its division and year. Source: DOMAIN §3, C1."""

    name: ClassVar[str] = "patrol.outreach_recorded.v1"
    aggregate: ClassVar[str] = "outreach.division"
    place: ClassVar[str] = "outreach.division"

    outreach: Outreach
    totals: OutreachTotals
    by: Line
    at: Instant


class DisputeRef(Value):
    """A dispute as facts name it: of what kind, how it was handled, whether it is settled; not between whom."""

    id: Token
    division: Division
    on: Day
    about: Token
    way: Token
    settled: bool


class Dispute(DisputeRef):
    """A dispute; place, text and between whom are told to chief offices of its division and above alone."""

    place: Line | None
    parties: tuple[Line, ...]
    text: Text | None


class DisputeTotals(Value):
    """How many disputes of a division and a year there were, and how many are settled."""

    year: int
    disputes: int
    settled: int


class RecordDispute(Command):
    """Record a dispute, or under its id anew: between whom, about what, how. By a chief office of the division."""

    name: ClassVar[str] = "patrol.record_dispute.v1"
    answer: ClassVar[type[BaseModel]] = DisputeRef

    id: Token
    division: Division
    on: Day
    place: Line
    parties: Annotated[tuple[Line, ...], Field(min_length=2, max_length=20)]
    about: Token
    way: Token
    settled: bool = True
    text: Words


class DisputeRecorded(Fact):
    """A dispute has been recorded; `totals` are those of its division and year. Source: DOMAIN §3, C1."""

    name: ClassVar[str] = "patrol.dispute_recorded.v1"
    aggregate: ClassVar[str] = "dispute.division"
    place: ClassVar[str] = "dispute.division"

    dispute: DisputeRef
    totals: DisputeTotals
    by: Line
    at: Instant


class OutreachShown(Value):
    """Activities and disputes of a year, the newest first, and what all of them come to."""

    outreach: tuple[Outreach, ...]
    disputes: tuple[Dispute, ...]
    activities: OutreachTotals
    settled: DisputeTotals


class ListOutreach(Command):
    """The activities and disputes of a year in the subject's division and those below."""

    name: ClassVar[str] = "patrol.list_outreach.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = OutreachShown

    year: _Year
    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 100
