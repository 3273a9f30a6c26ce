"""What was read of a file: its rows, each cell that could not be taken, what was read otherwise than written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from cli.sheet.file.worksheet import Cell

Places = Mapping[str, tuple[tuple[int, str], ...]]
"""Where each field stands: column and heading, several for a division that is spread over columns."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that was not taken: the row as Excel counts it, the column's letter and heading, the rule."""

    row: int
    column: str
    rule: str
    sheet: str

    @property
    def cell(self) -> str:
        """`图斑台账!H6`; of several columns the first."""
        letter, _, heading = self.column.partition(" ")
        return f"{self.sheet}!{letter if heading else ''}{self.row}"

    def said(self, file: Path) -> str:
        return f"{file.name}: {self.cell}: {self.column.partition(' ')[2] or self.column}: {self.rule}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell that was read otherwise than it is written: what it says, and as what it was taken."""

    cell: str
    column: str
    written: str
    read_as: str


@dataclass(slots=True)
class Record:
    """A row by its fields; `problems` has one rule for each that is wrong, and what is blank stands nowhere."""

    sheet: str
    row: int
    places: Places
    stated: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, list[Cell | None]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """The rows of a file. `told` is what a person should know of how it was read."""

    records: list[Record] = field(default_factory=list)
    refused: list[CellProblem] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def good(self) -> list[Record]:
        return [record for record in self.records if not record.problems]

    @property
    def rows_refused(self) -> int:
        return len({(one.sheet, one.row) for one in self.refused})

    def refuse(self, record: Record, name: str, rule: str) -> None:
        """Name the cell of a field that was not taken; its row is none of the good ones any more."""
        record.problems.setdefault(name, rule)
        problem = CellProblem(record.row, column_of(name, record.places), rule, record.sheet)
        if problem not in self.refused:
            self.refused.append(problem)

    def read_as(self, record: Record, name: str, written: str, read_as: str) -> None:
        """Show what a cell was taken for."""
        column = column_of(name, record.places)
        cell = CellProblem(record.row, column, "", record.sheet).cell
        self.readings.append(Reading(cell, column, written, read_as))


def column_of(name: str, places: Places) -> str:
    """`H 核实日期`, and `A 县 B 乡` for what is spread; a field that stands nowhere is named itself."""
    return " ".join(f"{xl_col_to_name(at)} {heading}" for at, heading in places.get(name, ())) or name


def ranges(rows: list[int]) -> str:
    """`4-6、9`."""
    found: list[list[int]] = []
    for row in sorted(rows):
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return "、".join(str(first) if first == last else f"{first}-{last}" for first, last in found)
