"""How a target may stand in the plan, and change."""

from __future__ import annotations

from contracts.language.rules import Wrong, broken
from contracts.targets import Amounts, Target, TargetKind, TargetProgress, TargetUnit

COUNTING = (TargetKind.QUANTITY, TargetKind.COUNT)
COUNTED_IN = (TargetUnit.PIECES, TargetUnit.MU)
"""Trees, or the ground of plots."""


def problems_of(target: Target, before: TargetProgress | None, parent: Target | None) -> list[Wrong]:
    """What forbids putting the target into the plan, `before` being what stands under its id (DOMAIN §6)."""
    found: list[Wrong] = []
    if target.due_on is not None and not target.in_force.first <= target.due_on <= target.in_force.last:
        found.append(Wrong(field="target.due_on", rule=broken("target_day")))
    if target.counts is not None and (target.kind not in COUNTING or target.unit not in COUNTED_IN):
        units = ", ".join(COUNTED_IN)
        found.append(Wrong(field="target.counts", rule=broken("target_counts_in", units=units)))
    if target.parent_id is not None:
        if parent is None or target.parent_id == target.id:
            found.append(Wrong(field="target.parent_id", rule=broken("target_parent")))
        elif (parent.year, parent.unit) != (target.year, target.unit):
            found.append(Wrong(field="target.parent_id", rule=broken("target_parent_alike")))
    if before is not None and before.total != Amounts():
        for field in ("year", "kind", "unit", "division", "counts"):
            if getattr(before.target, field) != getattr(target, field):
                found.append(Wrong(field=f"target.{field}", rule=broken("target_fixed")))
    return found
