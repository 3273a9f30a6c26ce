"""Rules that differ from place to place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from contracts.language.division import UNKNOWN, Division
from contracts.language.rules import custom


class Placed(Protocol):
    """A rule of a division and of all below it, unless one below has its own."""

    @property
    def division(self) -> Division: ...


PlacedT = TypeVar("PlacedT", bound=Placed)


def nearest(stated: Iterable[PlacedT], division: Division) -> PlacedT | None:
    """That of the smallest division that has one; None where none of them holds the place."""
    holding = (one for one in stated if one.division.contains(division))
    return max(holding, key=lambda one: len(one.division.significant), default=None)


def require_everywhere(stated: Iterable[Placed]) -> None:
    """Raises unless just one of them is for every place that has none of its own."""
    if sum(one.division == UNKNOWN for one in stated) != 1:
        raise custom("one_for_everywhere", division=UNKNOWN)
