"""Patrols that no terminal saw, as they are recorded."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.evidence import Evidence
from contracts.language.message import Command, Fact
from contracts.language.values import COMES_LATER, UNSAID, Line, PersonRef, Position, Text, Token, Value, known
from contracts.language.written import WHOLE, Id, Instant
from contracts.patrol.duty import Activity, PatrolWay, Walked
from contracts.patrol.kinds import IncidentKind, Severity


class PutRight(Value):
    """What was found is to be put right: it is reported as an incident of a kind at a place, and opens its case."""

    kind: Annotated[IncidentKind, known(IncidentKind)]
    at: Position
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS


class Item(Value):
    """One thing of the checklist that was looked at, and what was found (nothing said: in order)."""

    item: Token
    finding: Text = ""
    put_right: Annotated[PutRight | None, COMES_LATER, UNSAID] = None


class Visited(Value):
    """How many things of a kind were visited: building sites, old trees, boards."""

    kind: Token
    count: Annotated[int, Field(ge=1, le=10_000), WHOLE]


class RecordedPatrol(Value):
    """A patrol as it was recorded; who walked it is the post's holder on its day."""

    id: Id
    post_id: Token
    division: Division
    person: PersonRef | None
    activity: Activity
    way: PatrolWay | None
    started_at: Instant
    ended_at: Instant
    place: Line
    text: Text
    items: tuple[Item, ...]
    visited: tuple[Visited, ...]
    photos: tuple[Evidence, ...]
    stop: Token | None


class RecordPatrol(Command):
    """Record a patrol that no terminal saw: a chief has none. By who holds the post, or by a chief office above."""

    name: ClassVar[str] = "patrol.record_patrol.v1"
    answer: ClassVar[type[BaseModel]] = RecordedPatrol

    post_id: Token
    activity: Walked = Activity.PATROL
    way: Annotated[PatrolWay, known(PatrolWay)] | None = None
    started_at: Instant
    ended_at: Instant
    place: Line
    text: Text = ""
    items: Annotated[tuple[Item, ...], Field(max_length=50)] = ()
    visited: Annotated[tuple[Visited, ...], Field(max_length=50)] = ()
    photos: Annotated[tuple[Evidence, ...], Field(max_length=20)] = ()
    stop: Token | None = None


class PatrolRecorded(Fact):
    """A patrol that no terminal saw has been recorded."""

    name: ClassVar[str] = "patrol.recorded.v1"
    aggregate: ClassVar[str] = "patrol.post_id"
    place: ClassVar[str] = "patrol.division"

    patrol: RecordedPatrol
    by: Line
    at: Instant
