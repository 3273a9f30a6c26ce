"""The campaigns and what they demand, as data: `campaigns.json`, `routes.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from contracts.cases import CaseKind, Route
from contracts.language.division import Division, Level
from contracts.language.rules import Rule, broken
from contracts.law.cases.campaigns import DAILY, CampaignRule, CampaignRules
from contracts.law.cases.rules import CaseRules
from services.runtime.problem import Problem
from services.runtime.reference.law import LawFile

HERE = Path(__file__).parent
Causes = Mapping[str, tuple[str, str]]
"""The list of causes with their words; it can grow."""


def read(name: str) -> dict[str, Any]:
    """A data file that stands beside the rules."""
    found: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return found


_ROUTES = read("routes.json")
CLOSES_AS: Mapping[Route, str] = {Route(route): word for route, word in _ROUTES["closes_as"].items()}
"""Whether a close by a route counts as rectified or as no violation."""
RECTIFIED = tuple(route for route, word in CLOSES_AS.items() if word == "rectified")
NO_VIOLATION = tuple(route for route, word in CLOSES_AS.items() if word == "no_violation")
ITEMS: Mapping[str, tuple[str, str]] = {item: tuple(words) for item, words in _ROUTES["items"].items()}
CHECKLISTS: Mapping[str, Mapping[str, list[str]]] = _ROUTES["checklists"]
LAW = LawFile("cases.campaigns", HERE / "campaigns.json", CampaignRules)
"""A case is moved by what its campaign demands on that day."""


class Campaign(CampaignRule):
    """A campaign by its name, as the law has it."""

    id: str

    @classmethod
    def of(cls, id: str, rule: CampaignRule, **otherwise: Any) -> Campaign:
        return cls.model_construct(id=id, **{**dict(rule), **otherwise})

    @property
    def office_level(self) -> Level:
        """The lowest level of chief office that runs it."""
        return max(self.tiers, key=tuple(Level).index)

    def needs_plan(self, kind: CaseKind, rules: CaseRules) -> bool:
        return self.plan_approver is not None and rules.needs_plan(kind)

    def items(self, kind: CaseKind, route: Route, rules: CaseRules) -> tuple[str, ...]:
        """What must be proved for a close of such a case by this route; E12: some are punished in every campaign."""
        checklist = "full" if rules.is_full(kind) else self.checklist
        return tuple(CHECKLISTS[checklist].get(route, ()))


def daily(day: date) -> str:
    """The campaign of everyday cases of a year: `daily-2020`."""
    return f"{DAILY}-{day.year}"


def campaign_of(id: str) -> Campaign:
    """The campaign. Raises Problem 422 for one that is not in the list."""
    found = find(id)
    if found is None:
        rule = broken("campaign_known", known=", ".join(LAW.today.campaigns))
        told = broken("no_campaign", campaign=id)
        raise Problem(422, "no-such-campaign", told, errors=[{"field": "campaign", "rule": rule}])
    return found


def find(id: str) -> Campaign | None:
    """As the law has it today; one that it has no more, or not yet, as the version has it that has it last."""
    word, _, year = id.partition("-")
    if word == DAILY and len(year) == 4 and year.isdecimal():
        return Campaign.of(id, LAW.today.daily, years=(int(year),))
    for rules in (LAW.today, *(version.rules for version in reversed(LAW.seen.versions))):
        if id in rules.campaigns:
            return Campaign.of(id, rules.campaigns[id])
    return None


def everyday() -> Campaign:
    """The campaign of everyday cases, once for all its years."""
    return Campaign.of(DAILY, LAW.today.daily)


def named_campaigns() -> tuple[Campaign, ...]:
    """Every campaign of today, that of everyday cases once for all its years."""
    return everyday(), *(Campaign.of(id, rule) for id, rule in LAW.today.campaigns.items())


def problem_of_kind(campaign: Campaign, kind: CaseKind) -> Rule | None:
    """The rule that a kind breaks in a campaign, if any."""
    if not campaign.kinds or kind in campaign.kinds:
        return None
    return broken("campaign_takes", campaign=campaign.id, kind=", ".join(campaign.kinds))


def problem_of_scope(campaign: Campaign, division: Division) -> Rule | None:
    """The rule that a place breaks in a campaign, if any."""
    if not campaign.scope or any(one.contains(division) for one in campaign.scope):
        return None
    return broken("campaign_held_in", campaign=campaign.id, divisions=", ".join(campaign.scope))
