"""What `breeders.json` says: the lists and days of 2020, the tariff, who pays which part, inspections (C2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.cases import Yuan
from contracts.language.values import Line, known
from contracts.language.written import Day
from contracts.law.versions import Rules
from contracts.roster import DisposalWay, PayingTier
from services.runtime.reference.law import LawFile

Days = Annotated[int, Field(ge=0, le=3660)]


class Price(BaseModel):
    """What is paid for an animal, or for a kilogram."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["head", "kg"]
    yuan: Yuan


class BreederRules(Rules):
    """One version; `tiers` are the parts in which compensation is paid."""

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
    tariff: Mapping[Line, Price]

    def part_of(self, tier: PayingTier, yuan: Decimal) -> Decimal:
        """What a tier pays of a sum, to the fen."""
        parts = sum(self.tiers.values())
        return (yuan * self.tiers.get(tier, 0) / parts).quantize(Decimal("0.01"))


LAW = LawFile("roster.breeders", Path(__file__).with_name("breeders.json"), BreederRules).shipped
"""A step is judged by the law of the day on which it was done."""
