"""How the old ledgers of one source are laid out, and what a cell of them says; each form is a file in mappings."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, datetime
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cli.say import say
from contracts.language.values import Line, Token

FORMS = files("cli.ledger") / "mappings"
DATES = {
    "Y-M-D": re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    "Y/M/D": re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    "Y.M.D": re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    "Y年M月D日": re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    "YYYYMMDD": re.compile(r"(\d{4})(\d{2})(\d{2})"),
}
EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")

WordedName = Literal["kind", "severity", "route", "cause"]
FieldName = Literal[
    "number",
    "kind",
    "severity",
    "division",
    "place",
    "text",
    "party",
    "found_on",
    "verified_on",
    "stocked_on",
    "occurred_from",
    "occurred_to",
    "unit_id",
    "unit_name",
    "due_on",
    "closed_on",
    "route",
    "cause",
    "illegal_area_mu",
    "volume_m3",
    "trees",
    "compartment",
    "sub_compartment",
    "filed_as",
    "penalty_document",
    "fine_yuan",
    "held_accountable",
]
REQUIRED: tuple[FieldName, ...] = ("number", "kind", "division", "place", "found_on")
WORDED: tuple[WordedName, ...] = ("kind", "severity", "route", "cause")
NUMBERS = ("illegal_area_mu", "volume_m3", "trees", "fine_yuan")
SEVERAL = ("held_accountable",)
DAYS = ("found_on", "verified_on", "stocked_on", "occurred_from", "occurred_to", "due_on", "closed_on")


class BadCell(ValueError):
    """A cell that does not say what its column should; the message is the rule."""


class LedgerForm(BaseModel):
    """The layout of one source's old ledgers, as data.

    `enters_as` says whether its rows are stock carried over or newly found. `columns` names the heading of each field,
    several for a division that is spread over columns; `may_have` those that a workbook may lack, as
    our own ledger calls them unless it says otherwise. `words` turns the
    source's own words into ours. A row whose first filled cell begins with one of `skips` is no case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Token
    title: Line
    campaign: Token
    enters_as: Literal["opening", "new"]
    sheet: str | None
    header_row: Annotated[int, Field(ge=1)]
    columns: dict[FieldName, tuple[Line, ...]]
    may_have: dict[FieldName, tuple[Line, ...]] = Field(default_factory=lambda: _of_our_own())
    division_by: Literal["code", "names"]
    words: dict[WordedName, dict[str, Token]]
    dates: tuple[Literal["excel", "Y-M-D", "Y/M/D", "Y.M.D", "Y年M月D日", "YYYYMMDD"], ...]
    skips: tuple[str, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if missing := [name for name in REQUIRED if name not in self.columns]:
            raise ValueError(f"names no column for {', '.join(missing)}")
        if missing := [name for name in WORDED if name in self.columns and name not in self.words]:
            raise ValueError(f"has no words for {', '.join(missing)}")
        return self

    def skipped(self, cells: list[Any]) -> bool:
        """Whether a row is a title, a sum or a signature."""
        first = next((found for cell in cells if (found := said(cell))), "")
        return "".join(first.split()).startswith(self.skips)

    def day(self, cell: Any) -> date:
        """A day in one of the source's ways of writing it. Raises BadCell."""
        if isinstance(cell, date):
            if "excel" not in self.dates:
                raise BadCell(say("ledger.bad_date", value=cell, dates="、".join(self.dates)))
            return cell.date() if isinstance(cell, datetime) else cell
        text = said(cell)
        for written in self.dates:
            if written != "excel" and (found := DATES[written].fullmatch(text)):
                try:
                    return date(*map(int, found.groups()))
                except ValueError:
                    break
        raise BadCell(say("ledger.bad_date", value=text, dates="、".join(self.dates)))

    def word(self, field: WordedName, cell: Any) -> str:
        """Our word for the source's. Raises BadCell."""
        known = self.words[field]
        try:
            return known[said(cell)]
        except KeyError:
            raise BadCell(say("ledger.unknown_word", value=said(cell), known="、".join(known))) from None


def _of_our_own() -> dict[FieldName, tuple[Line, ...]]:
    """What a case is measured by and the law's side, under the headings of our own ledger."""
    columns = json.loads((files("cli.ledger") / "ledger_columns.json").read_text("utf-8"))["columns"]
    paths = ((one["path"].removesuffix(".*").split("."), one["zh"]) for one in columns)
    return {path[-1]: (heading,) for path, heading in paths if path[0] in ("measured", "law")}


def said(cell: Any) -> str:
    """A cell as text: a whole number without its decimals, a day as ISO writes it, no blanks around it.

    What nobody sees is left out: it would make two of one number.
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(cell).upper()
    return "" if cell is None else "".join(filter(_is_seen, str(cell))).strip()


def number(cell: Any) -> Any:
    """A number as the cell has it; written as text, without what parts thousands."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    return "".join(said(cell).replace("，", ",").replace(",", "").split())


def several(cell: Any) -> tuple[str, ...]:
    """What stands in one cell with a mark or a line end between each."""
    return tuple(one for one in map(str.strip, re.split("[、；;\n]", said(cell))) if one)


def _is_seen(letter: str) -> bool:
    return letter.isascii() or unicodedata.category(letter) != "Cf"


def sources() -> list[str]:
    """The sources whose forms are known."""
    return sorted(path.name.removesuffix(".json") for path in FORMS.iterdir() if path.name.endswith(".json"))


def form_of(source: str) -> LedgerForm:
    """Raises KeyError for a source without a form."""
    if source not in sources():
        raise KeyError(source)
    return LedgerForm.model_validate_json((FORMS / f"{source}.json").read_text("utf-8"))
