"""Reads an old ledger from Excel: good rows are kept, each bad cell is named by row, column and rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from cli.excel_file import problem_of
from cli.ledger_form import DAYS, EXCEL_ERRORS, REQUIRED, WORDED, BadCell, LedgerForm, said
from cli.rules import field_and_rule
from cli.say import say
from contracts.book_commands import OldCase
from contracts.division import Division

BETWEEN_NAMES = "/-—>＞、 \u3000"


class LedgerUnreadable(ValueError):
    """A file that is no ledger of its source at all; the message says why."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A cell that was not taken: the row as Excel counts it, the column's letter and heading, the rule."""

    row: int
    column: str
    rule: str


Places = Mapping[str, tuple[tuple[int, str], ...]]
"""Where each field stands: column and heading, several for a division that is spread over columns."""


@dataclass(slots=True)
class Read:
    """The good rows under the numbers that Excel gives them, and what is wrong with the others."""

    places: Places
    rows: list[tuple[int, OldCase]] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)

    def refuse(self, row: int, name: str, rule: str) -> None:
        """Name the column of a field, of OldCase's `unit.id` too, for what is refused here or later."""
        inside = {"unit": "unit_id", "unit.id": "unit_id", "unit.name": "unit_name", "occurred": "occurred_from"}
        spots = self.places.get(inside.get(name, name)) or self.places.get(name.partition(".")[0], ())
        column = " ".join(f"{xl_col_to_name(at)} {heading}" for at, heading in spots)
        self.refused.append(RowProblem(row, column or name, rule))


def read_ledger(file: Path, form: LedgerForm, names: Mapping[Division, str]) -> Read:
    """Read an old ledger; `names` are those of the divisions that exist. Raises LedgerUnreadable."""
    lines = _lines(file, form)
    read = Read(_places(lines, form))
    paths = name_paths(names)
    first_rows: dict[str, int] = {}
    for at, cells in enumerate(lines[form.header_row :], form.header_row + 1):
        if not any(map(said, cells)) or form.skipped(cells):
            continue
        row = _Row(form, names, paths, {name: [cells[at] for at, _ in spots] for name, spots in read.places.items()})
        case = row.case()
        number = said(row.cells["number"][0])
        if number in first_rows:
            row.problems["number"] = say("ledger.duplicate", value=number, row=first_rows[number])
        if number:
            first_rows.setdefault(number, at)
        for name, rule in row.problems.items():
            read.refuse(at, name, rule)
        if case and not row.problems:
            read.rows.append((at, case))
    return read


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


def _lines(file: Path, form: LedgerForm) -> list[list[Any]]:
    if problem := problem_of(file):
        raise LedgerUnreadable(say(problem[0], **problem[1]))
    try:
        book = CalamineWorkbook.from_path(file)
        sheet = form.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            raise LedgerUnreadable(say("ledger.no_sheet", sheet=sheet, found="、".join(book.sheet_names)))
        return cast("list[list[Any]]", book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
    except (CalamineError, IndexError):
        raise LedgerUnreadable(say("ledger.not_excel", file=file.name)) from None


def _places(lines: list[list[Any]], form: LedgerForm) -> Places:
    headings = lines[form.header_row - 1] if len(lines) >= form.header_row else []
    # A heading is often broken over lines inside its cell.
    found = ["".join(said(heading).split()) for heading in headings]
    wanted = [heading for headings in form.columns.values() for heading in headings]
    missing = [heading for heading in wanted if heading not in found]
    if missing:
        raise LedgerUnreadable(say("ledger.no_column", row=form.header_row, missing="、".join(missing)))
    twice = sorted({heading for heading in wanted if found.count(heading) > 1})
    if twice:
        raise LedgerUnreadable(say("ledger.column_twice", row=form.header_row, twice="、".join(twice)))
    return {name: tuple((found.index(one), one) for one in headings) for name, headings in form.columns.items()}


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
        try:
            return OldCase.model_validate({"text": "", **stated})
        except ValidationError as error:
            self.problems |= dict(map(field_and_rule, error.errors()))
            return None

    def _value(self, name: str) -> Any:
        cells = [cell for cell in self.cells[name] if said(cell)]
        if not cells:
            return None
        try:
            if said(cells[0]) in EXCEL_ERRORS:
                raise BadCell(say("ledger.error_cell", value=said(cells[0])))
            if name in DAYS:
                return self._form.day(cells[0])
            if name in WORDED:
                return self._form.word(name, cells[0])
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
