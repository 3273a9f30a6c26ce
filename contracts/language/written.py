"""How days, times, numbers and words are written by whoever sends something: one rule for the reader and the schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from contracts.language.rules import custom, template

_EARLIEST, _LATEST = date(1949, 10, 1), date(2199, 12, 31)
_DAYS = (("first", str(_EARLIEST)), ("last", str(_LATEST)))
_DAY = (
    "(?:1949-(?:1[02]-(?:0[1-9]|[12][0-9]|3[01])|11-(?:0[1-9]|[12][0-9]|30))"
    "|(?:19[5-9][0-9]|2[01][0-9]{2})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:19(?:5[26]|[68][048]|[79][26])|20(?:[02468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26]))-02-29)"
)
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


@dataclass(frozen=True, slots=True)
class Ruled:
    """The one rule with which a value that breaks its type is refused, by its code, and the figures in it."""

    code: str
    figures: tuple[tuple[str, str | int], ...] = ()

    def over(self, schema: CoreSchema) -> CoreSchema:
        """The schema with this rule in the place of its own."""
        return core_schema.custom_error_schema(
            schema,
            self.code,
            custom_error_message=template(self.code, "en"),
            custom_error_context=dict(self.figures) or None,
        )

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return self.over(handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema)


@dataclass(frozen=True, slots=True)
class Written:
    """A value that people and their programs send in one way only, as the pattern has it.

    Services read one another's more widely: an instant that a sender may state is told in UTC, on another day perhaps.
    """

    title: str
    pattern: str
    read: Callable[[str], Any]
    rule: Ruled
    example: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        wide = handler(source)
        text = core_schema.no_info_after_validator_function(self.read, core_schema.str_schema(pattern=self.pattern))
        ruled = self.rule.over(core_schema.chain_schema([text, wide]))
        return core_schema.lax_or_strict_schema(wide, core_schema.json_or_python_schema(ruled, wide))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        if handler.mode == "serialization":
            return handler(schema)
        return {"title": self.title, "type": "string", "pattern": self.pattern, "examples": [self.example]}


Day = Annotated[
    date,
    Field(ge=_EARLIEST, le=_LATEST),
    Written(
        "Day",
        f"^{_DAY}$",
        date.fromisoformat,
        Ruled("day", (*_DAYS, ("example", "2020-05-21"))),
        "2020-05-21",
    ),
]
"""A day that a person may state: one that can be counted from and to, and that is no year mistyped."""

Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2300, 1, 1, tzinfo=UTC)),
    Written(
        "Instant",
        f"^{_DAY}T{_CLOCK}:[0-5][0-9](?:\\.[0-9]{{1,9}})?(?:Z|[+-]{_CLOCK})$",
        datetime.fromisoformat,
        Ruled("instant", (*_DAYS, ("example", "2020-05-21T08:00:00+08:00"))),
        "2020-05-21T08:00:00+08:00",
    ),
]
"""A point in time with its offset, without which it is refused; to the microsecond."""

Id = Annotated[
    UUID,
    Written(
        "Uuid",
        "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        UUID,
        Ruled("uuid"),
        "0197c3a0-0000-7000-8000-000000000000",
    ),
]
"""A UUID in the form with hyphens."""


def _whole(stated: Any) -> Any:
    return int(stated) if type(stated) is float and stated.is_integer() else stated


WHOLE = BeforeValidator(_whole)
"""For an `int`: 1.0 is 1, as JSON Schema has it, since half of the world's programs cannot tell them apart."""

PLACES = Decimal("0.0001")
_SAFE_DIGITS = 12
"""More with four places behind them, and a number of JSON is no longer exact in most programs."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A decimal number with four places and so many digits before them.

    It travels as a string, so that no digit is lost. A number is taken too, to the nearest 0.0001: as a binary fraction
    it cannot say more.
    """

    digits: int
    signed: bool = False
    title: str | None = None

    @property
    def pattern(self) -> str:
        return f"^{'-?' if self.signed else ''}[0-9]{{1,{self.digits}}}(?:\\.[0-9]{{1,4}})?$"

    @property
    def told_pattern(self) -> str:
        """As it is told: always with its four places."""
        return f"^{'-?' if self.signed else ''}[0-9]{{1,{self.digits}}}\\.[0-9]{{4}}$"

    @property
    def largest(self) -> int:
        """The largest that is taken as a number."""
        return int(10 ** min(self.digits, _SAFE_DIGITS)) - 1

    def _read(self, stated: Any) -> Decimal:
        if isinstance(stated, str) and re.fullmatch(self.pattern[1:-1], stated):
            return _placed(Decimal(stated))
        if isinstance(stated, Decimal) and stated.is_finite() and self._holds(stated) and stated == _placed(stated):
            return _placed(stated)
        if type(stated) in (int, float) and (stated >= 0 or self.signed) and abs(stated) <= self.largest:
            return _placed(Decimal(repr(stated)))
        raise custom("decimal" if self.signed else "decimal_not_negative", digits=self.digits)

    def _holds(self, stated: Decimal) -> bool:
        return (self.signed or stated >= 0) and abs(stated) < Decimal(10) ** self.digits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        named = {"title": self.title} if self.title else {}
        if handler.mode == "serialization":
            return {**named, "type": "string", "pattern": self.told_pattern}
        string = {"type": "string", "pattern": self.pattern}
        number = {"type": "number", "minimum": -self.largest if self.signed else 0, "maximum": self.largest}
        return {**named, "anyOf": [number, string]}


def _placed(stated: Decimal) -> Decimal:
    placed = stated.quantize(PLACES, rounding=ROUND_HALF_EVEN)
    # Zero below zero is zero: it would be told with a sign that no reader takes.
    return placed if placed else placed.copy_abs()
