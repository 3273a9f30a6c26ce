"""Reads a CSV file as one sheet: in which encoding it is kept, what parts its cells, and what Excel marks in them."""

from __future__ import annotations

import codecs
import csv
import re
from io import StringIO
from pathlib import Path

from cli.say import say
from cli.sheet.file.workbook_parts import MOST_TEXT, WorkbookRefused
from cli.sheet.file.worksheet import MOST_CELLS, Cell, Trouble, Worksheet

_MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_OTHERS = (b"PK", b"\xd0\xcf\x11\xe0", b"%PDF", b"<", b"{", b"[")
_BEGINNING = 64 * 1024
PARTING = ",\t;|"
_AS_TEXT = re.compile(r'="([^"]*)"')


def is_text(content: bytes) -> bool:
    """Whether a file is one of cells written as text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    beginning = content[:_BEGINNING].removeprefix(codecs.BOM_UTF8).lstrip()
    return bool(re.search(rb"[,;\t|]", beginning)) and b"\0" not in beginning and not beginning.startswith(_OTHERS)


def sheet_of(file: Path, content: bytes) -> tuple[Worksheet, str]:
    """The one sheet of a file, named after it, and the encoding that it was read in. Raises WorkbookRefused."""
    text, encoding = _decoded(file, content)
    stated = re.match(r'"?sep=(.)"?\r?\n', text)
    if stated:
        text = text[stated.end() :]
    sheet = Worksheet(file.stem)
    lines = csv.reader(StringIO(text, newline=""), delimiter=stated[1] if stated else _parting(text), strict=True)
    left = MOST_CELLS
    try:
        for row, line in enumerate(lines, 1):
            cells = {column: value for column, one in enumerate(line) if (value := _cell(one)) is not None}
            left -= len(cells)
            if left < 0:
                raise WorkbookRefused(say("sheet.too_many_cells", file=file.name, most=MOST_CELLS))
            if max(map(len, line), default=0) > MOST_TEXT:
                raise WorkbookRefused(say("sheet.monstrous", file=file.name))
            if cells:
                sheet.rows[row] = cells
    except csv.Error:
        raise WorkbookRefused(say("sheet.broken_quotes", file=file.name, line=lines.line_num)) from None
    return sheet, encoding


def _decoded(file: Path, content: bytes) -> tuple[str, str]:
    marked = next((encoding for mark, encoding in _MARKED.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise WorkbookRefused(say("sheet.unknown_encoding", file=file.name))


def _parting(text: str) -> str:
    """What parts the cells: what stands outside of quotes in the most lines at the beginning, and most often there."""
    lines = re.sub(r'"[^"]*"', "", text[:_BEGINNING]).splitlines()[:50]
    return max(PARTING, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)))


def _cell(said: str) -> Cell | None:
    """What Excel would show: an apostrophe or `="…"` around a text keeps it one; a formula has no result here."""
    if said.startswith("'"):
        return said[1:] or None
    if found := _AS_TEXT.fullmatch(said):
        return found[1] or None
    if said.startswith("="):
        return Trouble("sheet.uncached")
    return said or None
