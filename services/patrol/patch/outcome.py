"""What a patch has come to by what became of its case, and the shares of it (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.cases import CaseClosed, CaseDismissed, CaseFact, CaseReopened, CaseVoided, Route
from contracts.language.division import Division
from contracts.patrol import PatchesShown, PatchOutcome, PatchShare

SETTLED = (PatchOutcome.CASE, PatchOutcome.NO_VIOLATION)
"""What shares are of: what is open or was a mistake says nothing yet."""


def outcome_of(fact: CaseFact) -> tuple[PatchOutcome, str | None]:
    """What a patch comes to by a fact about its case, and the reason given."""
    if isinstance(fact, CaseDismissed):
        return PatchOutcome.NO_VIOLATION, fact.reason
    if isinstance(fact, CaseClosed) and fact.case.route is Route.NO_VIOLATION:
        return PatchOutcome.NO_VIOLATION, fact.case.measures
    if isinstance(fact, CaseReopened):
        return PatchOutcome.OPEN, fact.reason
    if isinstance(fact, CaseVoided):
        return PatchOutcome.VOIDED, fact.reason
    return PatchOutcome.CASE, None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many patches of a division have one outcome, and their ground."""

    division: Division
    outcome: PatchOutcome
    patches: int
    area_ha: Decimal


def shown(division: Division, counted: Iterable[Counted]) -> PatchesShown:
    """The whole of a division, and each part of the level below it."""
    rows = list(counted)
    parts: dict[Division, list[Counted]] = {}
    for one in rows:
        if (part := division.part_with(one.division)) is not None:
            parts.setdefault(part, []).append(one)
    return PatchesShown(
        whole=_share(division, rows),
        parts=tuple(_share(part, parts[part]) for part in sorted(parts)),
    )


def _share(division: Division, rows: Iterable[Counted]) -> PatchShare:
    patches = {one.value: 0 for one in PatchOutcome if one is not PatchOutcome.OTHER}
    area_ha = dict.fromkeys(patches, Decimal(0))
    for one in rows:
        patches[one.outcome] += one.patches
        area_ha[one.outcome] += one.area_ha
    settled = sum(patches[one] for one in SETTLED)
    return PatchShare(
        division=division,
        patches=patches,
        area_ha=area_ha,
        case_share=_part(patches, PatchOutcome.CASE, settled),
        no_violation_share=_part(patches, PatchOutcome.NO_VIOLATION, settled),
    )


def _part(patches: Mapping[str, int], outcome: PatchOutcome, settled: int) -> float | None:
    return patches[outcome] / settled if settled else None
