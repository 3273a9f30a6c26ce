"""Which places and posts there are, by their names: what people and sheets speak of."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel

from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.values import COMES_LATER, AreaKind, Line, Token, Value, known
from contracts.language.written import Day
from contracts.roster.division import Successors
from contracts.roster.post import Post


class Place(Value):
    """A responsibility area without its boundary."""

    id: Token
    kind: AreaKind
    name: Line
    division: Division
    in_force_from: Day
    ended_on: Day | None = None
    became: Annotated[Successors, COMES_LATER] = ()


class PlacesListed(Value):
    """Places by their ids; `after` is where the next part begins, None where nothing is left."""

    places: tuple[Place, ...]
    after: Token | None = None


class ListPlaces(Command):
    """The places in the subject's division and below, of one kind or of all, and the divisions above; ended ones too.

    What does not fit into one message is asked for again, `after` the last.
    """

    name: ClassVar[str] = "roster.list_places.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PlacesListed

    kind: Annotated[AreaKind, known(AreaKind)] | None = None
    after: Token | None = None


class PostsListed(Value):
    """Posts by their ids; `after` is where the next part begins, None where nothing is left."""

    posts: tuple[Post, ...]
    after: Token | None = None


class ListPosts(Command):
    """The posts in the subject's division and below with everybody appointed to them, ended ones too.

    What does not fit into one message is asked for again, `after` the last.
    """

    name: ClassVar[str] = "roster.list_posts.v1"
    reads_only: ClassVar[bool] = True
    answer: ClassVar[type[BaseModel]] = PostsListed

    after: Token | None = None
