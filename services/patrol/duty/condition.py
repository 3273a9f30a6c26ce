"""What calls for more than the calendar does, where and when it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.language.division import Division
from contracts.patrol import Condition, ConditionKind


def holding(conditions: Iterable[Condition], division: Division, day: date) -> list[Condition]:
    """Those that hold on a day in a division: of itself, or of one around it."""
    return [one for one in conditions if one.first <= day <= one.last and one.division.contains(division)]


def is_banned(conditions: Iterable[Condition], division: Division, day: date) -> bool:
    """Whether fire is banned there on that day."""
    return any(one.kind is ConditionKind.BAN for one in holding(conditions, division, day))
