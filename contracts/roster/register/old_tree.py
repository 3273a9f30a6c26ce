"""Old and notable trees, each with its place, its grade and when it was looked at (E11)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.command import Done
from contracts.language.message import MAX_MESSAGE_BYTES, Command, ReferenceFact
from contracts.language.values import Line, OpenEnum, Position, Text, Token
from contracts.language.written import WHOLE, Day, Exact
from contracts.roster.register.entry import MOST_ENTRIES, Proved, RegisterEntry

Length = Annotated[Decimal, Exact(digits=4, title="Length")]


class Vigour(OpenEnum):
    """How a tree does (LY/T 2738-2016)."""

    NORMAL = "normal"
    WEAK = "weak"
    ENDANGERED = "endangered"
    DEAD = "dead"
    OTHER = "other"


class OldTree(RegisterEntry):
    """An old or notable tree (古树名木). Source: DOMAIN §3, LY/T 2738-2016.

    `grade` is 1, 2 or 3 by the scheme of its place; `notable` is 名木, whatever its age. `checked_on` are the days on
    which it was looked at.
    """

    area_id: Token
    number: Line
    species: Line
    age_years: Annotated[int, Field(ge=0, le=10_000), WHOLE]
    age_estimated: bool = False
    grade: Annotated[int, Field(ge=1, le=3), WHOLE]
    notable: bool = False
    height_m: Length | None = None
    girth_cm: Length | None = None
    crown_m: Length | None = None
    vigour: Vigour = Vigour.NORMAL
    at: Position
    keeper: Line
    history: Text | None = None
    photos: Proved = ()
    checked_on: Annotated[tuple[Day, ...], Field(max_length=200)] = ()


class EnrolOldTrees(Command):
    """State old trees; the same state again changes nothing. By the chief office of the place, or the operator."""

    name: ClassVar[str] = "roster.enrol_old_trees.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = Done

    old_trees: Annotated[tuple[OldTree, ...], Field(min_length=1, max_length=MOST_ENTRIES)]


class OldTreeStated(ReferenceFact):
    """The present state of one old tree. Source: DOMAIN §3, E11."""

    name: ClassVar[str] = "roster.old_tree.v1"
    aggregate: ClassVar[str] = "old_tree.id"
    place: ClassVar[str] = "old_tree.division"
    identity: ClassVar[str] = "old_tree.id"

    old_tree: OldTree
