"""What outsiders may post; each is answered at once by the stream, and refused later with the fields named."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails

from contracts.event import Intake, Message
from contracts.incident import Evidence, IncidentKind, ReporterKind, Severity, details_of, told_by_kind
from contracts.rules import Rule, custom
from contracts.targets import Amount, Amounts
from contracts.values import Datum, ExternalId, Instant, Line, Period, Position, Text, Token, Value, known
from contracts.written import WHOLE

Revision = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]


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

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return told_by_kind(schema, handler)

    @field_validator("details")
    @classmethod
    def _of_its_kind(cls, stated: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        kind = info.data.get("kind")
        return stated if kind is None else details_of(kind, stated)


class StatedAmounts(Amounts):
    """The amounts of a report: what was reported, and of that what is on the map, accepted and preserved."""

    reported: Amount

    @model_validator(mode="after")
    def _of_what_was_reported(self) -> Self:
        over = [name for name in ("mapped", "accepted", "preserved") if getattr(self, name) > self.reported]
        if over:
            lines = [
                InitErrorDetails(type=custom("over_reported"), loc=(name,), input=getattr(self, name)) for name in over
            ]
            raise ValidationError.from_exception_data("amounts", lines)
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
    amounts: StatedAmounts
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()


_POINT = {
    "title": "TrackPoint",
    "description": "One position of a terminal. What is wrong with a point is counted by reason and never refuses the "
    "batch, so that anything may stand here; fields besides these are not kept.",
    "anyOf": [
        {
            "title": "TrackPoint",
            "type": "object",
            "properties": {
                "lon": {"description": "degrees east on the batch's datum"},
                "lat": {"description": "degrees north on the batch's datum"},
                "at": {"description": "an RFC 3339 time with its offset, as a string"},
                "accuracy_m": {"description": "metres; null, below zero or left out: not known"},
            },
            "additionalProperties": True,
        },
        {"description": "counted as invalid"},
    ],
}
TrackPoint = Annotated[Any, WithJsonSchema(_POINT)]
"""One position as it was sent; patrol reads it."""


class TrackBatch(Intake):
    """Points of one terminal, in any order; posted to `track.v1.<source>`.

    `batch_id` names the batch for ever within its source: the same points again are a repeat. The datum is stated once
    for all points. A batch is refused only for its own fields, never for a point. Source: DOMAIN §4.
    """

    name: ClassVar[str] = "intake.track.v1"
    family: ClassVar[str] = "track"
    anything_in = frozenset({"points"})

    batch_id: ExternalId
    terminal: ExternalId
    datum: Datum
    points: Annotated[tuple[TrackPoint, ...], Field(min_length=1, max_length=5000)]


class Problem(Value):
    """One thing that is wrong: the field as a dotted path, and the rule that it breaks, in English.

    `code` names the rule for ever, `figures` are those in it by name: whoever shows it may have words of their own.
    """

    field: str
    rule: str
    code: str | None = None
    figures: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, field: str, rule: Rule) -> Problem:
        return cls(field=field, rule=rule, code=rule.code, figures=dict(rule.figures))


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


def sender_of(subject: str) -> str | None:
    """The source whose subject it is; None where the subject names nobody who could be answered."""
    tokens = subject.split(".")
    place = 2 if tokens[0] == TrackBatch.family else 1
    return tokens[place] if len(tokens) > place and _TOKEN.match(tokens[place]) else None


def kind_of(subject: str) -> tuple[str, str]:
    """The kind and the major version that a subject states: `("incident", "v1")`.

    What a refusal could not be told under is `("unknown", "v1")`.
    """
    match subject.split("."):
        case [TrackBatch.family, major, _]:
            kind = TrackBatch.family
        case [Intake.family, _, kind, major]:
            pass
        case _:
            kind = major = ""
    return (kind, major) if _TOKEN.match(kind) and _MAJOR.match(major) else ("unknown", "v1")


_TOKEN = re.compile(r"[a-z0-9_-]{1,64}\Z")
_MAJOR = re.compile(r"v[1-9][0-9]{0,3}\Z")


def refusal_subject(source: str, kind: str, major: str = "v1") -> str:
    """Where `source` reads what was wrong: `rejected.acme.incident.v1`."""
    return f"rejected.{source}.{kind}.{major}"
