"""What a handler is given and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.envelope import Envelope
from contracts.language.intake import Problem as FieldProblem
from contracts.language.message import Command, Fact, Message
from contracts.language.rules import broken
from services.runtime.problem import Problem

M = TypeVar("M", bound=Message, covariant=True)
C = TypeVar("C", bound=Command, covariant=True)


@dataclass(frozen=True, slots=True)
class Heard(Generic[M]):
    """One message, read and checked. `source` is the subject's token for intake, the announcing service for facts."""

    body: M
    envelope: Envelope
    subject: str
    source: str
    stream_sequence: int
    data: bytes = b""
    """The body as it was told, with what a later version has put into it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Intake that breaks a rule: its sender is told each field and rule, and nothing else changes."""

    heard: Heard[Message]
    problems: tuple[FieldProblem, ...]


Caused = tuple[Heard[Message], Fact]
"""A fact with the message that caused it."""
News = Caused | Refused


@dataclass(frozen=True, slots=True)
class Ask(Generic[C]):
    """One command: who asks (`actor`, guaranteed by the bus), within which division, and what."""

    command: C
    actor: str
    division: Division
    id: str
    at: datetime

    def require_operator(self) -> None:
        """Raises Problem 403 for anybody but the operator."""
        if self.actor != OPERATOR:
            raise Problem(
                403,
                "not-the-operator",
                broken("for_operator"),
                errors=[{"field": "subject", "rule": broken("actor_is", actor=OPERATOR)}],
            )

    def require_within(self, division: Division) -> None:
        """Raises Problem 403 unless `division` is the subject's division or lies under it."""
        if not self.division.contains(division):
            raise Problem(
                403,
                "outside-division",
                broken("outside_division", division=division, subject=self.division),
                errors=[{"field": "subject", "rule": broken("within_subject")}],
            )


@dataclass(frozen=True, slots=True)
class Answer:
    """What is replied to a command, and the facts that it brought about."""

    body: BaseModel
    news: Sequence[Fact] = ()
