"""Reads an old ledger from Excel: good rows are kept, each bad cell is named by row, column and rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from xlsxwriter.utility import xl_col_to_name

from cli.ledger.form import (
    DAYS,
    EXCEL_ERRORS,
    NUMBERS,
    REQUIRED,
    SEVERAL,
    WORDED,
    BadCell,
    LedgerForm,
    number,
    said,
    several,
)
from cli.ledger.workbook import Trouble, Worksheet, sheets_of
from cli.ledger.workbook_parts import WorkbookRefused
from cli.rules import field_and_rule
from cli.say import say
from contracts.cases import LawSide, Measured, OldCase
from contracts.language.division import Division

MEASURED, LAW = tuple(Measured.model_fields), tuple(LawSide.model_fields)
BETWEEN_NAMES = "/-—>＞、 \u3000"


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


Places = Mapping[str, tuple[tuple[int, str], ...]]
"""Where each field stands: column and heading, several for a division that is spread over columns."""


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
        self.refused.append(RowProblem(row, _column(name, places), rule, sheet))

    def refuse_case(self, number: str, name: str, rule: str) -> None:
        """Name the cell of a field, of OldCase's `unit.id` too, for what cases refuses of a row that was taken."""
        row, sheet, places = self._stands[number]
        self.refuse(row, name, rule, sheet, places)


def _column(name: str, places: Places) -> str:
    inside = {"unit": "unit_id", "unit.id": "unit_id", "unit.name": "unit_name", "occurred": "occurred_from"}
    spots = places.get(inside.get(name, name)) or places.get(name.partition(".")[0], ())
    return " ".join(f"{xl_col_to_name(at)} {heading}" for at, heading in spots) or name


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
            row = _Row(form, names, paths, spread)
            case = row.case()
            _check_number(row, first_rows, f"{title}!{at}" if title else str(at))
            for name, rule in row.problems.items():
                read.refuse(at, name, rule, title, places)
            if case and not row.problems:
                read.took(at, case, title, places)
        if beside:
            read.told.append(say("ledger.beside", sheet=sheet.name, rows=_ranges(beside)))
    return read


def _check_number(row: _Row, first_rows: dict[str, tuple[str, str]], at: str) -> None:
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


class _Row:
    """One row on its way to a case; `problems` has one rule for each field that is wrong."""

    def __init__(
        self,
        form: LedgerForm,
        names: Mapping[Division, str],
        paths: Mapping[str, Division],
        cells: Mapping[str, list[Any]],
    ) -> None:
        self._form, self._names, self._paths = form, names, paths
        self.cells = cells
        self.problems: dict[str, str] = {}

    def case(self) -> OldCase | None:
        stated = {name: value for name in self.cells if (value := self._value(name)) is not None}
        for name in REQUIRED:
            if name not in stated:
                self.problems.setdefault(name, say("ledger.blank"))
        self._check_together(stated)
        if self.problems:
            return None
        if "unit_id" in stated:
            stated["unit"] = {"id": stated.pop("unit_id"), "name": stated.pop("unit_name")}
        if "occurred_from" in stated:
            stated["occurred"] = {"from_on": stated.pop("occurred_from"), "to_on": stated.pop("occurred_to")}
        for part, names in (("measured", MEASURED), ("law", LAW)):
            if inside := {name: stated.pop(name) for name in names if name in stated}:
                stated[part] = inside
        try:
            return OldCase.model_validate({"text": "", **stated})
        except ValidationError as error:
            wrong = map(field_and_rule, error.errors())
            self.problems |= {re.sub(r"^(measured|law)\.|\.\d+$", "", name): rule for name, rule in wrong}
            return None

    def _value(self, name: str) -> Any:
        cells = [cell for cell in self.cells[name] if said(cell)]
        if not cells:
            return None
        try:
            for cell in cells:
                if isinstance(cell, Trouble):
                    raise BadCell(say(cell.key, value=cell.shows))
                if said(cell) in EXCEL_ERRORS:
                    raise BadCell(say("ledger.error_cell", value=said(cell)))
            if name in DAYS:
                return self._form.day(cells[0])
            if name in WORDED:
                return self._form.word(name, cells[0])
            if name in NUMBERS:
                return number(cells[0])
            if name in SEVERAL:
                return several(cells[0])
            return self._division(cells) if name == "division" else said(cells[0])
        except BadCell as bad:
            self.problems[name] = str(bad)
            return None

    def _division(self, cells: list[Any]) -> Division:
        if self._form.division_by == "code":
            try:
                division = Division(said(cells[0]))
            except ValueError:
                raise BadCell(say("ledger.bad_code", value=said(cells[0]))) from None
            if division not in self._names:
                raise BadCell(say("ledger.no_division", value=division))
            return division
        path = "/".join(map(said, cells)).translate(dict.fromkeys(map(ord, BETWEEN_NAMES), "/"))
        found = self._paths.get("/".join(part for part in path.split("/") if part))
        if found is None:
            raise BadCell(say("ledger.no_division", value=path))
        return found

    def _check_together(self, stated: dict[str, Any]) -> None:
        """What only several cells of a row say together; a cell that is wrong by itself is named only once."""

        def wrong(name: str, key: str, **about: date) -> None:
            self.problems.setdefault(name, say(key, **about))

        for early in ("found_on", "stocked_on"):
            if {early, "closed_on"} <= stated.keys() and stated["closed_on"] < stated[early]:
                wrong("closed_on", "ledger.closed_early", closed=stated["closed_on"], found=stated[early])
        if {"found_on", "due_on"} <= stated.keys() and stated["due_on"] < stated["found_on"]:
            wrong("due_on", "ledger.due_early", due=stated["due_on"], found=stated["found_on"])
        for one, other in (
            ("closed_on", "route"),
            ("route", "closed_on"),
            ("unit_id", "unit_name"),
            ("unit_name", "unit_id"),
            ("occurred_from", "occurred_to"),
            ("occurred_to", "occurred_from"),
        ):
            if one in stated and other not in stated:
                wrong(other, "ledger.both_or_none")
        if {"occurred_from", "occurred_to"} <= stated.keys() and stated["occurred_to"] < stated["occurred_from"]:
            wrong("occurred_to", "ledger.ends_early")
