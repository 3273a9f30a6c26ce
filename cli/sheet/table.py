"""Reads the tables of a file by a layout: good rows are kept, each bad cell is named by sheet, row, column and rule."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from cli.say import say
from cli.sheet.cell import BadCell, folded, said
from cli.sheet.file.given import Given
from cli.sheet.file.worksheet import Cell, SheetUnreadable, Trouble, Worksheet
from cli.sheet.heading import Finder, Heads, Table
from cli.sheet.layout import Layout
from cli.sheet.reading import Known, value
from cli.sheet.taken import CellProblem, Record, Taken, ranges

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_Tables = list[tuple[Worksheet, list[Table]]]


def read(given: Given, layout: Layout, known: Known) -> Taken:
    """Every row of every table that has the layout's columns. Raises SheetUnreadable."""
    taken = Taken(told=list(given.told))
    wanted = _wanted(given, layout, taken)
    rows_of: dict[str, tuple[str, str]] = {}
    several = len(wanted) > 1
    for sheet, tables in wanted:
        columns = [at for table in tables for spots in table.heads.places.values() for at, _ in spots]
        if not sheet.spread_merged(columns):
            raise SheetUnreadable(say("sheet.monstrous", file=given.file.name))
        reader = _SheetReader(sheet, layout, known, taken)
        for record in (one for table in tables for one in reader.records(table)):
            taken.records.append(record)
            where = f"{sheet.name}!{record.row}" if several else str(record.row)
            _check_identity(record, None if layout.lists else layout.identity, rows_of, where)
            for name, rule in record.problems.items():
                taken.refuse(record, name, rule)
        reader.tell()
    return taken


def _wanted(given: Given, layout: Layout, taken: Taken) -> _Tables:
    """The sheets to read with their tables; those not read, and what is hidden, are told. Raises SheetUnreadable."""
    sheets, named = given.sheets, None if given.encoding else layout.sheet
    if named is not None and named not in [sheet.name for sheet in sheets]:
        found = "、".join(sheet.name for sheet in sheets)
        raise SheetUnreadable(say("sheet.no_sheet", sheet=named, found=found))
    wanted: _Tables = []
    unread: list[str] = []
    wrong: SheetUnreadable | None = None
    for sheet in sheets:
        if named not in (None, sheet.name):
            unread.append(say("sheet.sheet_other", sheet=sheet.name, wanted=named))
        elif sheet.hidden and named is None and len(sheets) > 1:
            unread.append(say("sheet.sheet_hidden", sheet=sheet.name))
        else:
            try:
                wanted.append((sheet, _tables(sheet, layout, taken)))
            except SheetUnreadable as error:
                wrong = wrong or error
                unread.append(say("sheet.sheet_without", sheet=sheet.name, missing=error.missing))
    if not wanted:
        raise wrong or SheetUnreadable(say("sheet.sheets_unread", sheets="、".join(unread)))
    if len(wanted) > 1:
        taken.told.append(say("sheet.sheets_read", sheets="、".join(sheet.name for sheet, _ in wanted)))
    if unread:
        taken.told.append(say("sheet.sheets_unread", sheets="、".join(unread)))
    for sheet, tables in wanted:
        _tell_hidden(sheet, tables, taken)
    return wanted


def _tables(sheet: Worksheet, layout: Layout, taken: Taken) -> list[Table]:
    """The tables of a sheet, one under the other; one that lacks columns is refused by the row of its headings."""
    finder = Finder(sheet, layout)
    heads, as_stated = finder.first()
    if not as_stated:
        taken.told.append(say("sheet.headings_at", sheet=sheet.name, row=heads.last))
    rows = sorted(sheet.rows)
    tables: list[Table] = []
    for row in rows:
        if row <= heads.last or (other := finder.begins_another(row)) is None:
            continue
        tables.append(Table(heads, row - 1))
        heads = other
        if not other.whole:
            lacks = "、".join((*other.missing, *other.twice))
            taken.refused.append(CellProblem(row, lacks, say("sheet.other_table", missing=lacks), sheet.name))
    tables.append(Table(heads, max(rows, default=0)))
    whole = [table for table in tables if table.heads.whole]
    others = {heading for table in whole for _, heading in table.heads.others}
    if others:
        taken.told.append(say("sheet.columns_unread", sheet=sheet.name, columns="、".join(sorted(others))))
    return whole


def _tell_hidden(sheet: Worksheet, tables: Sequence[Table], taken: Taken) -> None:
    inside = {row for row in sheet.hidden_rows & sheet.rows.keys() if row > tables[0].heads.last}
    if inside:
        taken.told.append(say("sheet.hidden_rows", sheet=sheet.name, rows=ranges([*inside])))
    used = {at for table in tables for spots in table.heads.places.values() for at, _ in spots}
    if columns := sorted(sheet.hidden_columns & used):
        letters = "、".join(map(xl_col_to_name, columns))
        taken.told.append(say("sheet.hidden_columns", sheet=sheet.name, columns=letters))


def _check_identity(record: Record, identity: str | None, rows_of: dict[str, tuple[str, str]], at: str) -> None:
    """What names a thing stands once, and none looks like another: it names the row for ever."""
    stated = record.stated.get(identity or "")
    if identity is None or stated is None:
        return
    text = str(stated)
    first, where = rows_of.setdefault(re.sub(r"\.0+$", "", folded(text)), (text, at))
    if where != at:
        key = "sheet.duplicate" if first == text else "sheet.alike"
        record.problems[identity] = say(key, value=text, row=where)


class _SheetReader:
    """Reads the rows of one sheet, and keeps which of them are no records."""

    def __init__(self, sheet: Worksheet, layout: Layout, known: Known, taken: Taken) -> None:
        self._sheet, self._layout, self._known, self._taken = sheet, layout, known, taken
        self._beside: list[int] = []
        self._no_records: list[int] = []

    def records(self, table: Table) -> list[Record]:
        places, heads = table.heads.places, table.heads
        columns = [at for spots in places.values() for at, _ in spots]
        rows = [row for row in sorted(self._sheet.rows) if heads.last < row <= table.last]
        found: list[Record] = []
        behind: list[Record] = []
        needs_more = sum(one.required for one in self._layout.fields.values()) > 1
        for row in rows:
            cells = self._sheet.rows[row]
            if not any(map(said, cells.values())):
                continue
            record = Record(self._sheet.name, row, places)
            record.cells = {name: [cells.get(at) for at, _ in spots] for name, spots in places.items()}
            if not any(said(cells.get(at)) for at in columns):
                (self._no_records if _is_no_record(cells) else self._beside).append(row)
            elif (
                _parts_a_table(cells, heads)
                or _numbers_columns(cells)
                or (_is_no_record(cells) and not self._has_required(record))
            ):
                self._no_records.append(row)
            elif needs_more and sum(bool(said(one)) for one in cells.values()) == 1:
                behind.append(record)
            else:
                found += [*behind, record]
                behind = []
        # What stands alone behind the last record is no record any more; before it, it is one that lacks the rest.
        self._no_records += [record.row for record in behind]
        for record in found:
            self._read(record)
        return found

    def _has_required(self, record: Record) -> bool:
        required = [name for name, one in self._layout.fields.items() if one.required]
        return bool(required) and all(any(map(said, record.cells.get(name, ()))) for name in required)

    def _read(self, record: Record) -> None:
        # What several rows say of one thing belongs to it, however it is merged.
        one_thing = self._is_filled_down(record.row, record.places.get(self._layout.identity or "", ()))
        for name, spots in record.places.items():
            shared = not one_thing and self._is_filled_down(record.row, spots)
            try:
                found = value(
                    self._layout.fields[name], record.cells[name], self._known, self._sheet.day_none, shared=shared
                )
            except BadCell as bad:
                record.problems[name] = str(bad)
                continue
            if found.is_ is not None:
                record.stated[name] = found.is_
            if found.read_as is not None:
                written = "/".join(said(one) for one in record.cells[name] if said(one))
                self._taken.read_as(record, name, written, found.read_as)
        for name, one in self._layout.fields.items():
            if one.required and name not in record.stated:
                record.problems.setdefault(name, say("sheet.blank"))

    def _is_filled_down(self, row: int, spots: Sequence[tuple[int, str]]) -> bool:
        return any((row, at) in self._sheet.filled_down for at, _ in spots)

    def tell(self) -> None:
        for key, rows in (("sheet.beside", self._beside), ("sheet.no_records", self._no_records)):
            if rows:
                self._taken.told.append(say(key, sheet=self._sheet.name, rows=ranges(rows)))


def _parts_a_table(cells: dict[int, Cell], heads: Heads) -> bool:
    """Whether one cell is merged over a whole row."""
    width = len({at for spots in heads.places.values() for at, _ in spots})
    across = sum(isinstance(one, Trouble) and one.key == "sheet.merged_across" for one in cells.values())
    return across + 1 >= max(3, width - 1)


def _numbers_columns(cells: dict[int, Cell]) -> bool:
    """Whether a row counts the columns: 1, 2, 3 or 甲, 乙, 丙."""
    texts = [folded(said(cells[column])).strip("()") for column in sorted(cells) if said(cells[column])]
    counted = [[str(n) for n in range(1, len(texts) + 1)], list(_STEMS[: len(texts)])]
    return len(texts) > 2 and texts in counted


def _is_no_record(cells: dict[int, Any]) -> bool:
    """Whether a row is a title, a sum, a remark or a signature."""
    texts = [folded(said(cells[column])) for column in sorted(cells) if said(cells[column])]
    stated, patterns = _stated()
    first = texts[0] if texts else ""
    if first.startswith(tuple(stated["beginnings"])) or any(one.fullmatch(first) for one in patterns):
        return True
    return any(text.strip(":") in stated["sums"] for text in texts[:2])


@cache
def _stated() -> tuple[dict[str, Any], list[re.Pattern[str]]]:
    found: dict[str, Any] = json.loads(files("cli.sheet").joinpath("no_record.json").read_text("utf-8"))
    return found, [re.compile(one) for one in found["patterns"]]
