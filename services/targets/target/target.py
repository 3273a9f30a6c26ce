"""How a target may stand in the plan, and change."""

from __future__ import annotations

from contracts.language.rules import Wrong, broken
from contracts.targets import Amounts, Target, TargetProgress


def problems_of(target: Target, before: TargetProgress | None, parent: Target | None) -> list[Wrong]:
    """What forbids putting the target into the plan, `before` being what stands under its id (DOMAIN §6)."""
    found: list[Wrong] = []
    if target.due_on is not None and not target.in_force.first <= target.due_on <= target.in_force.last:
        found.append(Wrong(field="target.due_on", rule=broken("target_day")))
    if target.parent_id is not None:
        if parent is None or target.parent_id == target.id:
            found.append(Wrong(field="target.parent_id", rule=broken("target_parent")))
        elif (parent.year, parent.unit) != (target.year, target.unit):
            found.append(Wrong(field="target.parent_id", rule=broken("target_parent_alike")))
    if before is not None and before.total != Amounts():
        for field in ("year", "kind", "unit", "division"):
            if getattr(before.target, field) != getattr(target, field):
                found.append(Wrong(field=f"target.{field}", rule=broken("target_fixed")))
    return found
