"""The days on which divisions are in force, and what became of those that are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from contracts.language.rules import Rule, broken
from contracts.language.values import AreaKind
from contracts.roster import Area, NamedDivision


def named(area: Area) -> NamedDivision:
    """A division as it is told to those who need no boundary."""
    return NamedDivision(
        id=area.id,
        code=area.division,
        name=area.name,
        in_force_from=area.in_force_from,
        ended_on=area.ended_on,
        became=area.became,
    )


def problems_of_days(area: Area, standing: Mapping[str, Area]) -> Iterator[tuple[str, Rule]]:
    """What of an area's days cannot be, beside its division, its parent, and others of the same code."""
    of_code = [one for one in standing.values() if one.kind is AreaKind.DIVISION and one.division == area.division]
    if area.kind is AreaKind.DIVISION:
        for other in sorted(of_code, key=lambda one: one.id):
            if other.id != area.id and _last(other) >= area.in_force_from and _last(area) >= other.in_force_from:
                yield "in_force_from", broken("division_in_force", division=area.division, area=other.id)
    elif of_code and (rule := revoked(of_code, _last(area))) and area.parent_id not in {one.id for one in of_code}:
        yield "division", rule
    if area.became and (area.kind is not AreaKind.DIVISION or area.ended_on is None):
        yield "became", broken("became_of_ended")
    if area.division in area.became:
        yield "became", broken("became_another")
    parent = standing.get(area.parent_id or "")
    if parent is not None and _last(parent) < _last(area):
        yield "ended_on", broken("parent_ended", area=parent.id, last=_last(parent))


def outlives(child: Area, parent: Area) -> bool:
    return _last(parent) < _last(child)


def revoked(of_code: Iterable[Area], day: date) -> Rule | None:
    """The rule that the divisions of one code break, all of which have ended before a day; None where one has not."""
    last = max(of_code, key=_last)
    if last.ended_on is None or last.ended_on >= day:
        return None
    became = "、".join(last.became)
    code = "division_became" if became else "division_revoked"
    return broken(code, division=last.division, name=last.name, last=last.ended_on, became=became)


def _last(area: Area) -> date:
    return area.ended_on or date.max
