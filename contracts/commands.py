"""What people may ask for, by request and reply, on `cmd.<service>.<verb>.v<major>.<actor>.<division>`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.book_commands import BOOK_COMMANDS
from contracts.case_commands import MOVE_COMMANDS
from contracts.division import Division
from contracts.event import MAX_MESSAGE_BYTES, Command
from contracts.notify import Channel
from contracts.roster import Area, Post
from contracts.targets import Amounts, RecordWord, Target, UndoneBy
from contracts.values import CaseRef, Day, Instant, Latitude, Line, Longitude, PersonRef, PostRef, Text, Token, Value
from contracts.written import WHOLE, Id

CASE_COMMANDS = (*MOVE_COMMANDS, *BOOK_COMMANDS)
"""What cases answers."""
OPERATOR = "operator"
"""The account of who runs the system: enrols areas and posts, sets plans, looks after dead letters; decides no case."""


class ProblemReply(Value):
    """A refusal of a command, as RFC 9457 problem details; `errors` names each field and rule.

    An error has its `field`, the `rule` in English, the `code` that the rule has for ever, and the figures in it under
    names of their own; `code` and `figures` are those of the detail. Whoever shows them may have words of their own.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    figures: dict[str, str] = Field(default_factory=dict)
    instance: str | None = None
    errors: tuple[dict[str, str], ...] = ()
    state: str | None = None
    moves_allowed: tuple[str, ...] | None = None


class Done(Value):
    """How many things were changed."""

    changed: int


class EnrolAreas(Command):
    """State responsibility areas; the same state again changes nothing. By the operator."""

    name: ClassVar[str] = "roster.enrol_areas.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    areas: Annotated[tuple[Area, ...], Field(min_length=1, max_length=500)]


class EnrolPosts(Command):
    """State posts with their appointments; the same state again changes nothing. By the operator."""

    name: ClassVar[str] = "roster.enrol_posts.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    posts: Annotated[tuple[Post, ...], Field(min_length=1, max_length=500)]


class Appoint(Command):
    """Appoint a person to a post from a day; the one before ends the day before. By the office above or operator."""

    name: ClassVar[str] = "roster.appoint.v1"
    answer: ClassVar[type[BaseModel]] = Post

    post_id: Token
    person_id: Token
    person_name: Line
    held_from: Day
    held_to: Day | None = None


class Answerable(Value):
    """Who answers for a point: the areas that contain it and their posts, the primary area and smallest first."""

    areas: tuple[Token, ...]
    posts: tuple[PostRef, ...]


class WhoAnswers(Command):
    """Who answers for this point at this time (DOMAIN §3); degrees on CGCS2000 or WGS 84.

    `known_at` asks as known at that time: what was recorded later is left out.
    """

    name: ClassVar[str] = "roster.who_answers.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Answerable

    lon: Longitude
    lat: Latitude
    at: Instant
    known_at: Instant | None = None


class SetTarget(Command):
    """Put a target into the plan, or change it; the same target again changes nothing. By the operator."""

    name: ClassVar[str] = "targets.set_target.v1"
    answer: ClassVar[type[BaseModel]] = Target

    target: Target


class TargetProgress(Value):
    target: Target
    total: Amounts


class PlanShown(Value):
    targets: tuple[TargetProgress, ...]


class ShowPlan(Command):
    """The targets of a year in or under the subject's division, with the amounts reached."""

    name: ClassVar[str] = "targets.show_plan.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PlanShown

    year: Annotated[int, Field(ge=2000, le=2100), WHOLE]


class RecordLine(Value):
    """One entry, with who held the post; undone it stays to be seen, with what undid it, and counts no more."""

    case: CaseRef
    what: RecordWord
    holder: PersonRef | None = None
    at: Instant
    undone_by: UndoneBy | None = None
    undone_at: Instant | None = None


class Record(Value):
    """What stands in a post's record, and what stood there; `counts` what stands, by what happened."""

    post_id: Token
    counts: dict[str, int]
    lines: tuple[RecordLine, ...]


class ShowRecord(Command):
    """The record of one post in or under the subject's division."""

    name: ClassVar[str] = "targets.show_record.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Record

    post_id: Token
    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 50


class Notice(Value):
    id: UUID
    about: Line
    thing_id: str
    title: Line
    body: Text
    channel: Channel
    at: Instant
    receipted_at: Instant | None


class Notices(Value):
    notices: tuple[Notice, ...]
    total: int


class ShowNotices(Command):
    """The asker's own notices, newest first."""

    name: ClassVar[str] = "notify.show_notices.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = Notices

    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 50


class ReceiptNotice(Command):
    """Sign that one's own notice was read (签收)."""

    name: ClassVar[str] = "notify.receipt.v1"
    answer: ClassVar[type[BaseModel]] = Notice

    notice_id: Id


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

COMMANDS: dict[str, tuple[type[Command], ...]] = {
    "roster": (EnrolAreas, EnrolPosts, Appoint, WhoAnswers),
    "patrol": (),
    "cases": CASE_COMMANDS,
    "targets": (SetTarget, ShowPlan, ShowRecord),
    "notify": (ShowNotices, ReceiptNotice),
}


def operation_subject(command: type[Command], service: str, actor: str, division: Division) -> str:
    """The subject of one of OPERATIONS for a service."""
    return command.subject_for(actor, division).replace("*", service, 1)
