"""The ledger as an Excel file in the office's column order: the balance first, then the cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from cli.ledger import document as ledger_document
from cli.ledger.document import Cell
from contracts.cases import Case, Sheet, Vocabulary
from contracts.language.values import SHANGHAI

BALANCE, LEDGER = "平衡表", "台账"


def write_ledger(
    file: Path, sheet: Sheet, cases: Sequence[Case], vocabulary: Vocabulary = ledger_document.NOTHING_NAMED
) -> None:
    """Write a sheet and its cases; what people typed stays text, even where it looks like a formula."""
    with xlsxwriter.Workbook(file) as book:
        book.set_properties(
            {"title": "林长制问题台账", "created": sheet.cutoff.astimezone(SHANGHAI).replace(tzinfo=None)}
        )
        _write_balance(_Paper(book, BALANCE, (24, 16, 60)), sheet, vocabulary)
        order = ledger_document.columns()
        paper = _Paper(book, LEDGER, [column["width"] for column in order])
        paper.heading(*(column["zh"] for column in order))
        for line in ledger_document.lines(cases, order, vocabulary):
            paper.line(*line)
        paper.sheet.freeze_panes(1, 2)
        paper.sheet.autofilter(0, 0, max(1, len(cases)), len(order) - 1)
        paper.sheet.set_landscape()
        paper.sheet.repeat_rows(0)


def _write_balance(paper: _Paper, sheet: Sheet, vocabulary: Vocabulary) -> None:
    words = ledger_document.words()
    cutoff = sheet.cutoff.astimezone(SHANGHAI)
    paper.heading("林长制问题台账平衡表")
    paper.line("范围", None, ledger_document.scope(sheet, vocabulary))
    paper.line("期间", None, f"{sheet.after} 之后至 {sheet.to}")
    paper.line("截至", None, f"{cutoff:%Y-%m-%d %H:%M} 所知")
    paper.gap()
    paper.heading("项目", "件数", "算式")
    terms = ledger_document.equation(sheet)
    written = " ".join(f"{sign} {count}".strip() for sign, _, count in terms)
    for at, (sign, name, count) in enumerate(terms):
        paper.line(f"{sign} {name}".strip(), count, written if at == len(terms) - 1 else None)
    for title, counts, of in (
        ("反弹原因", sheet.relapsed_by_reason, words["reason"]),
        ("销号途径", sheet.closed_by_route, words["route"]),
    ):
        paper.gap()
        paper.heading(title, "件数")
        for name, count in counts.items():
            paper.line(of.get(name, name), count)
    paper.gap()
    paper.heading("整改率与目标", "数值")
    for name, value in ledger_document.share(sheet):
        # A source is a sentence: it stands where there is room.
        paper.line(name, *((None, value) if name == "目标来源" else (value,)))


class _Paper:
    """A worksheet that is written line by line."""

    def __init__(self, book: Any, name: str, widths: Iterable[float]) -> None:
        self.sheet = book.add_worksheet(name)
        self._row = 0
        self._bold = book.add_format({"bold": True, "border": 1, "bg_color": "#E2EFDA", "text_wrap": True})
        self._plain = book.add_format({"border": 1, "valign": "top", "text_wrap": True})
        self._day = book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"})
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width)

    def heading(self, *cells: Cell) -> None:
        self._write(cells, self._bold)

    def line(self, *cells: Cell) -> None:
        self._write(cells, self._plain)

    def gap(self) -> None:
        self._row += 1

    def _write(self, cells: Iterable[Cell], style: Any) -> None:
        for at, cell in enumerate(cells):
            if isinstance(cell, date):
                self.sheet.write_datetime(self._row, at, cell, self._day)
            elif isinstance(cell, int | float):
                self.sheet.write_number(self._row, at, cell, style)
            elif cell is not None:
                # write_string, never write: a text that begins with = must not become a formula.
                self.sheet.write_string(self._row, at, cell, style)
            else:
                self.sheet.write_blank(self._row, at, None, style)
        self._row += 1
