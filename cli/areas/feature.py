"""What a file of a map holds, whatever its format: features with columns and rings, as they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Ring: TypeAlias = list[tuple[float, float]]
Polygons: TypeAlias = list[list[Ring]]
"""Polygons of rings of positions, the first ring outside; nothing about them is known to be right."""


class NotReadable(Exception):
    """A part of a feature is not as it must be: which, and the rule."""

    def __init__(self, where: str, rule: str) -> None:
        super().__init__(where, rule)
        self.where, self.rule = where, rule


@dataclass(slots=True)
class Feature:
    """One row of a map; `wrong` has what could not be read of it, `had_altitude` that positions had a third number."""

    row: int
    columns: Mapping[str, Any]
    polygons: Polygons = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    had_altitude: bool = False


@dataclass(frozen=True, slots=True)
class MapFile:
    """`system` is the coordinate system that the file itself states: a code or WKT; None where it states none.

    `by_standard` says that the format has one that holds where none is stated.
    """

    features: Sequence[Feature]
    system: str | None
    by_standard: bool = False
    told: tuple[str, ...] = ()
