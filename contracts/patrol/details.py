"""The fields that a kind of incident has of its own, made of what `kinds.json` says of them (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from contracts.language.evidence import Pieces
from contracts.language.mu import Mu, mu_of, mu_of_hectares
from contracts.language.rules import custom
from contracts.language.values import SPARSE, Line, Token, Value, one_of
from contracts.language.written import WHOLE, Day, Exact, Instant
from contracts.patrol.patch import Patch

UNITS = ("m2", "mu", "ha")
_AREA_DIGITS = 9


class StatedArea(Value):
    """An amount of ground in the unit in which it was written: square metres, mu or hectares."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    amount: Annotated[Decimal, Exact(digits=_AREA_DIGITS)]
    unit: Annotated[str, one_of(UNITS), Field(json_schema_extra={"enum": list(UNITS)})]

    @property
    def in_mu(self) -> Decimal:
        if self.unit == "mu":
            return self.amount
        return mu_of_hectares(self.amount) if self.unit == "ha" else mu_of(self.amount)


class DetailField(BaseModel):
    """One field: its words in Chinese and English, what may stand there, with unit and bounds.

    A `number` and a `count` have bounds, a `decimal` so many digits before its point, a `word` is one `of` a few; an
    `area` in whatever unit has a field beside it, of its name and `_mu`, in which it is converted. With a `title`
    generated code has a type of that name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    type: Literal[
        "flag", "line", "token", "pieces", "count", "number", "decimal", "mu", "area", "word", "instant", "day", "patch"
    ]
    unit: Line | None = None
    least: float | None = None
    most: float | None = None
    digits: Annotated[int, Field(ge=1, le=12)] | None = None
    of: tuple[Token, ...] = ()
    title: Line | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        bounded = self.least is not None and self.most is not None and self.least <= self.most
        missing = {"number": not bounded, "count": not bounded, "decimal": self.digits is None, "word": not self.of}
        if missing.get(self.type):
            raise custom("detail_field", type=self.type)
        return self

    @property
    def is_amount(self) -> bool:
        """Whether it is told as a number that can be compared."""
        return self.type in ("pieces", "count", "number", "decimal", "mu")

    @property
    def annotation(self) -> Any:
        """Its type."""
        if self.type == "number":
            return Annotated[float, Field(ge=self.least, le=self.most, description=self.words[1])]
        if self.type == "count":
            return Annotated[int, Field(ge=int(self.least or 0), le=int(self.most or 0)), WHOLE]
        if self.type == "decimal":
            assert self.digits is not None
            return Annotated[Decimal, Exact(digits=self.digits, title=self.title)]
        if self.type == "word":
            return Annotated[str, one_of(self.of), Field(json_schema_extra={"enum": list(self.of)})]
        return _PLAIN[self.type]


_PLAIN: Mapping[str, Any] = {
    "flag": bool,
    "line": Line,
    "token": Token,
    "pieces": Pieces,
    "mu": Mu,
    "area": StatedArea,
    "instant": Instant,
    "day": Day,
    "patch": Patch,
}


class Group(BaseModel):
    """Fields that kinds share: what they are of, in Chinese and English, and which they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    fields: tuple[Token, ...]


class Details(Value):
    """The fields of one kind, where in the forest it is and when it was done; others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, json_schema_extra={SPARSE: True})

    compartment: Line | None = None
    sub_compartment: Line | None = None
    acted_on: Day | None = None


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def details_type(name: str, group: Group, fields: Mapping[str, DetailField]) -> type[Details]:
    """The type of a group's details."""
    stated: dict[str, Any] = {one: (fields[one].annotation | None, None) for one in group.fields}
    made: type[Details] = create_model(
        f"{camel(name)}Details", __base__=Details, __doc__=group.words[1], __module__=__name__, **stated
    )
    return made


def converted(details: dict[str, Any], areas: Mapping[str, StatedArea]) -> dict[str, Any]:
    """Areas in mu beside those that were written. Raises PydanticCustomError where both are stated and differ."""
    found = dict(details)
    for name, area in areas.items():
        in_mu = str(area.in_mu)
        if found.setdefault(f"{name}_mu", in_mu) != in_mu:
            raise custom("area_twice", name=name, other=f"{name}_mu")
    return found
