"""What can be seen on the ground, and the fields that each kind has of its own (DOMAIN §4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, to_json

from contracts.language.rules import Wrong, broken
from contracts.language.stated import NotAsStated, read_as
from contracts.language.values import Line, OpenEnum, Token
from contracts.patrol.details import DetailField, Details, Group, StatedArea, converted, details_type

_WORD = "^[a-z]+(_[a-z]+)*$"


class Severity(OpenEnum):
    """How grave it is."""

    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"
    OTHER = "other"


class ReporterKind(OpenEnum):
    """Who or what saw it."""

    RANGER = "ranger"
    CHIEF = "chief"
    PUBLIC = "public"
    SATELLITE = "satellite"
    SENSOR = "sensor"
    DEPARTMENT = "department"
    OTHER = "other"


class Kind(BaseModel):
    """What `kinds.json` says of a kind: how it is called in Chinese and English, and what follows of it (DOMAIN §4).

    An alarm is told at once; what opens no case is none before somebody has looked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    details: Token
    alarm: bool = False
    opens_case: bool = True


class Kinds(BaseModel):
    """All that `kinds.json` states: fields, groups of them, and kinds that have a group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    fields: dict[Token, DetailField]
    groups: dict[Annotated[str, Field(pattern=_WORD)], Group]
    kinds: dict[Annotated[str, Field(pattern=_WORD)], Kind]

    def wrong(self) -> Iterator[Wrong]:
        """What names something that is not there."""
        for name, group in self.groups.items():
            for field in group.fields:
                if field not in self.fields:
                    yield _wrong(f"groups.{name}.fields", "one_of", known=", ".join(self.fields))
                elif self.fields[field].type == "area" and f"{field}_mu" not in group.fields:
                    yield _wrong(f"groups.{name}.fields", "area_in_mu", name=field)
        for name, kind in self.kinds.items():
            if kind.details not in self.groups:
                yield _wrong(f"kinds.{name}.details", "one_of", known=", ".join(self.groups))


def _wrong(at: str, code: str, **figures: str) -> Wrong:
    return {"field": at, "rule": broken(code, **figures)}


def read_kinds(stated: Mapping[str, Any]) -> Kinds:
    """What `kinds.json` states. Raises NotAsStated."""
    read = read_as(TypeAdapter(Kinds), stated, "kinds.json")
    if wrong := list(read.wrong()):
        raise NotAsStated("kinds.json", wrong)
    return read


STATED = read_kinds(json.loads(files("contracts.patrol").joinpath("kinds.json").read_text("utf-8")))
KINDS = STATED.kinds
GROUPS: Mapping[str, type[Details]] = {
    name: details_type(name, group, STATED.fields) for name, group in STATED.groups.items()
}
"""What a kind may have for `details`."""


class IncidentKind(OpenEnum):
    """What was seen (DOMAIN §4)."""

    _ignore_ = "words word"
    words = vars()
    for word in KINDS:
        words[word.upper()] = word

    @property
    def is_alarm(self) -> bool:
        return KINDS[self].alarm

    @property
    def opens_case(self) -> bool:
        return KINDS[self].opens_case


DETAILS: Mapping[IncidentKind, type[Details]] = {kind: GROUPS[KINDS[kind].details] for kind in IncidentKind}
"""The fields that each kind has of its own."""


def told_by_kind(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """The JSON Schema of what has a `kind` and the `details` of that kind."""
    found = handler(schema)
    # In the order in which groups are stated: what is stated later does not change what each of those before it is.
    fields: dict[type[Details], list[str]] = {details: [] for details in GROUPS.values()}
    for kind, details in DETAILS.items():
        fields[details].append(kind.value)
    told = [(kinds, handler(its.__pydantic_core_schema__)) for its, kinds in fields.items() if kinds]
    whole = handler.resolve_ref_schema(found)
    # Of a kind that a later version has nobody knows the details.
    others: list[JsonSchemaValue] = [{"type": "object"}] if handler.mode == "serialization" else []
    whole["properties"]["details"] = {"anyOf": [*(one for _, one in told), *others]}
    rest: JsonSchemaValue = {}
    for kinds, fields_of_these in reversed(told):
        rest = {
            "if": {"properties": {"kind": {"enum": kinds}}},
            "then": {"properties": {"details": fields_of_these}},
            **({"else": rest} if rest else {}),
        }
    whole |= rest
    return found


def details_of(kind: IncidentKind, stated: dict[str, Any]) -> dict[str, Any]:
    """The details of a report as they were read, without those that say nothing. Raises ValidationError."""
    read = DETAILS[kind].model_validate_json(to_json(stated, inf_nan_mode="constants"), strict=True)
    areas = {name: area for name, area in read if isinstance(area, StatedArea)}
    return converted(read.model_dump(mode="json", exclude_none=True), areas)
