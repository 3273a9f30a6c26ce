"""The campaigns and what they demand, as data: `campaigns.json`, `routes.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter

from contracts.cases import CaseKind, Interval, Route
from contracts.language.division import Division, Level
from contracts.language.rules import Rule, broken
from contracts.language.stated import read_as
from contracts.language.values import known
from services.cases.law.rules import CaseRules
from services.runtime.problem import Problem

HERE = Path(__file__).parent
DAILY = "daily"
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
FULL: Mapping[str, list[str]] = _ROUTES["checklists"]["full"]
_KINDS = TypeAdapter(tuple[Annotated[CaseKind, known(CaseKind)], ...])


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign: its kinds (all where none are named), who approves plans, its checklist, notice and threshold.

    `scope` are the divisions in which it is held, with all below them; everywhere where none is named. `tiers` are the
    levels of chief offices that run it: an office below them moves none of its cases.
    `covers` are the days within which all that it finds occurred, where that is known.
    """

    id: str
    name: str
    name_en: str
    years: tuple[int, ...]
    scope: tuple[Division, ...]
    tiers: tuple[Level, ...]
    kinds: tuple[CaseKind, ...]
    covers: Interval | None
    plan_approver: Level | None
    checklist: Mapping[str, list[str]]
    notice_working_days: int
    threshold_percent: Decimal | None
    threshold_due_on: date | None
    threshold_source: str | None
    looks_back_at: tuple[str, ...]

    @classmethod
    def read(cls, stated: Mapping[str, Any]) -> Campaign:
        percent, due_on = stated["threshold_percent"], stated["threshold_due_on"]
        return cls(
            id=stated["id"],
            name=stated["name"],
            name_en=stated["name_en"],
            years=tuple(stated["years"]),
            scope=tuple(Division(one) for one in stated["scope"]),
            tiers=tuple(Level(one) for one in stated["tiers"]),
            kinds=read_as(_KINDS, stated["kinds"], "campaigns.json", f"{stated['id']}.kinds."),
            covers=Interval.model_validate(stated["covers"]) if stated.get("covers") else None,
            plan_approver=Level(stated["plan_approver"]) if stated["plan_approver"] else None,
            checklist=_ROUTES["checklists"][stated["checklist"]],
            notice_working_days=stated["notice_working_days"],
            threshold_percent=None if percent is None else Decimal(percent),
            threshold_due_on=None if due_on is None else date.fromisoformat(due_on),
            threshold_source=stated["threshold_source"],
            looks_back_at=tuple(stated["looks_back_at"]),
        )

    @property
    def office_level(self) -> Level:
        """The lowest level of chief office that runs it."""
        return max(self.tiers, key=tuple(Level).index)

    def needs_plan(self, kind: CaseKind, rules: CaseRules) -> bool:
        return self.plan_approver is not None and rules.needs_plan(kind)

    def items(self, kind: CaseKind, route: Route, rules: CaseRules) -> tuple[str, ...]:
        """What must be proved for a close of such a case by this route; E12: some are punished in every campaign."""
        checklist = FULL if rules.is_full(kind) else self.checklist
        return tuple(checklist.get(route, ()))


_STATED = read("campaigns.json")
EVERYDAY = Campaign.read(_STATED["daily"])
CAMPAIGNS: Mapping[str, Campaign] = {one["id"]: Campaign.read(one) for one in _STATED["campaigns"]}


def daily(day: date) -> str:
    """The campaign of everyday cases of a year: `daily-2020`."""
    return f"{DAILY}-{day.year}"


def campaign_of(id: str) -> Campaign:
    """The campaign. Raises Problem 422 for one that is not in the list."""
    found = find(id)
    if found is None:
        rule = broken("campaign_known", known=", ".join(CAMPAIGNS))
        told = broken("no_campaign", campaign=id)
        raise Problem(422, "no-such-campaign", told, errors=[{"field": "campaign", "rule": rule}])
    return found


def find(id: str) -> Campaign | None:
    word, _, year = id.partition("-")
    if word == DAILY and len(year) == 4 and year.isdecimal():
        return replace(EVERYDAY, id=id, years=(int(year),))
    return CAMPAIGNS.get(id)


def named_campaigns() -> tuple[Campaign, ...]:
    """Every campaign, that of everyday cases once for all its years."""
    return (EVERYDAY, *CAMPAIGNS.values())


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
