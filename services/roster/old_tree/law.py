"""What `old_trees.json` says: from which age a tree has which grade, and how often it is looked at, place by place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.language.division import Division
from contracts.language.values import Line
from contracts.law.versions import Rules
from services.runtime.reference.law import LawFile

Grade = Annotated[int, Field(ge=1, le=3)]


class Scheme(BaseModel):
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
    """One version."""

    remind_days: Annotated[int, Field(ge=0, le=366)]
    schemes: Annotated[tuple[Scheme, ...], Field(min_length=1)]

    def scheme(self, division: Division) -> Scheme:
        """That of the smallest division that has one."""
        holding = [one for one in self.schemes if one.division.contains(division)]
        return max(holding, key=lambda one: len(one.division.significant))


LAW = LawFile("roster.old_trees", Path(__file__).with_name("old_trees.json"), OldTreeRules).shipped
"""A tree is judged by the law of the day on which one looks at it."""
