"""Notices: who was told what, and that it was read."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import Command, Fact
from contracts.language.values import Line, OpenEnum, PersonRef, Text, Token, UnitRef, Value
from contracts.language.written import WHOLE, Id, Instant


class Channel(OpenEnum):
    """How somebody is told."""

    IN_APP = "in_app"
    OTHER = "other"


class Addressee(Value):
    """Who was told: a post with its holder on that day, or its unit while the post is vacant."""

    notice_id: UUID
    post_id: Token | None
    person: PersonRef | None
    unit: UnitRef


class Notified(Fact):
    """One thing has been told to those it concerns, once each, whatever is replayed (DOMAIN §8).

    `about` is the name of the fact behind it, `thing_id` the case or incident; `title` and `body` are the text shown.
    """

    name: ClassVar[str] = "notify.notified.v1"
    aggregate: ClassVar[str] = "thing_id"
    place: ClassVar[str] = "division"

    thing_id: str
    about: Line
    division: Division
    channel: Channel
    addressees: tuple[Addressee, ...]
    title: Line
    body: Text
    at: Instant


class Notice(Value):
    """One notice to one addressee, signed for or not."""

    id: UUID
    about: Line
    thing_id: str
    title: Line
    body: Text
    channel: Channel
    at: Instant
    receipted_at: Instant | None


class Notices(Value):
    """Some of the notices to who asks, and how many there are in all."""

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


class Receipted(Fact):
    """The addressee has signed that a notice was read (签收)."""

    name: ClassVar[str] = "notify.receipted.v1"
    aggregate: ClassVar[str] = "notice_id"
    place: ClassVar[str] = "division"

    notice_id: UUID
    division: Division
    by: Token
    at: Instant
