"""What every service announces and answers: dead letters, its status, and what an operator does about them."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, Value
from contracts.language.written import Id, Instant


class DeadLettered(Fact):
    """A message could not be handled; it waits in the service's `dead_letters` for the operator.

    `cause` groups letters of one kind: the exception's class, or what the contract refused. What no text may hold is
    escaped in `subject`, `message_id` and `reason`, and they are cut at 1,000, 256 and 2,000 characters.
    """

    aggregate: ClassVar[str] = "durable"
    place: ClassVar[str] = "division"

    id: UUID
    durable: str
    subject: str
    message_id: str | None
    cause: str
    reason: str
    attempts: int
    division: Division
    at: Instant


@cache
def dead_lettered(service: str) -> type[DeadLettered]:
    """The fact by which a service says so."""
    said = {
        "__doc__": f"{service.title()} gave a message up.",
        "__module__": __name__,
        "name": f"{service}.dead_lettered.v1",
    }
    return type(
        f"{service.title()}DeadLettered", (DeadLettered,), {**said, "__annotations__": {"name": "ClassVar[str]"}}
    )


class DeadLetterGroup(Value):
    """Dead letters of one durable with one cause."""

    durable: str
    cause: str
    count: int
    ids: tuple[UUID, ...]
    first_at: Instant
    last_at: Instant
    example: dict[str, Any]


class DeadLetters(Value):
    """The dead letters of a service, grouped by cause."""

    groups: tuple[DeadLetterGroup, ...]


class ListDeadLetters(Command):
    """The dead letters of a service, grouped by cause. By the operator."""

    name: ClassVar[str] = "*.list_dead.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = DeadLetters


class ReplayDeadLetters(Command):
    """Hand dead letters to their handler again; those that fail again stay. By the operator."""

    name: ClassVar[str] = "*.replay_dead.v1"
    answer: ClassVar[type[BaseModel]] = Done

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]


class DiscardDeadLetters(Command):
    """Give dead letters up, with a reason that is kept. By the operator."""

    name: ClassVar[str] = "*.discard_dead.v1"
    answer: ClassVar[type[BaseModel]] = Done

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    reason: Line


class ServiceStatus(Value):
    """How a service stands: `lag` messages waiting by durable, unsent outbox rows, the oldest of them, what is due.

    `unready` says why it is not ready, a reason each.
    """

    service: str
    ready: bool
    lag: dict[str, int]
    outbox_unsent: int
    outbox_oldest_s: float
    dead_letters: int
    due: dict[str, int]
    heard: dict[str, int]
    refused: int
    now: Instant
    unready: tuple[str, ...] = ()


class ShowStatus(Command):
    """How one service stands. By the operator."""

    name: ClassVar[str] = "*.status.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = ServiceStatus


class RefillBus(Command):
    """Announce again everything that the service still has on record, for a bus that has lost it. By the operator.

    On a bus that has not, subscribers set the repeats aside.
    """

    name: ClassVar[str] = "*.refill.v1"
    answer: ClassVar[type[BaseModel]] = Done


OPERATIONS: tuple[type[Command], ...] = (ListDeadLetters, ReplayDeadLetters, DiscardDeadLetters, RefillBus, ShowStatus)
"""Commands that every service answers, `*` standing for its name."""


def operation_subject(command: type[Command], service: str, actor: str, division: Division) -> str:
    """The subject of one of OPERATIONS for a service."""
    return command.subject_for(actor, division).replace("*", service, 1)
