"""Reviews: self-checks, look-backs, guidance visits, and what they found."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.cases.parts import Measured
from contracts.cases.states import Kind
from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import CaseRef, Line, OpenEnum, Text, Token, Value, known
from contracts.language.written import WHOLE, Id, Instant
from contracts.patrol import Severity


class ReviewKind(OpenEnum):
    """Self-check, look-back, guidance visit (G2)."""

    SELF_CHECK = "self_check"
    LOOK_BACK = "look_back"
    GUIDANCE = "guidance"
    OTHER = "other"


class ReviewSubject(OpenEnum):
    """The five subjects over which counties check themselves and the city guides them (G2)."""

    RESOURCE_MANAGEMENT = "resource_management"
    FOREST_INSPECTION = "forest_inspection"
    CAMPAIGNS = "campaigns"
    AFFORESTATION = "afforestation"
    UNDER_FOREST_PROJECTS = "under_forest_projects"
    OTHER = "other"


class Review(Value):
    """A review in a place: how many were looked at, the cases among them, and the cases its findings opened.

    What belongs to no campaign is reviewed, and its findings counted, in the everyday one of the year.
    """

    id: UUID
    kind: ReviewKind
    campaign: Token
    division: Division
    scope: Line
    sample: Annotated[int, Field(ge=0)]
    subject: ReviewSubject | None = None
    sampled: tuple[CaseRef, ...] = ()
    on: date
    findings: tuple[CaseRef, ...] = ()


class Finding(Value):
    """What a review found: it becomes a case."""

    kind: Kind
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    division: Division
    place: Line
    text: Text
    measured: Measured | None = None


class RecordReview(Command):
    """A self-check, look-back or guidance visit with its sample and findings, by the office; findings become cases.

    It is about one of the five subjects, of a campaign or of everyday work where none is named. `sample` is how many
    were looked at, `sampled` the cases among them; a look-back looks at closed ones.
    """

    name: ClassVar[str] = "cases.record_review.v1"
    answer: ClassVar[type[BaseModel]] = Review

    kind: Annotated[ReviewKind, known(ReviewKind)]
    subject: Annotated[ReviewSubject, known(ReviewSubject)] | None = None
    campaign: Token | None = None
    division: Division
    scope: Line
    sample: Annotated[int, Field(ge=0, le=1_000_000), WHOLE]
    sampled: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    findings: Annotated[tuple[Finding, ...], Field(max_length=100)] = ()


class ReviewRecorded(Fact):
    """A self-check, look-back or guidance visit has been made."""

    name: ClassVar[str] = "cases.reviewed.v1"
    aggregate: ClassVar[str] = "review.id"
    place: ClassVar[str] = "review.division"

    review: Review
    by: Token
    at: Instant
