"""A register as a sheet: its columns are those of its description, what it has several of stands in a row each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.sheet.dotted import is_within, put_at, value_at
from cli.sheet.entry import Entry
from cli.sheet.layout import Description, Type
from cli.sheet.taken import Record
from contracts.language.terms import terms
from contracts.language.values import PersonRef
from contracts.roster import COLUMNS, KEPT, Column, Register, RegisterEntry

_TYPES: Mapping[str, Type] = {
    "texts": "several",
    "word": "word",
    "int": "whole",
    "decimal": "decimal",
    "float": "float",
    "bool": "flag",
    "day": "day",
    "days": "days",
    "division": "division",
}
_TEXTS: Mapping[str, Type] = {"Token": "token", "Text": "text", "Words": "text", "Phone": "phone"}
_BETWEEN = " · "


@cache
def description(register: Register) -> Description:
    """The fields of a register in the order of its columns, with what their cells may say."""
    lists: list[str] = []
    fields: dict[str, dict[str, Any]] = {}
    for name, columns, model in _walk(COLUMNS[register].columns, KEPT[register].entry, lists):
        zh, en = _BETWEEN.join(one.zh for one in columns), ": ".join(one.en for one in columns)
        fields[name] = {"headings": [zh, en], "also": [name, *_short(columns)], **_said(columns[-1], model)}
    often = Counter(heading for one in fields.values() for heading in {*one["headings"], *one["also"]})
    for one in fields.values():
        others = [heading for heading in dict.fromkeys(one["also"]) if heading not in one["headings"]]
        one["also"] = [heading for heading in others if often[heading] == 1]
    fields["id"] |= {"headed": True}
    title = (terms("register")[register], terms("register", "en")[register])
    return Description.model_validate({"title": title, "identity": "id", "lists": lists, "fields": fields})


def _walk(
    columns: Iterable[Column], model: type[BaseModel], lists: list[str], above: tuple[Column, ...] = ()
) -> Iterator[tuple[str, tuple[Column, ...], type[BaseModel]]]:
    for one in columns:
        name = ".".join(part.field for part in (*above, one))
        if one.type == "list":
            lists.append(name)
            inside = _field(model, one.field)[1]
            assert inside is not None
            yield from _walk(one.columns, inside, lists, (*above, one))
        else:
            yield name, (*above, one), model


def _short(columns: tuple[Column, ...]) -> list[str]:
    """A heading by its last part alone: it is known where no other column has it."""
    return [columns[-1].zh, columns[-1].zh.rpartition(_BETWEEN)[2], columns[-1].en, columns[-1].en.rpartition(": ")[2]]


def _said(column: Column, model: type[BaseModel]) -> dict[str, Any]:
    """The type of a cell and the words that it may have."""
    found, within = _field(model, column.field)
    if column.type == "text":
        parent = _field(model, column.field.rpartition(".")[0])[1] if "." in column.field else within or model
        if parent is PersonRef and column.field.endswith("name"):
            return {"type": "person"}
        return {"type": next((_TEXTS[title] for title in _titles(found) if title in _TEXTS), "line")}
    if column.type != "word":
        return {"type": _TYPES[column.type]}
    words = next(_enums(found.annotation))
    stated = _words()[words.__name__]
    known = {word: code for code, said in stated.items() for word in said}
    codes = {one.value: one.value for one in words}
    return {"type": "word", "words": {**known, **({"其他": "other"} if "other" in codes else {}), **codes}}


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(files("cli.roster").joinpath("words.json").read_text("utf-8"))
    return found


def _field(model: type[BaseModel], path: str) -> tuple[FieldInfo, type[BaseModel] | None]:
    """A field at a dotted path, and of what it is made where that has fields of its own."""
    inside: type[BaseModel] | None = model
    found = FieldInfo()
    for name in path.split("."):
        assert inside is not None
        found = inside.model_fields[name]
        inside = next(_models(found.annotation), None)
    return found, inside


def _models(of: Any) -> Iterator[type[BaseModel]]:
    if isinstance(of, type) and issubclass(of, BaseModel):
        yield of
    for part in get_args(of):
        yield from _models(part)


def _enums(of: Any) -> Iterator[type[Enum]]:
    if isinstance(of, type) and issubclass(of, Enum):
        yield of
    for part in get_args(of):
        yield from _enums(part)


def _titles(of: Any) -> Iterator[str]:
    """What a text is called in the contracts, however it is wrapped."""
    if isinstance(of, FieldInfo):
        if of.title:
            yield of.title
        yield from _titles(of.annotation)
    for part in (*get_args(of), *getattr(of, "metadata", ())):
        yield from _titles(part)


def stated(entry: Entry, register: Register, before: RegisterEntry | None) -> dict[str, Any]:
    """An entry as JSON has it: what the sheet has no column for stays as it stands, what is blank is not stated."""
    of = description(register)
    body: dict[str, Any] = before.model_dump(mode="json") if before is not None else {}
    columns = set(entry.records[0].places)
    for name in of.fields:
        if name in columns and not is_within(name, of.lists):
            put_at(body, name, _json(entry.stated.get(name)))
    nested = entry.nested()
    for name in (one for one in of.lists if not is_within(one, of.lists)):
        if any(is_within(column, [name]) for column in columns):
            put_at(body, name, _json(value_at(nested, name) or []))
    return _pruned(body)


def _pruned(body: dict[str, Any]) -> dict[str, Any]:
    """What is not stated is left out; a part of which nothing is stated is none."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        it = _pruned(value) if isinstance(value, dict) else value
        if it is not None and it != {}:
            found[name] = it
    return found


def _json(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
    if isinstance(value, tuple | list):
        return [_json(one) for one in value]
    return {name: _json(one) for name, one in value.items()} if isinstance(value, dict) else value


def spot(entry: Entry, field: str) -> tuple[Record, str]:
    """The row and column of a field that a rule is broken in; of a whole part its first column."""
    record, name = entry.spot(field)
    if name in record.places:
        return record, name
    return record, next((column for column in record.places if column.startswith(f"{name}.")), name)
