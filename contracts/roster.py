"""What roster announces: which ground there is, and who answers for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.division import Division
from contracts.event import ReferenceFact
from contracts.mu import Mu
from contracts.values import AreaKind, Day, Instant, Latitude, Line, Longitude, PersonRef, Role, Token, UnitRef, Value
from contracts.written import WHOLE

Ring = Annotated[tuple[tuple[Longitude, Latitude], ...], Field(min_length=4, max_length=65_536)]

Polygon = Annotated[tuple[Ring, ...], Field(min_length=1, max_length=4096)]


class Boundary(Value):
    """A GeoJSON MultiPolygon in degrees on CGCS2000: polygons of rings of (lon, lat), the first ring outside."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: Annotated[tuple[Polygon, ...], Field(min_length=1, max_length=4096)]


class Area(Value):
    """A responsibility area: the ground a post answers for (DOMAIN §3).

    `area_mu` is measured on the CGCS2000 ellipsoid. `precedence` decides which of several areas that contain a
    point is the primary one: the highest. `generated` says that the boundary was made up, not surveyed.
    """

    id: Token
    kind: AreaKind
    name: Line
    division: Division
    parent_id: Token | None = None
    boundary: Boundary
    area_mu: Mu
    precedence: Annotated[int, Field(ge=-1000, le=1000), WHOLE] = 0
    generated: bool = False
    in_force_from: Day
    ended_on: Day | None = None


class AreaStated(ReferenceFact):
    """The present state of one responsibility area, its ending included. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.area.v1"
    aggregate: ClassVar[str] = "area.id"
    place: ClassVar[str] = "area.division"
    identity: ClassVar[str] = "area.id"

    area: Area


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


class PostStated(ReferenceFact):
    """The present state of one post with everybody appointed to it, its ending included. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.post.v1"
    aggregate: ClassVar[str] = "post.id"
    place: ClassVar[str] = "post.division"
    identity: ClassVar[str] = "post.id"

    post: Post
