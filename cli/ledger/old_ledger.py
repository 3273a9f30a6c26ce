"""Reads an old ledger from Excel: good rows are kept, each bad cell is named by row, column and rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlsxwriter.utility import xl_col_to_name

from cli.ledger.form import LedgerForm, said
from cli.ledger.row import Row
from cli.ledger.taken import LedgerUnreadable, Places, Read
from cli.ledger.workbook import Trouble, Worksheet, sheets_of
from cli.ledger.workbook_parts import WorkbookRefused
from cli.say import say
from contracts.language.division import Division


def read_ledger(file: Path, form: LedgerForm, names: Mapping[Division, str]) -> Read:
    """Read an old ledger; `names` are those of the divisions that exist. Raises LedgerUnreadable."""
    try:
        sheets = sheets_of(file)
    except WorkbookRefused as refused:
        raise LedgerUnreadable(str(refused)) from None
    read = Read()
    wanted = _wanted(sheets, form, read)
    paths = name_paths(names)
    first_rows: dict[str, tuple[str, str]] = {}
    for sheet, places in wanted:
        columns = [at for spots in places.values() for at, _ in spots]
        beside: list[int] = []
        if not sheet.spread_merged(columns):
            raise LedgerUnreadable(say("ledger.monstrous", file=file.name))
        title = sheet.name if len(wanted) > 1 else None
        for at in sorted(row for row in sheet.rows if row > form.header_row):
            cells = sheet.rows[at]
            in_order = [cells[column] for column in sorted(cells)]
            if not any(map(said, in_order)) or form.skipped(in_order):
                continue
            if not any(said(cells.get(column)) for column in columns):
                beside.append(at)
                continue
            spread = {name: [cells.get(column) for column, _ in spots] for name, spots in places.items()}
            row = Row(form, names, paths, spread)
            case = row.case()
            _check_number(row, first_rows, f"{title}!{at}" if title else str(at))
            for name, rule in row.problems.items():
                read.refuse(at, name, rule, title, places)
            if case and not row.problems:
                read.took(at, case, title, places)
        if beside:
            read.told.append(say("ledger.beside", sheet=sheet.name, rows=_ranges(beside)))
    return read


def _check_number(row: Row, first_rows: dict[str, tuple[str, str]], at: str) -> None:
    """A number stands once, and none looks like another: (source, number) names the row for ever."""
    cell = row.cells["number"][0]
    if isinstance(cell, Trouble) or not (number := said(cell)):
        return
    first, where = first_rows.setdefault(unicodedata.normalize("NFKC", number), (number, at))
    if where != at:
        key = "ledger.duplicate" if first == number else "ledger.alike"
        row.problems["number"] = say(key, value=number, row=where)


def _wanted(sheets: Sequence[Worksheet], form: LedgerForm, read: Read) -> list[tuple[Worksheet, Places]]:
    """The sheets to read, with their columns; those not read, and what is hidden, are told. Raises LedgerUnreadable."""
    if form.sheet is not None and form.sheet not in [sheet.name for sheet in sheets]:
        found = "、".join(sheet.name for sheet in sheets)
        raise LedgerUnreadable(say("ledger.no_sheet", sheet=form.sheet, found=found))
    wanted: list[tuple[Worksheet, Places]] = []
    unread: list[str] = []
    wrong: LedgerUnreadable | None = None
    for sheet in sheets:
        if form.sheet not in (None, sheet.name):
            unread.append(say("ledger.sheet_other", sheet=sheet.name, wanted=form.sheet))
        elif sheet.hidden and form.sheet is None and len(sheets) > 1:
            unread.append(say("ledger.sheet_hidden", sheet=sheet.name))
        else:
            try:
                wanted.append((sheet, _places(sheet, form)))
            except LedgerUnreadable as error:
                wrong = wrong or error
                unread.append(say("ledger.sheet_without", sheet=sheet.name, missing=error.missing))
    if not wanted:
        raise wrong or LedgerUnreadable(say("ledger.sheets_unread", sheets="、".join(unread)))
    if len(wanted) > 1:
        read.told.append(say("ledger.sheets_read", sheets="、".join(sheet.name for sheet, _ in wanted)))
    if unread:
        read.told.append(say("ledger.sheets_unread", sheets="、".join(unread)))
    for sheet, places in wanted:
        _tell_hidden(sheet, places, form, read)
    return wanted


def _tell_hidden(sheet: Worksheet, places: Places, form: LedgerForm, read: Read) -> None:
    rows = sorted(row for row in sheet.hidden_rows & sheet.rows.keys() if row > form.header_row)
    if rows:
        read.told.append(say("ledger.hidden_rows", sheet=sheet.name, rows=_ranges(rows)))
    used = {at for spots in places.values() for at, _ in spots}
    if columns := sorted(sheet.hidden_columns & used):
        letters = "、".join(map(xl_col_to_name, columns))
        read.told.append(say("ledger.hidden_columns", sheet=sheet.name, columns=letters))


def _ranges(rows: Sequence[int]) -> str:
    """`4-6、9`."""
    found: list[list[int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    return "、".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def name_paths(names: Mapping[Division, str]) -> dict[str, Division]:
    """Every way of naming one division and no other: `浮梁县/经公桥镇`, and `经公桥镇` where there is only one."""
    found: dict[str, set[Division]] = {}
    for code in names:
        path = ""
        for division in code.chain():
            if division in names:
                path = f"{names[division]}/{path}".rstrip("/")
                found.setdefault(path, set()).add(code)
    return {path: codes.pop() for path, codes in found.items() if len(codes) == 1}


def _places(sheet: Worksheet, form: LedgerForm) -> Places:
    headings = sheet.rows.get(form.header_row, {})
    # A heading is often broken over lines inside its cell.
    found = {at: "".join(said(heading).split()) for at, heading in sorted(headings.items())}
    stand = list(found.values())
    wanted = [heading for headings in form.columns.values() for heading in headings]
    missing = [heading for heading in wanted if heading not in stand]
    if missing:
        text = "、".join(missing)
        raise LedgerUnreadable(say("ledger.no_column", row=form.header_row, missing=text), missing=text)
    known = [*wanted, *(heading for headings in form.may_have.values() for heading in headings)]
    twice = sorted({heading for heading in known if stand.count(heading) > 1})
    if twice:
        text = "、".join(twice)
        raise LedgerUnreadable(say("ledger.column_twice", row=form.header_row, twice=text), missing=text)
    at = {heading: column for column, heading in found.items()}
    stated = form.columns | {name: headings for name, headings in form.may_have.items() if set(headings) <= at.keys()}
    return {name: tuple((at[one], one) for one in headings) for name, headings in stated.items()}
