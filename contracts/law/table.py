"""Every law that offices edit: its name, which is that of its service and its own, and its shape."""

from __future__ import annotations

from contracts.evidence.rules import EvidenceRules
from contracts.law.cases.campaigns import CampaignRules
from contracts.law.cases.findings import FindingRules
from contracts.law.cases.ladder import Ladder
from contracts.law.cases.rules import CaseRules
from contracts.law.clearance import ClearanceRules
from contracts.law.duty import DutyRules
from contracts.law.grids import GridRules
from contracts.law.near import NearRules
from contracts.law.outreach import OutreachRules
from contracts.law.passerby import PasserbyRules
from contracts.law.registers import BoardRules, BreederRules, OfficeRules, OldTreeRules, RangerRules
from contracts.law.severity import SeverityRules
from contracts.law.timeliness import TimelinessRules
from contracts.law.track import FilterRules
from contracts.law.verdict import VerdictRules
from contracts.law.versions import Rules
from contracts.notify.telling import TellingRules

LAWS: dict[str, type[Rules]] = {
    "roster.old_trees": OldTreeRules,
    "roster.rangers": RangerRules,
    "roster.boards": BoardRules,
    "roster.breeders": BreederRules,
    "roster.offices": OfficeRules,
    "roster.grids": GridRules,
    "patrol.filter": FilterRules,
    "patrol.near": NearRules,
    "patrol.duty": DutyRules,
    "patrol.severity": SeverityRules,
    "patrol.verdict": VerdictRules,
    "patrol.clearance": ClearanceRules,
    "patrol.outreach": OutreachRules,
    "patrol.passerby": PasserbyRules,
    "patrol.evidence": EvidenceRules,
    "patrol.timeliness": TimelinessRules,
    "cases.rules": CaseRules,
    "cases.campaigns": CampaignRules,
    "cases.ladder": Ladder,
    "cases.findings": FindingRules,
    "notify.telling": TellingRules,
}


def laws_of(service: str) -> dict[str, type[Rules]]:
    """The laws of one service."""
    return {name: shape for name, shape in LAWS.items() if name.startswith(f"{service}.")}
