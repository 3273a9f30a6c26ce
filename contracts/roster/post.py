"""Posts and who holds them: what enrols, appoints and states them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, PersonRef, Role, Token, UnitRef, Value
from contracts.language.written import Day, Instant


class Appointment(Value):
    """A person holds a post from a day to a day (both included; open when `to` is None).

    Bitemporal: `recorded_at` is when it became known, `superseded_at` when a later record took its place, so that what
    was decided before stays as it was.
    """

    person: PersonRef
    held_from: Day
    held_to: Day | None = None
    recorded_at: Instant
    superseded_at: Instant | None = None

    def is_known(self, at: datetime | None) -> bool:
        """Whether it was taken for true at that time; None: whether it still is."""
        if at is None:
            return self.superseded_at is None
        return self.recorded_at <= at and (self.superseded_at is None or at < self.superseded_at)


class Post(Value):
    """A post exists without a person; while it is vacant its unit acts (DOMAIN §3)."""

    id: Token
    role: Role
    title: Line
    area_id: Token
    division: Division
    unit: UnitRef
    appointments: Annotated[tuple[Appointment, ...], Field(max_length=1000)] = ()
    ended_on: Day | None = None

    def holder_on(self, day: date, known_at: datetime | None = None) -> PersonRef | None:
        """Who held the post on `day`, as known at `known_at` (None: as known now); the latest recorded wins."""
        holding = [
            a
            for a in self.appointments
            if a.held_from <= day and (a.held_to is None or day <= a.held_to) and a.is_known(known_at)
        ]
        return max(holding, key=lambda a: (a.held_from, a.recorded_at)).person if holding else None


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


class PostStated(ReferenceFact):
    """The present state of one post with everybody appointed to it, its ending included. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.post.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"
    identity: ClassVar[str] = "post.id"

    post: Post
