"""The campaigns: in which years and where each is held, who runs it, and what it demands (DOMAIN §5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.cases import CaseKind, Interval
from contracts.language.division import Division, Level
from contracts.language.rules import custom
from contracts.language.values import Line, Token, known
from contracts.language.written import Day
from contracts.law.versions import Rules

Year = Annotated[int, Field(ge=1900, le=2200)]
DAILY = "daily"


class CampaignRule(BaseModel):
    """A campaign: its kinds (all where none are named), who approves plans, its checklist, notice and threshold.

    `scope` are the divisions in which it is held, with all below them; everywhere where none is named. `tiers` are the
    levels of chief offices that run it: an office below them moves none of its cases.
    `covers` are the days within which all that it finds occurred, where that is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    name_en: Line
    years: tuple[Year, ...] = ()
    scope: tuple[Division, ...] = ()
    tiers: Annotated[tuple[Annotated[Level, known(Level)], ...], Field(min_length=1)]
    kinds: tuple[Annotated[CaseKind, known(CaseKind)], ...] = ()
    covers: Interval | None = None
    plan_approver: Annotated[Level, known(Level)] | None = None
    checklist: Literal["full", "everyday"]
    notice_working_days: Annotated[int, Field(ge=0, le=250)]
    threshold_percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)] | None = None
    threshold_due_on: Day | None = None
    threshold_source: Line | None = None
    looks_back_at: tuple[Token, ...] = ()

    @model_validator(mode="after")
    def _run_by_those_who_approve(self) -> Self:
        if self.plan_approver is not None and self.plan_approver not in self.tiers:
            raise custom("one_of", known=", ".join(self.tiers))
        return self


class CampaignRules(Rules):
    """The campaign of everyday cases, which each year has one of, and all others by their name."""

    daily: CampaignRule
    campaigns: Mapping[Token, CampaignRule]

    @model_validator(mode="after")
    def _look_back_at_each_other(self) -> Self:
        named = [other for one in self.campaigns.values() for other in one.looks_back_at]
        if not self.campaigns.keys() >= set(named):
            raise custom("campaign_known", known=", ".join(self.campaigns))
        return self

    @property
    def lasting(self) -> frozenset[str]:
        return frozenset(self.campaigns)
