"""How shares of a target may be allocated and moved (DOMAIN §6, Tree)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from contracts.language.rules import Rule, Wrong, broken
from contracts.targets import Allocate, Allocation, Moved, Target, TargetKind, TargetShare
from services.targets.target.target import allocated, figure, unallocated


def moves(wanted: Allocate, parts: Mapping[str, Target]) -> list[Moved]:
    """The shares that are otherwise than what stands, in the order stated."""
    found = [Moved(**dict(one), before=_stands(parts.get(one.id))) for one in wanted.shares]
    return [one for one in found if one.amount != one.before]


def after(target: Target, wanted: Allocate, parts: Mapping[str, Target], today: date) -> dict[str, Target]:
    """All parts of a target once the shares are allocated."""
    return {**parts, **{one.id: _part(target, wanted, one, parts.get(one.id), today) for one in wanted.shares}}


def _part(target: Target, wanted: Allocate, share: TargetShare, stands: Target | None, today: date) -> Target:
    if stands is not None:
        return stands.model_copy(update={"amount": share.amount})
    return target.model_copy(
        update={
            "id": share.id,
            "parent_id": target.id,
            "division": share.division,
            "entity": share.entity,
            "amount": share.amount,
            "source": wanted.paper or target.source,
            "ours": False,
            # What is counted is known by its place, not by who does it.
            "counts": None if share.entity else target.counts,
            "known_from": max(target.known_from, today),
        }
    )


def shown(target: Target, parts: Mapping[str, Target]) -> Allocation:
    shares = [
        TargetShare(id=one.id, division=one.division, entity=one.entity, amount=one.amount)
        for one in sorted(parts.values(), key=lambda one: one.id)
        if one.amount is not None
    ]
    left = unallocated(target, parts.values())
    return Allocation(target_id=target.id, amount=target.amount, shares=tuple(shares), unallocated=left)


def problems_of(
    target: Target, wanted: Allocate, found: Mapping[str, Target], parts: Mapping[str, Mapping[str, Target]]
) -> list[Wrong]:
    """What forbids it: `found` are the targets that stand under ids of shares, `parts` the parts of each target."""
    often = Counter(one.id for one in wanted.shares)
    wrong = [
        Wrong(field=f"shares.{at}.{field}", rule=rule)
        for at, one in enumerate(wanted.shares)
        for field, rule in _of_share(target, one, found.get(one.id), parts.get(one.id, {}), often[one.id])
    ]
    if wrong:
        return wrong
    own = parts.get(target.id, {})
    left = unallocated(target, after(target, wanted, own, target.known_from).values())
    if left is not None and left < 0:
        wrong.append(Wrong(field="shares", rule=broken("over_allocated", target=target.id, over=figure(-left))))
    if wanted.reason is None and any(one.before is not None for one in moves(wanted, own)):
        wrong.append(Wrong(field="reason", rule=broken("moved_for_a_reason")))
    return wrong


def _of_share(
    target: Target, share: TargetShare, stands: Target | None, parts: Mapping[str, Target], often: int
) -> Iterator[tuple[str, Rule]]:
    if often > 1:
        yield "id", broken("share_once")
    if stands is None:
        if share.id == target.id:
            yield "id", broken("share_of_other", target=target.id)
        if share.entity is None and not target.division.contains(share.division):
            yield "division", broken("share_within", division=target.division)
        return
    if stands.parent_id != target.id:
        yield "id", broken("share_of_other", target=target.id)
        return
    for field in ("division", "entity"):
        if getattr(stands, field) != getattr(share, field):
            yield field, broken("share_stays", stands=getattr(stands, field) or "-")
    before = _stands(stands)
    if target.kind is TargetKind.CEILING and before is not None and share.amount < before:
        yield "amount", broken("quota_not_moved")
    left = unallocated(stands.model_copy(update={"amount": share.amount}), parts.values())
    if left is not None and left < 0:
        yield "amount", broken("below_its_parts", parts=figure(allocated(parts.values())))


def _stands(part: Target | None) -> Decimal | None:
    return part.amount if part is not None else None
