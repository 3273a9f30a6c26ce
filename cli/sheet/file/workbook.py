"""Reads the sheets of an Excel workbook: cells as they are, their errors, what is merged and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cli.sheet.file.workbook_parts import Parts, opened
from cli.sheet.file.workbook_shared import Book, CellText, DayStyles, day_styles, shared_texts
from cli.sheet.file.worksheet import MOST_CELLS, SINCE_1900, SINCE_1904, Cell, Trouble, Worksheet

MOST_MERGED = 100_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_EXACT_BELOW = 1e15
"""Excel keeps fifteen digits of a number; a longer one has lost its end."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def sheets_of(file: Path) -> list[Worksheet]:
    """Every sheet of a workbook, as they stand in it. Raises WorkbookRefused."""
    parts = opened(file)
    book = Book(parts)
    days = day_styles(parts, book.path("styles"))
    texts = shared_texts(parts, book.path("sharedStrings"))
    left = MOST_CELLS
    found = []
    for name, hidden, path in book.sheets():
        sheet = Worksheet(name, hidden, day_none=SINCE_1904 if book.since_1904 else SINCE_1900)
        reader = _SheetReader(parts, sheet, days, texts, left)
        parts.parse(path, reader.start, reader.end, reader.text)
        left = reader.left
        found.append(reader.sheet)
    if not found:
        raise parts.refused("sheet.not_excel")
    return found


class _SheetReader:
    """Builds a sheet out of its elements."""

    def __init__(self, parts: Parts, sheet: Worksheet, days: DayStyles, texts: list[str], left: int) -> None:
        self.sheet, self.left = sheet, left
        self._parts, self._days, self._texts = parts, days, texts
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
                    raise self._parts.refused("sheet.monstrous")
            case "col" if attributes.get("hidden") in ("1", "true"):
                first = self._number(attributes.get("min"), 0, LAST_COLUMN)
                self.sheet.hidden_columns.update(range(first - 1, self._number(attributes.get("max"), 0, LAST_COLUMN)))
        self._text.start(tag)

    def end(self, tag: str) -> None:
        self._text.end(tag)
        if tag == "c" and (value := self._value(self._text.said())) is not None:
            self.left -= 1
            if self.left < 0:
                raise self._parts.refused("sheet.too_many_cells", most=MOST_CELLS)
            self.sheet.rows.setdefault(self._row, {})[self._column] = value

    def _value(self, said: str) -> Cell | None:
        if self._kind == "e":
            return Trouble("sheet.error_cell", said)
        if said == "":
            return Trouble("sheet.uncached") if self._has_formula and self._kind != "str" else None
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
            raise self._parts.refused("sheet.damaged", part=self.sheet.name)
        return self._texts[at] or None

    def _numeric(self, said: str) -> Cell:
        try:
            number = float(said)
        except ValueError:
            return said
        style = int(self._style) if self._style.isdigit() and len(self._style) < 9 else -1
        if style in self._days.shown:
            return self._day(number, style in self._days.by_month)
        return number if abs(number) < _EXACT_BELOW else Trouble("sheet.digits_lost", said)

    def _day(self, number: float, by_month: bool) -> Cell:
        """The day that a number stands for; Excel's first sixty count a 29 February 1900 that never was.

        A month that somebody has typed is kept as its first day and shown without one.
        """
        if not 61 <= number < 2_958_466:
            return number
        at = self.sheet.day_none + timedelta(days=int(number), seconds=round((number - int(number)) * 86_400))
        if by_month and at.day == 1:
            return Trouble("sheet.only_a_month", f"{at:%Y-%m}")
        return at.date() if (at.hour, at.minute, at.second) == (0, 0, 0) else at

    def _number(self, said: str | None, otherwise: int, most: int) -> int:
        number = otherwise if said is None else int(said) if said.isdigit() and len(said) < 9 else most + 1
        if number > most:
            raise self._parts.refused("sheet.bad_reference", cell=(said or "")[:20])
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
            raise self._parts.refused("sheet.bad_reference", cell=reference[:20])
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
