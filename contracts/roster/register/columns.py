"""How the fields of each register are called and written: one description for help, pages, sheets and lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.language.stated import read_as
from contracts.roster.register.entry import Register

Written = Literal["text", "texts", "word", "int", "decimal", "float", "bool", "day", "days", "division", "list"]
"""How a column is written; `list` has columns of its own, each thing of it in a row of its own."""


class Column(BaseModel):
    """A field by its dotted path in the entry, with its header in Chinese and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    zh: str
    en: str
    type: Written
    columns: tuple[Column, ...] = ()


class Columns(BaseModel):
    """The columns of a register in an office's order, and which of them a list shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listed: Annotated[tuple[str, ...], Field(min_length=1)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]


COLUMNS: Mapping[Register, Columns] = read_as(
    TypeAdapter(dict[Register, Columns]),
    json.loads(files("contracts.roster.register").joinpath("columns.json").read_text("utf-8")),
    "columns.json",
)
