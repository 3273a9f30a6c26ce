"""What can be seen on the ground, and the fields that each kind has of its own (DOMAIN §4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, to_json

from contracts.language.evidence import Pieces
from contracts.language.mu import Mu
from contracts.language.values import SPARSE, Line, OpenEnum, Value
from contracts.language.written import WHOLE, Exact


class IncidentKind(OpenEnum):
    """What was seen (DOMAIN §4)."""

    FIRE = "fire"
    ILLEGAL_FIRE_USE = "illegal_fire_use"
    FELLING = "felling"
    FOREST_LAND_TAKEN = "forest_land_taken"
    NATURAL_FOREST_DESTROYED = "natural_forest_destroyed"
    RESERVE_VIOLATION = "reserve_violation"
    HABITAT_DESTROYED = "habitat_destroyed"
    POACHING = "poaching"
    WILDLIFE_TRADE = "wildlife_trade"
    WILDLIFE_TRANSPORT = "wildlife_transport"
    WILDLIFE_EATING = "wildlife_eating"
    DEAD_PINES = "dead_pines"
    PESTS = "pests"
    SICK_WILDLIFE = "sick_wildlife"
    OLD_TREE_HURT = "old_tree_hurt"
    WASTE = "waste"
    DAMAGED_BOARD = "damaged_board"
    OTHER = "other"


ALARMS = (IncidentKind.FIRE, IncidentKind.SICK_WILDLIFE)
"""Alarms first; a case only where there is an offence or something to put right (DOMAIN §4)."""


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


class FireDetails(Details):
    """Of a fire or of illegal use of fire."""

    burning: bool | None = None
    burnt_mu: Mu | None = None
    frp_mw: Annotated[float, Field(ge=0, le=1_000_000, description="fire radiative power, megawatts")] | None = None
    confidence_percent: Annotated[int, Field(ge=0, le=100), WHOLE] | None = None


class FellingDetails(Details):
    """Of felling."""

    volume_m3: Annotated[Decimal, Exact(digits=9, title="VolumeM3")] | None = None
    trees: Pieces | None = None
    species: Line | None = None
    permit_number: Line | None = None


class GroundDetails(Details):
    """Of ground that was taken or destroyed."""

    ground_mu: Mu | None = None
    before_use: Line | None = None
    present_use: Line | None = None
    pretext: Line | None = None


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


K = IncidentKind


DETAILS: dict[IncidentKind, type[Details]] = {
    **dict.fromkeys((K.FIRE, K.ILLEGAL_FIRE_USE), FireDetails),
    K.FELLING: FellingDetails,
    **dict.fromkeys(
        (K.FOREST_LAND_TAKEN, K.NATURAL_FOREST_DESTROYED, K.RESERVE_VIOLATION, K.HABITAT_DESTROYED), GroundDetails
    ),
    **dict.fromkeys(
        (K.POACHING, K.WILDLIFE_TRADE, K.WILDLIFE_TRANSPORT, K.WILDLIFE_EATING, K.SICK_WILDLIFE), WildlifeDetails
    ),
    **dict.fromkeys((K.DEAD_PINES, K.PESTS, K.OLD_TREE_HURT), TreesDetails),
    **dict.fromkeys((K.WASTE, K.DAMAGED_BOARD, K.OTHER), PlainDetails),
}
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
