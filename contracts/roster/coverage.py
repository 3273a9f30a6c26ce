"""Whether every grid has its team, all forest land a grid, and every old tree too (B1)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.mu import Mu
from contracts.language.values import Boundary, Line, OpenEnum, Role, Token, Value
from contracts.language.written import WHOLE, Day

Year = Annotated[int, Field(ge=1949, le=2199), WHOLE]


class ForestLand(Value):
    """The forest land of an area as it was surveyed in a year, with its source."""

    area_id: Token
    year: Year
    source: Line
    boundary: Boundary


class EnrolForestLand(Command):
    """State the forest land of areas; the newest year counts. By the operator."""

    name: ClassVar[str] = "roster.enrol_forest_land.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    lands: Annotated[tuple[ForestLand, ...], Field(min_length=1, max_length=100)]


class ForestLandKnown(Value):
    """Of which year the forest land of an area is known, from what, and how large it is."""

    area_id: Token
    division: Division
    year: Year
    source: Line
    size_mu: Mu


class ForestLandStated(ReferenceFact):
    """The forest land of an area is known; what lies in it and in no grid is a gap. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.forest_land.v1"
    aggregate: ClassVar[str] = "land.area_id"
    place: ClassVar[str] = "land.division"
    identity: ClassVar[str] = "land.area_id"

    land: ForestLandKnown


class GapKind(OpenEnum):
    """Forest land in no grid, ground in two grids, a grid without its whole team, an old tree in no grid."""

    GROUND = "ground"
    OVERLAP = "overlap"
    TEAM = "team"
    TREE = "tree"
    OTHER = "other"


class Gap(Value):
    """Something that the grids of an area do not cover, from the day it was found to the day it was healed.

    `shape` is coarser than it was found where it had too many positions; `size_mu` is not. `missing` are roles for
    which there are too few posts, `vacant` those whose posts nobody holds.
    """

    id: Token
    kind: GapKind
    area_id: Token
    division: Division
    grids: tuple[Token, ...] = ()
    tree_id: Token | None = None
    shape: Boundary | None = None
    size_mu: Mu | None = None
    missing: tuple[Role, ...] = ()
    vacant: tuple[Role, ...] = ()
    found_on: Day
    healed_on: Day | None = None


class GapStated(ReferenceFact):
    """A gap of the grids was found, is otherwise than before, or has been healed. Source: DOMAIN §3."""

    name: ClassVar[str] = "roster.gap.v1"
    aggregate: ClassVar[str] = "gap.id"
    place: ClassVar[str] = "gap.division"
    identity: ClassVar[str] = "gap.id"

    gap: Gap


class Coverage(Value):
    """How the grids of one area cover it: `land_mu` = what they cover + `rest_mu`, gaps too small to count included.

    Without `land_year` no forest land is known, and of the ground nothing is said. `outside_norm` are grids larger or
    smaller than the norm, which is a warning.
    """

    area_id: Token
    division: Division
    template: Token | None
    grids: int
    land_year: Year | None = None
    land_source: Line | None = None
    land_mu: Mu | None = None
    rest_mu: Mu | None = None
    gaps: int
    overlaps: int
    teams_incomplete: int
    trees_outside: int
    outside_norm: tuple[Token, ...] = ()


class CoverageShown(Value):
    """How areas are covered, by id, with their open gaps; `after` where the next part begins."""

    areas: tuple[Coverage, ...]
    gaps: tuple[Gap, ...]
    after: Token | None = None


class ShowCoverage(Command):
    """How the areas with grids in the subject's division and below are covered, with what is open."""

    name: ClassVar[str] = "roster.show_coverage.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = CoverageShown

    after: Token | None = None
    limit: Annotated[int, Field(ge=1, le=200), WHOLE] = 100
