"""The statistical division code: 12 digits in data, five tokens on the bus."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from contracts.language.rules import broken

_WIDTHS = (2, 2, 2, 3, 3)
_ENDS = (2, 4, 6, 9, 12)
_CODE = re.compile(r"[0-9]{12}\Z")


class Level(StrEnum):
    """How high a division stands, by the trailing zeros of its code."""

    UNKNOWN = "unknown"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


_LEVELS = (Level.UNKNOWN, Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN, Level.VILLAGE)


class Division(str):
    """A 12-digit division code, read as 2-2-2-3-3 digits (DOMAIN §1).

    It is a plain string in JSON. Raises ValueError for anything but twelve digits.
    """

    __slots__ = ()

    def __new__(cls, code: str) -> Self:
        if not _CODE.match(code):
            raise ValueError(broken("division"))
        return super().__new__(cls, code)

    @classmethod
    def from_tokens(cls, tokens: str) -> Self:
        """Read the five tokens of a subject: `36.02.22.104.201`."""
        parts = tokens.split(".")
        if tuple(map(len, parts)) != _WIDTHS:
            raise ValueError(broken("division_tokens"))
        return cls("".join(parts))

    @property
    def tokens(self) -> str:
        """The code as it stands in a subject: `36.02.22.104.201`."""
        return f"{self[:2]}.{self[2:4]}.{self[4:6]}.{self[6:9]}.{self[9:]}"

    @property
    def significant(self) -> str:
        """The digits that are not trailing zero groups; `` for the unknown division."""
        return _significant(self)

    @property
    def level(self) -> Level:
        significant = _significant(self)
        return _LEVELS[0 if not significant else _ENDS.index(len(significant)) + 1]

    @property
    def parent(self) -> Division | None:
        """The division one level up; None above a province and for the unknown."""
        depth = _LEVELS.index(self.level)
        return None if depth < 2 else Division(self[: _ENDS[depth - 2]].ljust(12, "0"))

    def chain(self) -> tuple[Division, ...]:
        """This division and all above it, the smallest first."""
        return _chain(self)

    def part_with(self, other: Division) -> Division | None:
        """The division one level below in which another lies or which it is; None for one that lies in none."""
        own = self if self.significant else None
        return next((one for one in other.chain() if one.parent == own and one.significant), None)

    def contains(self, other: Division) -> bool:
        """Whether `other` is this division or lies under it; the unknown contains everything."""
        return other.startswith(self.significant)

    @property
    def wildcard(self) -> str:
        """The subject filter for this division and all below: `36.02.22.>`; `>` for the unknown."""
        depth = _LEVELS.index(self.level)
        tokens = self.tokens.split(".")
        return ".".join(tokens) if depth == 5 else ".".join([*tokens[:depth], ">"])

    @property
    def below(self) -> str:
        """The filter of five tokens for this division and all below: `36.02.22.*.*`; of stars alone for the unknown."""
        depth = _LEVELS.index(self.level)
        return ".".join([*self.tokens.split(".")[:depth], *["*"] * (5 - depth)])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            _read, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{12}$", "title": "Division"}


@lru_cache(maxsize=65_536)
def _read(code: str) -> Division:
    """The few divisions that messages are full of are checked once."""
    return Division(code)


@lru_cache(maxsize=65_536)
def _chain(division: Division) -> tuple[Division, ...]:
    above = division.parent
    return (division,) if above is None else (division, *_chain(above))


@lru_cache(maxsize=65_536)
def _significant(code: str) -> str:
    for start, end in zip((9, 6, 4, 2, 0), reversed(_ENDS), strict=True):
        if code[start:end].strip("0"):
            return str(code[:end])
    return ""


UNKNOWN = Division("000000000000")
