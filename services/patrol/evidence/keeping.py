"""How long evidence is kept that nothing needs."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.evidence.rules import EvidenceRules
from contracts.language.values import SHANGHAI


def is_over(since: datetime, named: bool, now: datetime, rules: EvidenceRules) -> bool:
    """Whether the time is over in which evidence is kept that nothing has needed since; `named` by what is resolved."""
    if not named:
        return now >= since + timedelta(days=rules.unnamed_days)
    return now >= years_after(since, rules.resolved_years)


def years_after(at: datetime, years: int) -> datetime:
    """The same day of a later year in China; of 29 February, where that year has none, 1 March."""
    there = at.astimezone(SHANGHAI)
    try:
        return there.replace(year=there.year + years)
    except ValueError:
        return there.replace(year=there.year + years, month=3, day=1)
