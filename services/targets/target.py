"""How a target may stand in the plan, and change."""

from __future__ import annotations

from contracts.commands import TargetProgress
from contracts.intake import Problem
from contracts.targets import Amounts, Target


def problems_of(target: Target, before: TargetProgress | None, parent: Target | None) -> list[Problem]:
    """What forbids putting the target into the plan, `before` being what stands under its id (DOMAIN §6)."""
    found: list[Problem] = []
    if target.due_on is not None and not target.in_force.first <= target.due_on <= target.in_force.last:
        found.append(Problem(field="target.due_on", rule="must be a day on which the target is in force"))
    if target.parent_id is not None:
        if parent is None or target.parent_id == target.id:
            found.append(Problem(field="target.parent_id", rule="must be another target of the plan"))
        elif (parent.year, parent.unit) != (target.year, target.unit):
            found.append(Problem(field="target.parent_id", rule="must be a target of the same year and unit"))
    if before is not None and before.total != Amounts():
        for field in ("year", "kind", "unit", "division"):
            if getattr(before.target, field) != getattr(target, field):
                found.append(Problem(field=f"target.{field}", rule="stays as it is once progress has been counted"))
    return found
