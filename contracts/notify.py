"""What notify announces: who was told what, through which channel."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from contracts.division import Division
from contracts.event import Fact
from contracts.values import Instant, Line, OpenEnum, PersonRef, Text, Token, UnitRef, Value


class Channel(OpenEnum):
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


class Receipted(Fact):
    """The addressee has signed that a notice was read (签收)."""

    name: ClassVar[str] = "notify.receipted.v1"
    aggregate: ClassVar[str] = "notice_id"
    place: ClassVar[str] = "division"

    notice_id: UUID
    division: Division
    by: Token
    at: Instant
