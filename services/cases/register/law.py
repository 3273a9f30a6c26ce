"""The law of the room, `findings.json`, and the campaign that a case of it is in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from contracts.language.division import Division
from contracts.law.cases.findings import FindingOpens, FindingRules
from services.cases.law.campaign import daily, find, problem_of_kind, problem_of_scope
from services.runtime.reference.law import LawFile

LAW = LawFile("cases.findings", Path(__file__).with_name("findings.json"), FindingRules)
"""A finding opens a case by the law of the day on which it was found."""


def campaign_on(opens: FindingOpens, day: date, division: Division) -> str:
    """The campaign, in its years and where it is held; otherwise that of everyday cases."""
    campaign = find(opens.campaign) if opens.campaign else None
    if campaign is None or day.year not in campaign.years or problem_of_kind(campaign, opens.kind):
        return daily(day)
    return daily(day) if problem_of_scope(campaign, division) else campaign.id
