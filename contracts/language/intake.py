"""How intake is posted, and how what was wrong with it is told to its source."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.language.message import Intake, Message
from contracts.language.rules import Rule
from contracts.language.values import Line, Value
from contracts.language.written import WHOLE, Instant

Revision = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
TRACK_FAMILY = "track"
"""Points of terminals are posted on subjects of their own."""


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


def intake_subject(kind: type[Intake], source: str) -> str:
    """Where `source` posts a kind: `intake.acme.incident.v1`, `track.v1.acme`."""
    _, word, major = kind.parts()
    return f"track.{major}.{source}" if kind.family == TRACK_FAMILY else f"intake.{source}.{word}.{major}"


def sender_of(subject: str) -> str | None:
    """The source whose subject it is; None where the subject names nobody who could be answered."""
    tokens = subject.split(".")
    place = 2 if tokens[0] == TRACK_FAMILY else 1
    return tokens[place] if len(tokens) > place and _TOKEN.match(tokens[place]) else None


def kind_of(subject: str) -> tuple[str, str]:
    """The kind and the major version that a subject states: `("incident", "v1")`.

    What a refusal could not be told under is `("unknown", "v1")`.
    """
    match subject.split("."):
        case [family, major, _] if family == TRACK_FAMILY:
            kind = TRACK_FAMILY
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
