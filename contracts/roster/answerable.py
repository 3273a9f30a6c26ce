"""Who answers for a point."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel

from contracts.language.message import Command
from contracts.language.values import Latitude, Longitude, PostRef, Token, Value
from contracts.language.written import Instant


class Answerable(Value):
    """Who answers for a point: the areas that contain it and their posts, the primary area and smallest first."""

    areas: tuple[Token, ...]
    posts: tuple[PostRef, ...]


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
