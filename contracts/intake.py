"""What outsiders may post; each is answered at once by the stream, and refused later with the fields named."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, ValidationError, WithJsonSchema, model_validator

from contracts.event import Intake, Message, describe
from contracts.incident import DETAILS, Evidence, IncidentKind, ReporterKind, Severity
from contracts.targets import Amounts
from contracts.values import Datum, ExternalId, Instant, Line, Period, Position, Text, Token, Value, known

Revision = Annotated[int, Field(ge=1, le=1_000_000)]


class IncidentReport(Intake):
    """Somebody or something saw an incident; posted to `intake.<source>.incident.v1`.

    (`external_id`, `revision`) names the report for ever within its source: the same id with a higher revision is an
    edit, the same revision a repeat. `details` has the fields of its kind. Source: DOMAIN §4, B3.
    """

    name: ClassVar[str] = "intake.incident.v1"

    external_id: ExternalId
    revision: Revision = 1
    kind: Annotated[IncidentKind, known(IncidentKind)]
    severity: Annotated[Severity, known(Severity)] = Severity.SERIOUS
    at: Position
    seen_at: Instant
    reporter: Annotated[ReporterKind, known(ReporterKind)]
    text: Text = ""
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()
    details: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _details_of_its_kind(self) -> Self:
        if self.details:
            try:
                DETAILS[self.kind].model_validate(self.details)
            except ValidationError as error:
                first = describe(error.errors()[0])
                raise ValueError(f"details.{first['field']} of a {self.kind} report: {first['rule']}") from None
        return self


class ProgressReport(Intake):
    """Progress against a target on a plot; posted to `intake.<source>.progress.v1`.

    `amounts` are what the plot has now for this report (not a difference); a higher revision replaces them.
    Source: DOMAIN §6.
    """

    name: ClassVar[str] = "intake.progress.v1"

    external_id: ExternalId
    revision: Revision = 1
    target_id: Token
    entity: Line
    plot: Line
    period: Period
    amounts: Amounts
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()


TrackPoint = Annotated[
    Any,
    WithJsonSchema(
        {
            "title": "TrackPoint",
            "description": "One position of a terminal. What is wrong with a point is counted by reason and never "
            "refuses the batch, so that anything may stand here; fields besides these are not kept.",
            "properties": {
                "lon": {"description": "degrees east on the batch's datum"},
                "lat": {"description": "degrees north on the batch's datum"},
                "at": {"description": "an RFC 3339 time with its offset, as a string"},
                "accuracy_m": {"description": "metres; null, below zero or left out: not known"},
            },
        }
    ),
]
"""One position as it was sent; patrol reads it."""


class TrackBatch(Intake):
    """Points of one terminal, in any order; posted to `track.v1.<source>`.

    `batch_id` names the batch for ever within its source: the same points again are a repeat. The datum is stated once
    for all points. A batch is refused only for its own fields, never for a point. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "intake.track.v1"
    family: ClassVar[str] = "track"

    batch_id: ExternalId
    terminal: ExternalId
    datum: Datum
    points: Annotated[tuple[TrackPoint, ...], Field(min_length=1, max_length=5000)]


class Problem(Value):
    """One thing that is wrong: the field as a dotted path, and the rule that it breaks."""

    field: str
    rule: str


class Refusal(Message):
    """What was wrong with something posted, for its sender to read on `rejected.<source>.<kind>.v1`.

    `message_id` is the `ce-id` it was sent with, `subject` where it was posted, `stream_sequence` the number on the
    stream's receipt. Nothing else has changed.
    """

    name: ClassVar[str] = "rejected.refusal.v1"

    source: Line
    kind: Line
    subject: str
    message_id: str | None
    external_id: str | None
    revision: int | None
    stream_sequence: int
    problems: tuple[Problem, ...]
    at: Instant


KINDS: tuple[type[Intake], ...] = (IncidentReport, ProgressReport, TrackBatch)


def intake_subject(kind: type[Intake], source: str) -> str:
    """Where `source` posts a kind: `intake.acme.incident.v1`, `track.v1.acme`."""
    _, word, major = kind.parts()
    return f"track.{major}.{source}" if kind.family == "track" else f"intake.{source}.{word}.{major}"


def refusal_subject(source: str, kind: str, major: str = "v1") -> str:
    """Where `source` reads what was wrong: `rejected.acme.incident.v1`."""
    return f"rejected.{source}.{kind}.{major}"
