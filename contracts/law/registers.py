"""What the rules of roster's registers may say: boards, breeders, old trees, rangers, offices (DOMAIN §3)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from contracts.cases import Yuan
from contracts.language.division import Division, Level
from contracts.language.rules import custom
from contracts.language.values import Line, Role, Token, known
from contracts.language.written import Day
from contracts.law.places import nearest, require_everywhere
from contracts.law.versions import Rules
from contracts.roster import DisposalWay, PayingTier

Days = Annotated[int, Field(ge=0, le=3660)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Grade = Annotated[int, Field(ge=1, le=3)]


class BoardTemplate(BaseModel):
    """The roles whose posts stand on a board, and those of them with a phone, with their consent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[Annotated[Role, known(Role)], ...]
    phones: tuple[Annotated[Role, known(Role)], ...]


class BoardRules(Rules):
    """What each level's board shows, and within how many days one is put right (F2)."""

    patch_within_days: Days
    new_within_days: Days
    inspect_every_months: Literal[1, 2, 3, 4, 6, 12]
    remind_days: Days
    templates: Mapping[Level, BoardTemplate]


class TariffPrice(BaseModel):
    """What is paid for an animal, or for a kilogram."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["head", "kg"]
    yuan: Yuan


class BreederRules(Rules):
    """The lists and days of 2020, the tariff, the parts in which each tier pays, inspections of breeders (C2)."""

    remind_days: Days
    inspect_every_months: Literal[1, 2, 3, 4, 6, 12]
    food_banned_from: Day
    licences_withdrawn_from: Day
    food_ends_by: Day
    found_later_within_days: Days
    ways: tuple[Annotated[DisposalWay, known(DisposalWay)], ...]
    tiers: Mapping[Annotated[PayingTier, known(PayingTier)], Annotated[int, Field(ge=0, le=1000)]]
    must_stop: frozenset[Line]
    may_be_kept: frozenset[Line]
    tariff: Mapping[Line, TariffPrice]

    @field_validator("tiers")
    @classmethod
    def _somebody_pays(cls, tiers: Mapping[PayingTier, int]) -> Mapping[PayingTier, int]:
        if not sum(tiers.values()):
            raise custom("some_part")
        return tiers

    def part_of(self, tier: PayingTier, yuan: Decimal) -> Decimal:
        """What a tier pays of a sum, to the fen."""
        parts = sum(self.tiers.values())
        return (yuan * self.tiers.get(tier, 0) / parts).quantize(Decimal("0.01"))


class TreeScheme(BaseModel):
    """Of a division and all below it, unless one below has its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    division: Division
    source: Line
    at_least_years: Mapping[Grade, Annotated[int, Field(ge=1, le=10_000)]]
    check_every_months: Mapping[Grade, Annotated[int, Field(ge=1, le=600)]]
    zone_m: Mapping[Grade, Annotated[int, Field(ge=0, le=100)]]

    def grade_of(self, age_years: int) -> int | None:
        """The highest grade whose age a tree has reached; None for one that is not old."""
        reached = [grade for grade, least in self.at_least_years.items() if age_years >= least]
        return min(reached, default=None)


class OldTreeRules(Rules):
    """Grades and checks of old trees, place by place (E11)."""

    remind_days: Annotated[int, Field(ge=0, le=366)]
    schemes: Annotated[tuple[TreeScheme, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _everywhere(self) -> Self:
        require_everywhere(self.schemes)
        return self

    def scheme(self, division: Division) -> TreeScheme:
        """That of the smallest division that has one."""
        found = nearest(self.schemes, division)
        assert found is not None
        return found


class MoneyRule(BaseModel):
    """What a rule gives or takes: from how many yuan to how many, told by the ranger, and found by others first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    reported_yuan: tuple[Yuan, Yuan]
    unreported_yuan: tuple[Yuan, Yuan] | None

    def between(self, reported_first: bool) -> tuple[Decimal, Decimal]:
        """The least and the most; a rule that knows no difference has one for both."""
        return self.reported_yuan if reported_first or self.unreported_yuan is None else self.unreported_yuan


class RangerStandard(BaseModel):
    """Of a division and all below it, unless one below has its own; years that kit lasts, least pay of a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    division: Division
    source: Line
    least_yuan_a_year: Yuan
    seasons: Mapping[Token, Yuan]
    kit: Mapping[Token, Annotated[int, Field(ge=1, le=50)]]
    training_hours_a_year: Count
    rules: Mapping[Token, MoneyRule]


class RangerRules(Rules):
    """Pay, kit, training, rewards and penalties of rangers, county by county (B2)."""

    remind_days: Annotated[int, Field(ge=0, le=366)]
    standards: Annotated[tuple[RangerStandard, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _everywhere(self) -> Self:
        require_everywhere(self.standards)
        return self

    def standard(self, division: Division) -> RangerStandard:
        """That of the smallest division that has one."""
        found = nearest(self.standards, division)
        assert found is not None
        return found


class OfficeStandard(BaseModel):
    """An item of the standards, and what proves it, in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    evidence: tuple[Line, Line]


class OfficeRules(Rules):
    """The standards of chief offices (D1)."""

    remind_days: Count
    remind_reply_days: Count
    standards: Mapping[Token, OfficeStandard]
    staff_at_least: Count
    full_time_at_least: Count
