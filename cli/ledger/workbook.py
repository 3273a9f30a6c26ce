"""Reads the sheets of an Excel workbook: cells as they are, their errors, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from cli.ledger.workbook_parts import Parts, opened
from cli.ledger.workbook_shared import Book, CellText, day_styles, shared_texts

MOST_CELLS = 500_000
"""Cells with something in them, of all sheets together."""
MOST_MERGED = 100_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_EXACT_BELOW = 1e15
"""Excel keeps fifteen digits of a number; a longer one has lost its end."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell that shows something else than it says, or nothing that can be relied on; `key` names the text of it."""

    key: str
    shows: str = ""


Cell = str | float | bool | date | Trouble


@dataclass(slots=True)
class Worksheet:
    """A sheet, its rows counted from 1 and its columns from 0; `hidden` while no tab shows it."""

    name: str
    hidden: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

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
                    cell = value if column == first else Trouble("ledger.merged_across")
                    self.rows.setdefault(row, {})[column] = cell
        return True


def sheets_of(file: Path) -> list[Worksheet]:
    """Every sheet of a workbook, as they stand in it. Raises WorkbookRefused."""
    parts = opened(file)
    book = Book(parts)
    days = day_styles(parts, book.path("styles"))
    texts = shared_texts(parts, book.path("sharedStrings"))
    left = MOST_CELLS
    found = []
    for name, hidden, path in book.sheets():
        reader = _SheetReader(parts, Worksheet(name, hidden), days, texts, book.since_1904, left)
        parts.parse(path, reader.start, reader.end, reader.text)
        left = reader.left
        found.append(reader.sheet)
    if not found:
        raise parts.refused("ledger.not_excel")
    return found


class _SheetReader:
    """Builds a sheet out of its elements."""

    def __init__(
        self, parts: Parts, sheet: Worksheet, days: frozenset[int], texts: list[str], since_1904: bool, left: int
    ) -> None:
        self.sheet, self.left = sheet, left
        self._parts, self._days, self._texts = parts, days, texts
        self._first_day = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
        self._row = self._column = 0
        self._kind, self._style = "n", "0"
        self._has_formula = False
        self._text = CellText(parts)
        self.text = self._text.take

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        match tag:
            case "row":
                self._row = self._number(attributes.get("r"), self._row + 1, LAST_ROW)
                self._column = -1
                if attributes.get("hidden") in ("1", "true"):
                    self.sheet.hidden_rows.add(self._row)
            case "c":
                self._column = self._column_of(attributes.get("r"))
                self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
                self._has_formula = False
                self._text.clear()
            case "f":
                self._has_formula = True
            case "mergeCell":
                self.sheet.merged.append(self._range(attributes.get("ref", "")))
                if len(self.sheet.merged) > MOST_MERGED:
                    raise self._parts.refused("ledger.monstrous")
            case "col" if attributes.get("hidden") in ("1", "true"):
                first = self._number(attributes.get("min"), 0, LAST_COLUMN)
                self.sheet.hidden_columns.update(range(first - 1, self._number(attributes.get("max"), 0, LAST_COLUMN)))
        self._text.start(tag)

    def end(self, tag: str) -> None:
        self._text.end(tag)
        if tag == "c" and (value := self._value(self._text.said())) is not None:
            self.left -= 1
            if self.left < 0:
                raise self._parts.refused("ledger.too_many_cells", most=MOST_CELLS)
            self.sheet.rows.setdefault(self._row, {})[self._column] = value

    def _value(self, said: str) -> Cell | None:
        if self._kind == "e":
            return Trouble("ledger.error_cell", said)
        if said == "":
            return Trouble("ledger.uncached") if self._has_formula and self._kind != "str" else None
        match self._kind:
            case "s":
                return self._shared(said)
            case "inlineStr" | "str":
                return said
            case "b":
                return said == "1"
            case "d":
                return _iso(said)
        return self._numeric(said)

    def _shared(self, said: str) -> Cell | None:
        at = self._number(said, 0, len(self._texts) - 1) if said.isdigit() else -1
        if at < 0:
            raise self._parts.refused("ledger.damaged", part=self.sheet.name)
        return self._texts[at] or None

    def _numeric(self, said: str) -> Cell:
        try:
            number = float(said)
        except ValueError:
            return said
        if self._style.isdigit() and len(self._style) < 9 and int(self._style) in self._days:
            return self._day(number)
        return number if abs(number) < _EXACT_BELOW else Trouble("ledger.digits_lost", said)

    def _day(self, number: float) -> Cell:
        """The day that a number stands for; Excel's first sixty count a 29 February 1900 that never was."""
        if not 61 <= number < 2_958_466:
            return number
        at = self._first_day + timedelta(days=int(number), seconds=round((number - int(number)) * 86_400))
        return at.date() if (at.hour, at.minute, at.second) == (0, 0, 0) else at

    def _number(self, said: str | None, otherwise: int, most: int) -> int:
        number = otherwise if said is None else int(said) if said.isdigit() and len(said) < 9 else most + 1
        if number > most:
            raise self._parts.refused("ledger.bad_reference", cell=(said or "")[:20])
        return number

    def _column_of(self, reference: str | None) -> int:
        if reference is None:
            return self._column + 1
        row, column = self._place(reference)
        self._row = row
        return column

    def _place(self, reference: str) -> tuple[int, int]:
        found = _REFERENCE.fullmatch(reference) if len(reference) <= 10 else None
        column = 0
        for letter in found[1] if found else "":
            column = column * 26 + ord(letter) - ord("A") + 1
        if found is None or column > LAST_COLUMN or int(found[2]) > LAST_ROW:
            raise self._parts.refused("ledger.bad_reference", cell=reference[:20])
        return int(found[2]), column - 1

    def _range(self, reference: str) -> tuple[int, int, int, int]:
        first, _, last = reference.partition(":")
        return (*self._place(first), *self._place(last or first))


def _iso(said: str) -> Cell:
    try:
        at = datetime.fromisoformat(said.removesuffix("Z"))
    except ValueError:
        return said
    return at.date() if (at.hour, at.minute, at.second) == (0, 0, 0) else at
