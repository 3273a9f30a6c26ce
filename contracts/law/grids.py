"""How a grid's team is made up, how large a grid should be, and which gaps count (DOMAIN §3, B1)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.language.division import Division
from contracts.language.mu import Mu
from contracts.language.rules import custom
from contracts.language.values import Line, Role, Token, known
from contracts.law.places import nearest
from contracts.law.versions import Rules

Count = Annotated[int, Field(ge=0, le=1000)]


class Stated(BaseModel):
    """A part of the law: a field that it does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(Stated):
    """How many of a role a grid has; `above` says that one who stands on an area above it serves it too."""

    role: Annotated[Role, known(Role)]
    least: Count
    most: Count | None = None
    above: bool = False


class Template(Stated):
    """What a team is made of, with what it is called in Chinese and English."""

    words: tuple[Line, Line]
    members: tuple[Member, ...]


class Jurisdiction(Stated):
    """Which template a division and all below it use, and between which sizes a grid should be there."""

    division: Division
    template: Token
    norm_least_mu: Mu
    norm_most_mu: Mu
    source: Line


class GridRules(Rules):
    """Teams, sizes and tolerances; of several jurisdictions that hold a place the smallest counts."""

    templates: Mapping[Token, Template]
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(min_length=1)]
    gaps_above_mu: Mu

    @model_validator(mode="after")
    def _known(self) -> Self:
        for one in self.jurisdictions:
            if one.template not in self.templates:
                raise custom("one_of", known=", ".join(self.templates))
        return self

    def of(self, division: Division) -> Jurisdiction | None:
        """What holds for a place; None where no jurisdiction has it."""
        return nearest(self.jurisdictions, division)

    def is_outside_norm(self, division: Division, size_mu: Decimal) -> bool:
        norm = self.of(division)
        return norm is not None and not norm.norm_least_mu <= size_mu <= norm.norm_most_mu
