"""What was read of an old ledger: cases, and each row that could not be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name

from contracts.cases import LawSide, Measured, OldCase

MEASURED, LAW = tuple(Measured.model_fields), tuple(LawSide.model_fields)
Places = Mapping[str, tuple[tuple[int, str], ...]]
"""Where each field stands: column and heading, several for a division that is spread over columns."""


class LedgerUnreadable(ValueError):
    """A file that is no ledger of its source at all; the message says why, `missing` which headings it lacks."""

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A cell that was not taken: the row as Excel counts it, the column's letter and heading, the rule.

    `sheet` is named where several are read.
    """

    row: int
    column: str
    rule: str
    sheet: str | None = None


@dataclass(slots=True)
class Read:
    """The good rows of each sheet under the numbers that Excel gives them, and what is wrong with the others.

    `told` is what a person should know of how the workbook was read.
    """

    rows: list[tuple[int, OldCase]] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    _stands: dict[str, tuple[int, str | None, Places]] = field(default_factory=dict)

    def took(self, at: int, case: OldCase, sheet: str | None, places: Places) -> None:
        self.rows.append((at, case))
        self._stands[case.number] = (at, sheet, places)

    def refuse(self, row: int, name: str, rule: str, sheet: str | None, places: Places) -> None:
        self.refused.append(RowProblem(row, column_of(name, places), rule, sheet))

    def refuse_case(self, number: str, name: str, rule: str) -> None:
        """Name the cell of a field, of OldCase's `unit.id` too, for what cases refuses of a row that was taken."""
        row, sheet, places = self._stands[number]
        self.refuse(row, name, rule, sheet, places)


def column_of(name: str, places: Places) -> str:
    inside = {"unit": "unit_id", "unit.id": "unit_id", "unit.name": "unit_name", "occurred": "occurred_from"}
    spots = places.get(inside.get(name, name)) or places.get(name.partition(".")[0], ())
    return " ".join(f"{xl_col_to_name(at)} {heading}" for at, heading in spots) or name
