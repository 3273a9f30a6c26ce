"""What every service announces and answers: dead letters, status, laws, and what an operator does about them."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.rules import NO_NUL
from contracts.language.values import COMES_LATER, Line, Value
from contracts.language.written import Day, Id, Instant


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


LawText = Annotated[str, Field(title="LawText", min_length=2, max_length=100_000, pattern=NO_NUL)]
"""The file of a law as an office edits it, as `contracts/published/laws` has its shape."""
Digest = Annotated[str, Field(title="Digest", pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, in hexadecimal digits."""


class LawVersion(Value):
    """A version of a law: its first day in force (None: ever), and since when it has been known (None: as long)."""

    version: Line
    source: Line
    from_on: Day | None
    known_from: Day | None


class LawShown(Value):
    """A law as it is in force, the versions in their order; who took it up, where it is not as it was shipped.

    `text` is given where one law is asked for.
    """

    law: Line
    digest: Digest
    versions: tuple[LawVersion, ...]
    taken_up_by: Line | None
    taken_up_at: Instant | None
    text: str | None


class LawsShown(Value):
    """The laws of a service."""

    laws: tuple[LawShown, ...]


class ShowLaws(Command):
    """The laws of a service as they are in force; one of them with its text. By the operator."""

    name: ClassVar[str] = "*.show_laws.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = LawsShown

    law: Line | None = None


class LawChange(Value):
    """What a text changes: a path in the rules, what is stated there in JSON before and after (None: nothing).

    It does so for days from `from_on` (None: ever) to `to_on` (None: for ever).
    """

    path: str
    before: str | None
    after: str | None
    from_on: Day | None
    to_on: Day | None


class LawEffect(Value):
    """Of what a law decides, one kind: how many would appear, vanish, and be otherwise; `first` names some of them."""

    kind: Line
    appear: Annotated[int, Field(ge=0)]
    vanish: Annotated[int, Field(ge=0)]
    otherwise: Annotated[int, Field(ge=0)]
    first: tuple[Line, ...]


class LawOutcome(Value):
    """What would come of a text, as things stand, on the first day on which it changes something.

    Found by so many records of those that there are; the same decides that decides once it is taken up.
    """

    on: Day
    looked_at: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(ge=0)]
    effects: tuple[LawEffect, ...]


class LawTaken(Value):
    """What taking a text up changes, and the digest by which it is confirmed; whether it has been done.

    `outcome` is given before it is done, of laws that decide about what stands on record.
    """

    law: Line
    digest: Digest
    changes: tuple[LawChange, ...]
    confirm: Digest
    taken_up: bool
    outcome: Annotated[LawOutcome | None, COMES_LATER] = None


class TakeUpLaw(Command):
    """Put a text in the place of a law. By the operator.

    Without `confirm` nothing is done: the answer says what would change, and by which digest it is confirmed. It is
    refused where the law has been changed by somebody else since. What was decided before stays as it is.
    """

    name: ClassVar[str] = "*.take_up_law.v1"
    answer: ClassVar[type[BaseModel]] = LawTaken

    text: LawText
    confirm: Digest | None = None


class LawTakenUp(Fact):
    """A text has been put in the place of a law: which versions it has, and what is otherwise than before."""

    aggregate: ClassVar[str] = "law"
    place: ClassVar[str] = "division"

    law: Line
    digest: Digest
    versions: tuple[LawVersion, ...]
    changes: tuple[LawChange, ...]
    division: Division
    by: Line
    at: Instant


@cache
def law_taken_up(service: str) -> type[LawTakenUp]:
    """The fact by which a service that has laws says so."""
    said = {
        "__doc__": f"{service.title()} goes by another text of a law from now on.",
        "__module__": __name__,
        "name": f"{service}.law_taken_up.v1",
    }
    return type(f"{service.title()}LawTakenUp", (LawTakenUp,), {**said, "__annotations__": {"name": "ClassVar[str]"}})


OPERATIONS: tuple[type[Command], ...] = (
    ListDeadLetters,
    ReplayDeadLetters,
    DiscardDeadLetters,
    RefillBus,
    ShowStatus,
    ShowLaws,
    TakeUpLaw,
)
"""Commands that every service answers, `*` standing for its name."""


def operation_subject(command: type[Command], service: str, actor: str, division: Division) -> str:
    """The subject of one of OPERATIONS for a service."""
    return command.subject_for(actor, division).replace("*", service, 1)
