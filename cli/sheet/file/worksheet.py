"""A sheet as it was given: what each cell says, what is merged and what is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import typer

MOST_CELLS = 500_000
"""Cells with something in them, of all sheets together."""
SINCE_1900, SINCE_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
"""The day that Excel counts as none, in its two ways of counting days."""


class SheetUnreadable(typer.BadParameter):
    """A file that has no such table at all; the message says why, `missing` which headings it lacks."""

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that shows something else than it says, or nothing that can be relied on; `key` names the text of it."""

    key: str
    shows: str = ""


Cell = str | float | bool | date | Trouble


@dataclass(slots=True)
class Worksheet:
    """A sheet, its rows counted from 1 and its columns from 0; `hidden` while no tab shows it.

    `merged` has the first row and column of each range and its last ones; `filled_down` are the cells of a column that
    one value was merged over.
    """

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    day_none: datetime = SINCE_1900
    filled_down: set[tuple[int, int]] = field(default_factory=set)

    def spread_merged(self, columns: Iterable[int]) -> bool:
        """Say what is merged downwards in every row; sideways it belongs to one column and is in doubt for the others.

        False where that would be more than a sheet may hold: ranges of a workbook that Excel wrote never overlap.
        """
        last, left, wanted = max(self.rows, default=0), MOST_CELLS, sorted(set(columns))
        for top, first, bottom, furthest in self.merged:
            value = self.rows.get(top, {}).get(first)
            inside = [column for column in wanted if first <= column <= furthest]
            if value is None or not inside:
                continue
            left -= (min(bottom, last) - top + 1) * len(inside)
            if left < 0:
                return False
            for row in range(top, min(bottom, last) + 1):
                for column in inside:
                    cell = value if column == first else Trouble("sheet.merged_across")
                    self.rows.setdefault(row, {})[column] = cell
                    if bottom > top:
                        self.filled_down.add((row, column))
        return True
