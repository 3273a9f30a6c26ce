"""Natural forest as a geometry, against which other work is held (E12)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from contracts.language.division import Division
from contracts.language.message import MAX_MESSAGE_BYTES, Command, Fact
from contracts.language.mu import Mu
from contracts.language.values import Boundary, Line, OpenEnum, Token, Value
from contracts.language.written import WHOLE, Instant


class OnNaturalForest(OpenEnum):
    """Whether ground overlaps natural forest; unknown where no geometry of it has been stated."""

    OVERLAPS = "overlaps"
    CLEAR = "clear"
    UNKNOWN = "unknown"
    OTHER = "other"


class NaturalForest(Value):
    """The natural forest of a division, as it is known: from which survey of which year, and how large it is."""

    id: Token
    division: Division
    year: Annotated[int, Field(ge=1949, le=2199), WHOLE]
    source: Line
    size_mu: Mu


class StateNaturalForest(Command):
    """State the natural forest of a division, or under its id anew. By a chief office of the division or above."""

    name: ClassVar[str] = "patrol.state_natural_forest.v1"
    max_bytes: ClassVar[int] = MAX_MESSAGE_BYTES
    answer: ClassVar[type[BaseModel]] = NaturalForest

    id: Token
    division: Division
    year: Annotated[int, Field(ge=1949, le=2199), WHOLE]
    source: Line
    boundary: Boundary


class NaturalForestStated(Fact):
    """The natural forest of a division is known as a geometry. Source: DOMAIN §2, E12."""

    name: ClassVar[str] = "patrol.natural_forest.v1"
    aggregate: ClassVar[str] = "forest.id"
    place: ClassVar[str] = "forest.division"

    forest: NaturalForest
    by: Line
    at: Instant
