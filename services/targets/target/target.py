"""How a target may stand in the plan, be broken down, and change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.language.rules import Wrong, broken
from contracts.targets import Amounts, Target, TargetKind, TargetProgress, TargetUnit

SUMMED = (TargetKind.QUANTITY, TargetKind.COUNT, TargetKind.MILESTONE, TargetKind.CEILING)
"""Kinds whose parts add up to the whole; of a ratio each part has its own to reach."""

LARGEST = Decimal("1e16")
"""The sums travel with at most twenty digits, four of them after the point."""
COUNTING = (TargetKind.QUANTITY, TargetKind.COUNT)
COUNTED_IN = (TargetUnit.PIECES, TargetUnit.MU)
"""Trees, or the ground of plots."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a target: what it is a part of, the other parts of that, its own parts, and all above it."""

    parent: Target | None = None
    siblings: Collection[Target] = ()
    parts: Collection[Target] = ()
    above: Collection[str] = ()


def around(target: Target, found: Collection[TargetProgress]) -> Around:
    """What stands around a target among those found: all above it, the parts of that and its own."""
    by_id = {one.target.id: one.target for one in found}
    above: list[str] = []
    at = target.parent_id
    while at is not None and at not in above:
        above.append(at)
        at = by_id[at].parent_id if at in by_id else None
    return Around(
        by_id.get(target.parent_id or ""),
        [one for one in by_id.values() if one.parent_id is not None and one.parent_id == target.parent_id],
        [one for one in by_id.values() if one.parent_id == target.id],
        above,
    )


def allocated(parts: Iterable[Target]) -> Decimal:
    return sum((one.amount for one in parts if one.amount is not None), Decimal(0))


def figure(amount: Decimal) -> str:
    """As people write it: no zeros at its end."""
    return f"{amount.normalize():f}"


def unallocated(target: Target, parts: Iterable[Target]) -> Decimal | None:
    """What is left of a target once its parts have theirs; None where nothing is shared out."""
    if target.amount is None or target.kind not in SUMMED:
        return None
    return target.amount - allocated(parts)


def problems_of(target: Target, before: TargetProgress | None, around: Around) -> list[Wrong]:
    """What forbids putting the target into the plan, `before` being what stands under its id (DOMAIN §6)."""
    found: list[Wrong] = []
    if target.due_on is not None and not target.in_force.first <= target.due_on <= target.in_force.last:
        found.append(Wrong(field="target.due_on", rule=broken("target_day")))
    if target.counts is not None and (target.kind not in COUNTING or target.unit not in COUNTED_IN):
        units = ", ".join(COUNTED_IN)
        found.append(Wrong(field="target.counts", rule=broken("target_counts_in", units=units)))
    if target.parent_id is not None:
        found += _of_parent(target, around)
    if before is not None and before.total != Amounts():
        for field in ("year", "kind", "unit", "division", "parent_id", "counts"):
            if getattr(before.target, field) != getattr(target, field):
                found.append(Wrong(field=f"target.{field}", rule=broken("target_fixed")))
    for field in _of_quota(target, before.target) if before is not None else ():
        found.append(Wrong(field=f"target.{field}", rule=broken("quota_not_moved")))
    if any(_unlike(target, part) for part in around.parts):
        found.append(Wrong(field="target.id", rule=broken("target_parts_alike")))
    if (left := unallocated(target, around.parts)) is not None and left < 0:
        found.append(
            Wrong(field="target.amount", rule=broken("below_its_parts", parts=figure(allocated(around.parts))))
        )
    return found


def problems_of_sums(
    target: Target, before: TargetProgress | None, trees: Mapping[str, tuple[str, Amounts]]
) -> list[Wrong]:
    """A tree that comes under another one must leave a sum that travels; `trees` are the top of each, and its sums."""
    own, above = trees.get(target.id), trees.get(target.parent_id or "")
    if own is None or above is None or (before is not None and before.target.parent_id is not None):
        return []
    (top, reached), (other, more) = own, above
    if top == other or all(amount + getattr(more, name) < LARGEST for name, amount in reached):
        return []
    return [Wrong(field="target.parent_id", rule=broken("sum_too_large"))]


def _of_quota(target: Target, before: Target) -> Iterator[str]:
    """The fields by which a quota would be taken from a unit."""
    if before.kind is TargetKind.CEILING and before.parent_id is not None and before.amount is not None:
        if target.amount is None or target.amount < before.amount:
            yield "amount"
        for field in ("parent_id", "kind"):
            if getattr(target, field) != getattr(before, field):
                yield field


def _of_parent(target: Target, around: Around) -> list[Wrong]:
    parent = around.parent
    if parent is None or target.id in around.above:
        return [Wrong(field="target.parent_id", rule=broken("target_parent"))]
    if _unlike(target, parent):
        return [Wrong(field="target.parent_id", rule=broken("target_parent_alike"))]
    others = [one for one in around.siblings if one.id != target.id]
    if (left := unallocated(parent, (*others, target))) is not None and left < 0:
        rule = broken("over_allocated", target=parent.id, over=figure(-left))
        return [Wrong(field="target.amount", rule=rule)]
    if twice := next((one for one in others if _counts_with(target, one)), None):
        return [Wrong(field="target.counts", rule=broken("counted_by_another", target=twice.id))]
    return []


def _counts_with(one: Target, other: Target) -> bool:
    """Whether two parts would both count what lies in one of them."""
    nested = one.division.contains(other.division) or other.division.contains(one.division)
    return one.counts is not None and one.counts == other.counts and nested


def _unlike(one: Target, other: Target) -> bool:
    return (one.year, one.unit) != (other.year, other.unit)
