"""What `rangers.json` says: pay, kit, training, rewards and penalties, alike in the whole county (B2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.cases import Yuan
from contracts.language.division import Division
from contracts.language.values import Line, Token
from contracts.law.versions import Rules
from services.runtime.reference.law import LawFile

Count = Annotated[int, Field(ge=0, le=10_000)]


class Money(BaseModel):
    """What a rule gives or takes: from how many yuan to how many, told by the ranger, and found by others first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    reported_yuan: tuple[Yuan, Yuan]
    unreported_yuan: tuple[Yuan, Yuan] | None

    def between(self, reported_first: bool) -> tuple[Decimal, Decimal]:
        """The least and the most; a rule that knows no difference has one for both."""
        return self.reported_yuan if reported_first or self.unreported_yuan is None else self.unreported_yuan


class Standard(BaseModel):
    """Of a division and all below it, unless one below has its own; years that kit lasts, least pay of a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    division: Division
    source: Line
    least_yuan_a_year: Yuan
    seasons: Mapping[Token, Yuan]
    kit: Mapping[Token, Annotated[int, Field(ge=1, le=50)]]
    training_hours_a_year: Count
    rules: Mapping[Token, Money]


class RangerRules(Rules):
    """One version."""

    remind_days: Annotated[int, Field(ge=0, le=366)]
    standards: Annotated[tuple[Standard, ...], Field(min_length=1)]

    def standard(self, division: Division) -> Standard:
        """That of the smallest division that has one."""
        holding = [one for one in self.standards if one.division.contains(division)]
        return max(holding, key=lambda one: len(one.division.significant))


LAW = LawFile("roster.rangers", Path(__file__).with_name("rangers.json"), RangerRules).shipped
"""Money is judged by the law of the day of the thing, pay by that of the last day of its year."""
