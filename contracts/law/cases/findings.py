"""Which findings in roster's registers open a case, of which kind, in which campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from contracts.cases import CaseKind
from contracts.language.values import Token, known
from contracts.law.versions import Rules
from contracts.patrol import Severity
from contracts.roster import FindingRule, FindingState


class FindingOpens(BaseModel):
    """The case that a finding opens once it is in one of these states."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[CaseKind, known(CaseKind)]
    severity: Annotated[Severity, known(Severity)]
    campaign: Token | None = None
    states: tuple[Annotated[FindingState, known(FindingState)], ...]


class FindingRules(Rules):
    """Findings by their rule (DOMAIN §3)."""

    opens: Mapping[Annotated[FindingRule, known(FindingRule)], FindingOpens]
