"""How the old ledgers of one source are laid out; each form is a file in mappings."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cli.sheet.layout import Columns, Description, Layout, laid_out
from contracts.language.values import Line, Token
from contracts.language.written import Day

FORMS = files("cli.ledger") / "mappings"


class LedgerForm(Columns):
    """The columns and words of one source's old ledgers, as data.

    `enters_as` says whether its rows are stock carried over or newly found, `divisions_on` by the list of which day its
    codes and names of divisions are read. What a case is measured by and the law's
    side stand under the headings of our own ledger, where a form does not say otherwise.
    """

    source: Token
    title: Line
    campaign: Token
    enters_as: Literal["opening", "new"]
    divisions_on: Day
    header_row: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        fields = description().fields
        if missing := [name for name, one in fields.items() if one.required and name not in self.columns]:
            raise ValueError(f"names no column for {', '.join(missing)}")
        worded = [name for name in self.columns if name in fields and fields[name].type == "word"]
        if missing := [name for name in worded if name not in self.words]:
            raise ValueError(f"has no words for {', '.join(missing)}")
        laid_out(description(), self)
        return self

    def layout(self) -> Layout:
        return laid_out(description(), self)


@cache
def description() -> Description:
    """The fields of an old ledger; what our own ledger has too stands under its headings."""
    folder = files("cli.ledger")
    stated = json.loads((folder / "old_ledger.json").read_text("utf-8"))
    for one in json.loads((folder / "ledger_columns.json").read_text("utf-8"))["columns"]:
        part, _, name = one["path"].removesuffix(".*").partition(".")
        if part in ("measured", "law"):
            stated["fields"][name]["headings"] = [one["zh"]]
    return Description.model_validate(stated)


def sources() -> list[str]:
    """The sources whose forms are known."""
    return sorted(path.name.removesuffix(".json") for path in FORMS.iterdir() if path.name.endswith(".json"))


def form_of(source: str) -> LedgerForm:
    """Raises KeyError for a source without a form."""
    if source not in sources():
        raise KeyError(source)
    return LedgerForm.model_validate_json((FORMS / f"{source}.json").read_text("utf-8"))
