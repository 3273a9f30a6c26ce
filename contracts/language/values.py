"""Small value types that several messages share."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from contracts.language.division import Division
from contracts.language.rules import NO_NUL, custom
from contracts.language.written import Day, Ruled


class Value(BaseModel):
    """A frozen part of a message; a reader of facts ignores the fields it does not know (DESIGN §3)."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, defer_build=True)


SPARSE, LATER = "sparse", "later"
COMES_LATER = Field(json_schema_extra={LATER: True})
"""For a field of a fact that is added within a major version: streams still keep messages without it."""
UNSAID = Field(exclude_if=lambda value: not value)
"""For one that is also sent to us: where it says nothing it is left out, so that a service of before takes the rest."""


ONLY_KNOWN: ContextVar[bool] = ContextVar("ONLY_KNOWN", default=False)
"""Whether a word of a later version is refused: for whoever keeps what follows of it, where `other` would stay."""


class OpenEnum(StrEnum):
    """An enumeration that may grow: a reader takes a word it does not know as `other`, unless it asks otherwise."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls("other") if isinstance(value, str) and not ONLY_KNOWN.get() else None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What is sent to us is read strictly: there a guess would be a lie."""
        wide = handler(source)
        exact = core_schema.chain_schema([core_schema.literal_schema([word.value for word in cls]), wide])
        return core_schema.lax_or_strict_schema(wide, exact)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """What is told may be a word of a later version."""
        found = handler(schema)
        stated = handler.resolve_ref_schema(found)
        if handler.mode == "serialization" and "enum" in stated:
            known = {"type": stated.pop("type"), "enum": stated.pop("enum")}
            stated["anyOf"] = [known, {"type": "string"}]
        return found


def known(words: type[OpenEnum]) -> BeforeValidator:
    """Refuse a word the enumeration does not have: for what outsiders send, where a guess would be a lie."""
    return one_of(words._value2member_map_)


def one_of(words: Collection[Any]) -> BeforeValidator:
    """Refuse a word that is none of these."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and value not in words:
            raise custom("one_of", known=", ".join(words))
        return value

    return BeforeValidator(check)


_BREAKS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_BLANKS = r" \u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
ONE_LINE = f"^[^{_BREAKS}]*[^{_BREAKS}{_BLANKS}][^{_BREAKS}]*$"
"""Neither control characters nor line breaks, and something to see."""

Token = Annotated[str, Field(title="Token", pattern=r"^[a-z0-9_-]{1,64}$"), Ruled("token")]
"""A word that may stand in a subject."""
Line = Annotated[
    str,
    Field(title="Line", min_length=1, max_length=200, pattern=ONE_LINE),
    Ruled("line", (("most", 200),)),
]
"""A short text of people."""
Text = Annotated[str, Field(title="Text", max_length=4000, pattern=NO_NUL)]
"""A text of people, up to 4,000 characters: any Unicode except NUL."""
Words = Annotated[Text, Field(title="Words", min_length=1)]
"""A text that says something."""
ExternalId = Annotated[
    str,
    Field(title="ExternalId", min_length=1, max_length=128, pattern=ONE_LINE),
    Ruled("line", (("most", 128),)),
]
"""A sender's own name for a thing."""
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China's one time; without summer time since 1991, so that no time zone database is needed."""


def day_of(at: datetime) -> date:
    """The day in China on which an instant falls."""
    return at.astimezone(SHANGHAI).date()


class Datum(StrEnum):
    """What a coordinate is measured on; GCJ-02 is off by up to 700 m, so it must be stated (DOMAIN §4)."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"


Longitude = Annotated[float, Field(title="Longitude", ge=-180, le=180, description="degrees east")]
Latitude = Annotated[float, Field(title="Latitude", ge=-90, le=90, description="degrees north")]


_DEGREES = {"type": "number", "minimum": -180, "maximum": 180}
LonLat = Annotated[tuple[Longitude, Latitude], Field(title="LonLat", json_schema_extra={"items": _DEGREES})]
Ring = Annotated[tuple[LonLat, ...], Field(title="Ring", min_length=4, max_length=65_536)]
Polygon = Annotated[tuple[Ring, ...], Field(title="Polygon", min_length=1, max_length=4096)]


class Boundary(Value):
    """A GeoJSON MultiPolygon in degrees on CGCS2000: polygons of rings of (lon, lat), the first ring outside."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: Annotated[tuple[Polygon, ...], Field(min_length=1, max_length=4096)]


class Position(Value):
    """Where something is, with the datum it is stated in."""

    lon: Longitude
    lat: Latitude
    datum: Datum


class Period(Value):
    """Whole days from `first` to `last`, both included, in Asia/Shanghai."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise custom("period_in_order")
        return self

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class AreaKind(OpenEnum):
    """What a responsibility area is; divisions and grids form the tree, the others hang beside it."""

    DIVISION = "division"
    GRID = "grid"
    FOREST_FARM = "forest_farm"
    RESERVE = "reserve"
    OTHER = "other"


class Role(OpenEnum):
    """What a post is for (DOMAIN §1)."""

    GENERAL_CHIEF = "general_chief"
    DEPUTY_GENERAL_CHIEF = "deputy_general_chief"
    CHIEF = "chief"
    VILLAGE_CHIEF = "village_chief"
    RESOURCE_SUPERVISOR = "resource_supervisor"
    RANGER = "ranger"
    LAW_OFFICER = "law_officer"
    ASSISTANT = "assistant"
    STATION = "station"
    OFFICE = "office"
    UNIT = "unit"
    OTHER = "other"


CHIEFS = (Role.GENERAL_CHIEF, Role.DEPUTY_GENERAL_CHIEF, Role.CHIEF, Role.VILLAGE_CHIEF)


class AreaRef(Value):
    """A responsibility area, named."""

    id: Token
    kind: AreaKind
    name: Line
    division: Division


class UnitRef(Value):
    """A body that must put cases right, or for which a post acts."""

    id: Token
    name: Line


class PersonRef(Value):
    """Who holds a post: an account on the bus, and the name that the notice board shows."""

    id: Token
    name: Line


class PostRef(Value):
    """A post and who holds it; `holder` is None while it is vacant and its unit acts."""

    id: Token
    role: Role
    area_id: Token
    division: Division
    unit: UnitRef
    holder: PersonRef | None = None


class CaseRef(Value):
    """A case, by its id and its number in the office's book."""

    id: str
    number: Line
    division: Division
