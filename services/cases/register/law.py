"""What `findings.json` says: which findings in roster's registers open a case, of which kind, in which campaign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from contracts.cases import CaseKind
from contracts.language.division import Division
from contracts.language.values import Token, known
from contracts.law.versions import Rules
from contracts.patrol import Severity
from contracts.roster import FindingRule, FindingState
from services.cases.law.campaign import daily, find, problem_of_kind, problem_of_scope
from services.runtime.reference.law import LawFile


class Opens(BaseModel):
    """The case that a finding opens once it is in one of these states."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[CaseKind, known(CaseKind)]
    severity: Annotated[Severity, known(Severity)]
    campaign: Token | None = None
    states: tuple[Annotated[FindingState, known(FindingState)], ...]

    def campaign_on(self, day: date, division: Division) -> str:
        """The campaign, in its years and where it is held; otherwise that of everyday cases."""
        campaign = find(self.campaign) if self.campaign else None
        if campaign is None or day.year not in campaign.years or problem_of_kind(campaign, self.kind):
            return daily(day)
        return daily(day) if problem_of_scope(campaign, division) else campaign.id


class FindingRules(Rules):
    """One version."""

    opens: Mapping[Annotated[FindingRule, known(FindingRule)], Opens]


LAW = LawFile("cases.findings", Path(__file__).with_name("findings.json"), FindingRules).shipped
"""A finding opens a case by the law of the day on which it was found."""
