"""What can be seen on the ground, and the fields that each kind has of its own (DOMAIN §4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, to_json

from contracts.language.evidence import Pieces
from contracts.language.mu import Mu
from contracts.language.stated import read_as
from contracts.language.values import SPARSE, Line, OpenEnum, Token, Value, one_of
from contracts.language.written import WHOLE, Exact
from contracts.patrol.patch import Patch


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


class Details(Value):
    """The fields of one kind, and where in the forest it is; a field that the kind does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, json_schema_extra={SPARSE: True})

    compartment: Line | None = None
    sub_compartment: Line | None = None


CONFIDENCES = ("low", "nominal", "high")
"""How sure a satellite's sensor is of a fire, in the words of NASA FIRMS."""


class FireDetails(Details):
    """Of a fire or of illegal use of fire."""

    burning: bool | None = None
    burnt_mu: Mu | None = None
    frp_mw: Annotated[float, Field(ge=0, le=1_000_000, description="fire radiative power, megawatts")] | None = None
    confidence_percent: Annotated[int, Field(ge=0, le=100), WHOLE] | None = None
    confidence: Annotated[str, one_of(CONFIDENCES), Field(pattern=f"^(?:{'|'.join(CONFIDENCES)})$")] | None = None
    sensor: Token | None = None
    satellite: Line | None = None
    by_night: bool | None = None


class FellingDetails(Details):
    """Of felling."""

    volume_m3: Annotated[Decimal, Exact(digits=9, title="VolumeM3")] | None = None
    trees: Pieces | None = None
    species: Line | None = None
    permit_number: Line | None = None
    patch: Patch | None = None


class GroundDetails(Details):
    """Of ground that was taken or destroyed."""

    ground_mu: Mu | None = None
    before_use: Line | None = None
    present_use: Line | None = None
    pretext: Line | None = None
    patch: Patch | None = None


class WildlifeDetails(Details):
    """Of wildlife that was poached, traded, moved, eaten or found sick."""

    species: Line | None = None
    animals: Pieces | None = None
    dead: Pieces | None = None


class TreesDetails(Details):
    """Of trees that died, were infested or hurt."""

    trees: Pieces | None = None
    species: Line | None = None
    tree_number: Line | None = None


class PlainDetails(Details):
    """Of what has no fields of its own."""

    object_number: Line | None = None


GROUPS: Mapping[str, type[Details]] = {
    "fire": FireDetails,
    "felling": FellingDetails,
    "ground": GroundDetails,
    "wildlife": WildlifeDetails,
    "trees": TreesDetails,
    "plain": PlainDetails,
}
"""What a kind may have for `details`."""


class Kind(BaseModel):
    """What `kinds.json` says of a kind: how it is called in Chinese and English, and what follows of it (DOMAIN §4).

    An alarm is told at once; what opens no case is none before somebody has looked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[Line, Line]
    details: Annotated[str, one_of(GROUPS)]
    alarm: bool = False
    opens_case: bool = True


class _Kinds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    kinds: dict[Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$")], Kind]


def read_kinds(stated: Mapping[str, Any]) -> Mapping[str, Kind]:
    """What `kinds.json` states. Raises NotAsStated."""
    return read_as(TypeAdapter(_Kinds), stated, "kinds.json").kinds


KINDS = read_kinds(json.loads(files("contracts.patrol").joinpath("kinds.json").read_text("utf-8")))


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
    fields: dict[type[Details], list[str]] = {}
    for kind, details in DETAILS.items():
        fields.setdefault(details, []).append(kind.value)
    told = [(kinds, handler(of_these.__pydantic_core_schema__)) for of_these, kinds in fields.items()]
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
    return read.model_dump(mode="json", exclude_none=True)
