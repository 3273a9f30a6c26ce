"""Writes a register as an office has its columns, so that it reads the same: every cell is a text and no formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import xlsxwriter

from cli.given_file import write as write_bytes
from cli.say import language_is_chinese, say
from cli.sheet.cell import BadCell
from cli.sheet.day import local
from cli.sheet.dotted import is_within, value_at
from cli.sheet.layout import Field, Headings, Layout
from cli.sheet.reading import Known, value
from cli.sheet.taken import ranges
from contracts.language.division import Division, Level

Flat = Mapping[str, Any]
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "'")
_LEVELS = (Level.COUNTY, Level.TOWN, Level.VILLAGE)


def flat_rows(entry: Mapping[str, Any], layout: Layout) -> list[dict[str, Any]]:
    """One thing as rows: what it is stands in the first, its identity in all, an item of each list in each."""
    first = {name: value_at(entry, name) for name in layout.fields if not is_within(name, layout.lists)}
    rows: list[dict[str, Any]] = [{name: it for name, it in first.items() if it is not None}]

    def row(at: int) -> dict[str, Any]:
        while len(rows) <= at:
            rows.append({name: rows[0][name] for name in (layout.identity,) if name in rows[0]})
        return rows[at]

    for of in (one for one in layout.lists if not is_within(one, layout.lists)):
        at = 0
        inner = [one for one in layout.lists if one.startswith(f"{of}.")]
        for item in value_at(entry, of) or ():
            own = [name for name in layout.fields if name.startswith(f"{of}.") and not is_within(name, inner)]
            said = {name: value_at(item, name.removeprefix(f"{of}.")) for name in own}
            row(at).update({name: it for name, it in said.items() if it is not None})
            longest = 1
            for deep in inner:
                pieces = value_at(item, deep.removeprefix(f"{of}.")) or ()
                for n, piece in enumerate(pieces):
                    names = [name for name in layout.fields if name.startswith(f"{deep}.")]
                    row(at + n).update({name: value_at(piece, name.removeprefix(f"{deep}.")) for name in names})
                longest = max(longest, len(pieces))
            at += longest
    return rows


def write_sheet(file: Path, title: str, layout: Layout, rows: Sequence[Flat], known: Known) -> list[str]:
    """Write rows as `.xlsx`, or `.csv` where the file is called so; what would be read otherwise is told.

    Raises BadFile.
    """
    columns = list(_columns(layout, rows))
    told: dict[str, list[int]] = {}
    lines: list[list[str]] = []
    for at, row in enumerate(rows, 2):
        line: list[str] = []
        for name, headings in columns:
            cells = _cells(layout.fields[name], row.get(name), headings, known)
            if not _reads_the_same(layout.fields[name], cells, row.get(name), known):
                told.setdefault(headings[0], []).append(at)
            line += cells
        lines.append(line)
    heads = [heading for _, headings in columns for heading in headings]
    (_write_text if file.suffix.lower() == ".csv" else _write_book)(file, title, heads, lines)
    return [say("sheet.not_read_back", column=column, rows=ranges(at)) for column, at in told.items()]


def _columns(layout: Layout, rows: Sequence[Flat]) -> Iterable[tuple[str, Headings]]:
    """An office's own columns first, then those that it has none for and that have something in them."""
    yield from layout.wanted.items()
    filled = {name for row in rows for name, it in row.items() if it not in (None, ())}
    language = 0 if language_is_chinese() else 1
    for name, of in layout.fields.items():
        if of.headings and name not in layout.wanted and (not layout.wanted or name in filled):
            yield name, (of.headings[min(language, len(of.headings) - 1)],)


def _cells(of: Field, it: Any, headings: Headings, known: Known) -> list[str]:
    if of.type == "division" and it is not None and len(headings) > 1:
        levels = _LEVELS[-len(headings) :] if len(headings) <= len(_LEVELS) else (Level.CITY, *_LEVELS)
        above = {one.level: known.divisions.names.get(one, "") for one in Division(it).chain()}
        return [above.get(level, "") for level in levels] + [""] * (len(headings) - len(levels))
    return [_text(of, it), *[""] * (len(headings) - 1)]


def _text(of: Field, it: Any) -> str:
    if it is None:
        return ""
    if of.type == "word":
        return next((word for word, code in of.known_words().items() if code == it), str(it))
    if isinstance(it, bool):
        return say("sheet.yes" if it else "sheet.no")
    if isinstance(it, Decimal):
        return format(it, "f")
    if isinstance(it, datetime):
        return local(it)
    if isinstance(it, date):
        return it.isoformat()
    return "\n".join(map(str, it)) if isinstance(it, tuple | list) else str(it)


def _reads_the_same(of: Field, cells: Sequence[str], it: Any, known: Known) -> bool:
    try:
        found = value(of, cells, known).is_
    except BadCell:
        return False
    return bool((found or None) == (it or None) if not isinstance(it, bool) else found is it)


def _write_book(file: Path, title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "border": 1, "bg_color": "#E2EFDA", "text_wrap": True, "num_format": "@"})
        plain = book.add_format({"border": 1, "valign": "top", "num_format": "@"})
        for down, line in enumerate((heads, *lines)):
            for across, text in enumerate(line):
                # write_string, never write: a text that begins with = must not become a formula.
                sheet.write_string(down, across, text, plain if down else bold)
        sheet.set_column(0, max(0, len(heads) - 1), 18)
        sheet.freeze_panes(1, 1)
    write_bytes(file, out.getvalue())


def _write_text(file: Path, _: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    # The apostrophe keeps a text one that a program would take for a formula.
    writer.writerows([[f"'{one}" if one.startswith(_FORMULAS) else one for one in line] for line in (heads, *lines)])
    write_bytes(file, out.getvalue().encode("utf-8-sig"))
