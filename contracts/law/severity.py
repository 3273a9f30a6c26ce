"""How grave an incident of each kind is by its details, and what is due first: the rule of the day of the act."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.language.mu import MU_PER_HECTARE
from contracts.language.rules import custom
from contracts.language.values import Line, Token, known, one_of
from contracts.law.versions import Rules
from contracts.patrol.judged import Times
from contracts.patrol.kinds import DETAILS, STATED, IncidentKind, Severity

_Amount = Annotated[float, Field(ge=0, le=1_000_000_000)]
_UNITS = ("mu", "ha")
_AMOUNTS = {name for name, field in STATED.fields.items() if field.is_amount}


class Threshold(BaseModel):
    """A detail that is so large, or that is such; one that is not stated meets nothing.

    An area in mu may be compared in hectares by its `unit`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    field: Token
    at_least: _Amount | None = None
    more_than: _Amount | None = None
    equals: bool | Token | None = None
    unit: Annotated[str, one_of(_UNITS), Field(pattern="^(?:mu|ha)$")] | None = None

    @property
    def is_of_amount(self) -> bool:
        return self.at_least is not None or self.more_than is not None

    def holds(self, details: Mapping[str, Any]) -> bool:
        stated = details.get(self.field)
        if stated is None or (self.equals is not None and stated != self.equals):
            return False
        if not self.is_of_amount:
            return True
        amount = Decimal(str(stated)) / (MU_PER_HECTARE if self.unit == "ha" else 1)
        if self.at_least is not None and amount < _exact(self.at_least):
            return False
        return self.more_than is None or amount > _exact(self.more_than)


@lru_cache(maxsize=1024)
def _exact(amount: float) -> Decimal:
    """As it is written in the law."""
    return Decimal(str(amount))


class Grade(BaseModel):
    """One grade: met where all of one list hold. `replant_times` and `fine_times` are from how many to how many."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    grade: Token
    words: tuple[Line, Line]
    severity: Annotated[Severity, known(Severity)]
    any_of: Annotated[tuple[Annotated[tuple[Threshold, ...], Field(min_length=1)], ...], Field(min_length=1)]
    replant_times: tuple[Times, Times] | None = None
    fine_times: tuple[Times, Times] | None = None

    def is_met(self, details: Mapping[str, Any]) -> bool:
        return any(all(one.holds(details) for one in conditions) for conditions in self.any_of)


class First(BaseModel):
    """Within how many hours of its report something is first done, and who is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    within_h: Annotated[float, Field(ge=0, le=8_784)]
    told: tuple[Line, Line]


class KindRules(BaseModel):
    """The grades of a kind, the worst first, with their source, and what is first due of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    grades: tuple[Grade, ...] = ()
    first: First | None = None

    def grade(self, details: Mapping[str, Any]) -> Grade | None:
        """The worst that is met; None where nothing that is stated meets any."""
        return next((one for one in self.grades if one.is_met(details)), None)


class SeverityRules(Rules):
    """What is judged of each kind."""

    kinds: Mapping[Annotated[IncidentKind, known(IncidentKind)], KindRules]

    @model_validator(mode="after")
    def _fields_are_there(self) -> Self:
        for kind, rules in self.kinds.items():
            fields = list(DETAILS[kind].model_fields)
            amounts = [one for one in fields if one in _AMOUNTS]
            for grade in rules.grades:
                for condition in (one for conditions in grade.any_of for one in conditions):
                    known = amounts if condition.is_of_amount else fields
                    if condition.field not in known:
                        raise custom("one_of", known=", ".join(known) or "-")
        return self
