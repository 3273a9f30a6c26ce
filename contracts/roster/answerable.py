"""Who answers for a point, a line or a piece of ground."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, Field, model_validator

from contracts.language.message import Command
from contracts.language.rules import custom
from contracts.language.values import COMES_LATER, Boundary, Latitude, Longitude, LonLat, PostRef, Token, Value
from contracts.language.written import Instant
from contracts.roster.holder import Acting

Share = Annotated[float, Field(ge=0, le=1)]


class Contradiction(Value):
    """Boundaries that contradict the tree: whoever answers is found by the tree of the smallest area.

    `outside` are areas of that chain whose own boundary does not hold the place, `inside` other divisions and grids
    whose boundary does.
    """

    outside: tuple[Token, ...]
    inside: tuple[Token, ...]


class Answerable(Value):
    """Who answers for a point: the areas that contain it and their posts, the primary area and smallest first.

    `acting` says who acts for each post that is vacant.
    """

    areas: tuple[Token, ...]
    posts: tuple[PostRef, ...]
    acting: Annotated[tuple[Acting, ...], COMES_LATER] = ()
    contradiction: Annotated[Contradiction | None, COMES_LATER] = None


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


class Stretch(Value):
    """A GeoJSON LineString in degrees on CGCS2000."""

    type: Literal["LineString"] = "LineString"
    coordinates: Annotated[tuple[LonLat, ...], Field(min_length=2, max_length=2000)]


class AreaShare(Value):
    """How much of a line or of a piece of ground lies in an area, and not in one below it."""

    area_id: Token
    share: Share


class AnswerableFor(Answerable):
    """Who answers for a line or a piece of ground, with the share of each area, the largest first.

    `outside` is the share that lies in no area at all.
    """

    shares: tuple[AreaShare, ...]
    outside: Share


class WhoAnswersFor(Command):
    """Who answers for a line or a piece of ground at this time: the one in whose area the largest share lies.

    One of `line` and `polygons` is stated. A special area answers besides where at least half lies in it.
    """

    name: ClassVar[str] = "roster.who_answers_for.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = AnswerableFor

    line: Stretch | None = None
    polygons: Boundary | None = None
    at: Instant
    known_at: Instant | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.line is None) == (self.polygons is None):
            raise custom("line_or_polygons")
        return self

    @property
    def ground(self) -> Stretch | Boundary:
        """Whichever of the two is stated."""
        ground = self.line or self.polygons
        assert ground is not None
        return ground
