"""The record of a post: what cases enter there, and undo."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.message import Command, Fact
from contracts.language.values import CaseRef, OpenEnum, PersonRef, PostRef, Token, UnitRef, Value
from contracts.language.written import WHOLE, Instant


class RecordWord(OpenEnum):
    """What a case did to a record; `relapsed` is entered for who became answerable by a relapse."""

    OPENED = "opened"
    OVERDUE = "overdue"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    OTHER = "other"


class UndoneBy(OpenEnum):
    """What took an entry out of a record: it stays to be seen, and counts no more.

    `transferred` or `revised` to another's ground or time; `relapsed` undoes a close, `no_violation` all that the case
    had entered.
    """

    DISMISSED = "dismissed"
    NO_VIOLATION = "no_violation"
    VOIDED = "voided"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    REVISED = "revised"
    RELAPSED = "relapsed"
    OTHER = "other"


class RecordEntered(Fact):
    """A case has been written into the record of the nearest chief (A6); after an undoing it may be written again.

    `post` is the chief's post with its holder: of when the case occurred for `opened` and `closed` (each holder, if the
    post changed hands meanwhile), of when it was so for `overdue` and `relapsed`.
    """

    name: ClassVar[str] = "targets.recorded.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"

    post: PostRef
    case: CaseRef
    what: RecordWord
    at: Instant


class RecordUndone(Fact):
    """An entry in the record of a chief counts no more: the case turned out to be none, or to be another's."""

    name: ClassVar[str] = "targets.record_undone.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"

    post: PostRef
    case: CaseRef
    what: RecordWord
    undone_by: UndoneBy
    at: Instant


class AlsoRecorded(Fact):
    """Who answers besides a chief, since a false rectification: the unit of that time, the person who accepted it.

    Told again with `undone_by` when the entry counts no more. Source: DOMAIN §5, attribution.
    """

    name: ClassVar[str] = "targets.also_recorded.v1"
    aggregate: ClassVar[str] = "case.id"
    place: ClassVar[str] = "case.division"

    case: CaseRef
    what: RecordWord
    unit: UnitRef | None = None
    account: Token | None = None
    undone_by: UndoneBy | None = None
    at: Instant


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
