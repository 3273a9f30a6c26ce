"""Reads an old ledger: good rows are kept as cases, each bad cell is named by sheet, row, column and rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.ledger.form import LedgerForm
from cli.ledger.old_case import case_of, field_of
from cli.sheet.file.given import Given, given
from cli.sheet.place import Gazetteer
from cli.sheet.reading import Known
from cli.sheet.table import read
from cli.sheet.taken import CellProblem, Reading, Record, Taken
from contracts.cases import OldCase
from contracts.language.division import Division


@dataclass(slots=True)
class Read:
    """The good rows of each sheet under the numbers that Excel gives them, and what is wrong with the others."""

    taken: Taken
    rows: list[tuple[int, OldCase]] = field(default_factory=list)
    _records: dict[str, Record] = field(default_factory=dict)

    @property
    def refused(self) -> list[CellProblem]:
        return self.taken.refused

    @property
    def readings(self) -> list[Reading]:
        return self.taken.readings

    @property
    def told(self) -> list[str]:
        return self.taken.told

    def take(self, record: Record, case: OldCase) -> None:
        self.rows.append((record.row, case))
        self._records[case.number] = record

    def refuse_case(self, number: str, name: str, rule: str) -> None:
        """Name the cell of a field, of OldCase's `unit.id` too, for what cases refuses of a row that was taken."""
        self.taken.refuse(self._records[number], field_of(name), rule)


def read_ledger(file: Path, form: LedgerForm, names: Mapping[Division, str]) -> Read:
    """Read an old ledger; `names` are those of the divisions that exist. Raises SheetUnreadable."""
    return read_given(given(file), form, Known(Gazetteer(names)))


def read_given(sheets: Given, form: LedgerForm, known: Known) -> Read:
    """Raises SheetUnreadable."""
    taken = read(sheets, form.layout(), known)
    found = Read(taken)
    for record in taken.records:
        case = case_of(record, taken, known)
        if case is not None:
            found.take(record, case)
    return found
