"""One row of an old ledger, read as a case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

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
from cli.ledger.taken import LAW, MEASURED
from cli.ledger.workbook import Trouble
from cli.rules import field_and_rule
from cli.say import say
from contracts.cases import OldCase
from contracts.language.division import Division

BETWEEN_NAMES = "/-—>＞、 \u3000"


class Row:
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
