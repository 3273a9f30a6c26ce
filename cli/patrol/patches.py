"""Reads the suspect patches of forest inspection from a map: columns as offices write them, shapes on CGCS2000."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import shapely
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pyproj import Geod

from cli.areas import rings
from cli.areas.feature import Feature
from cli.areas.map_file import read_map
from cli.areas.systems import System, system_of
from cli.given_file import BadFile
from cli.say import say
from cli.sheet.cell import BadCell
from cli.sheet.day import day
from cli.sheet.file.worksheet import SINCE_1900
from contracts.language.mu import mu_of_hectares
from contracts.language.stated import read_as
from contracts.language.values import SHANGHAI, Datum, Line, Token
from contracts.patrol import IncidentKind, ReporterKind, Severity

_ELLIPSOID = Geod(a=6378137.0, rf=298.257222101)
"""That of CGCS2000."""


class Columns(BaseModel):
    """What `patches.json` says: how offices call each column, which must be there, and which kind a patch is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Line
    columns: Mapping[Token, tuple[Line, ...]]
    required: tuple[Token, ...]
    days: tuple[Token, ...]
    numbers: tuple[Token, ...]
    kinds: Mapping[Line, Token]
    other_kind: Token
    may_differ_percent: int


@cache
def columns() -> Columns:
    stated = json.loads(files("cli.patrol").joinpath("patches.json").read_text("utf-8"))
    return read_as(TypeAdapter(Columns), stated, "patches.json")


@cache
def _meanings() -> dict[str, str]:
    return {_plainly(name): column for column, names in columns().columns.items() for name in names}


def _plainly(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


@dataclass(slots=True)
class Patches:
    """The reports of a file, each with its row, what is wrong by row and column, and what is worth knowing."""

    found: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def patches_in(file: Path, project: str, layer: str | None, crs: str | None, datum: Datum | None) -> Patches:
    """Raises BadFile for what is no map; it names every column that is missing."""
    read = read_map(file, layer)
    system = system_of(read.system, read.by_standard, crs, datum, amap=False)
    patches = Patches(told=[*read.told, say("areas.measured_in", file=file.name, system=system.name)])
    heads = {_meanings().get(_plainly(name)) for one in read.features for name in one.columns}
    missing = [columns().columns[one][0] for one in columns().required if one not in heads]
    if missing:
        raise BadFile(say("patches.columns", file=file, names="、".join(missing)))
    numbers: dict[str, int] = {}
    for feature in read.features:
        try:
            report = _report(feature, project, system, patches)
        except _Wrong as wrong:
            patches.wrong += [(feature.row, name, rule) for name, rule in wrong.wrong]
            continue
        number = report["details"]["patch"]["number"]
        if number in numbers:
            patches.wrong.append((feature.row, "number", say("patches.once", number=number, row=numbers[number])))
            continue
        numbers[number] = feature.row
        patches.found.append((feature.row, report))
    return patches


class _Wrong(ValueError):
    """What is wrong with a patch, by field."""

    def __init__(self, *wrong: tuple[str, str]) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def _report(feature: Feature, project: str, system: System, patches: Patches) -> dict[str, Any]:
    """A patch as patrol takes it in. Raises _Wrong."""
    said = _said(feature.columns)
    wrong = list(feature.wrong)
    wrong += [(name, say("patches.empty")) for name in columns().required if name not in said]
    if not wrong and (zone := system.wrong_zone(feature.polygons)) is not None:
        wrong.append(("geometry.coordinates", zone))
    if wrong:
        raise _Wrong(*wrong)
    polygons = system.degrees(feature.polygons)
    if broken := rings.problems(polygons):
        raise _Wrong(*broken)
    ground = shapely.MultiPolygon([(one[0], one[1:]) for one in polygons])
    measured_ha = _measured_ha(ground)
    stated_ha = said.setdefault("area_ha", measured_ha)
    if abs(stated_ha - measured_ha) * 100 > measured_ha * columns().may_differ_percent:
        patches.told.append(say("patches.area", number=said["number"], stated=stated_ha, measured=measured_ha))
    middle = ground.representative_point()
    words = [str(said[name]) for name in ("violation", "verified_reason", "read_as") if name in said]
    kind = next((kind for word, kind in columns().kinds.items() if any(word in one for one in words)), None)
    where: dict[str, Any] = {name: said.pop(name) for name in ("compartment", "sub_compartment") if name in said}
    seen_at = datetime.combine(said["after_on"], time(), SHANGHAI).astimezone(UTC)
    details: dict[str, Any] = {
        **where,
        "patch": {
            **{name: str(one) for name, one in said.items()},
            "project": project,
            "boundary": {"type": "MultiPolygon", "coordinates": polygons},
        },
    }
    kind = kind or columns().other_kind
    if kind == columns().other_kind:
        details["ground_mu"] = str(mu_of_hectares(said.get("illegal_ha", said.get("verified_ha", stated_ha))))
    elif "felled_m3" in said:
        details["volume_m3"] = str(said["felled_m3"])
    return {
        "external_id": f"patch/{project}/{said['number']}",
        "kind": IncidentKind(kind),
        "severity": Severity.SERIOUS,
        "at": {"lon": middle.x, "lat": middle.y, "datum": Datum.CGCS2000},
        "seen_at": seen_at.isoformat(),
        "reporter": ReporterKind.SATELLITE,
        "text": "，".join([f"{project} 疑似图斑 {said['number']}", *words]),
        "details": details,
    }


def _said(stated: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says by our names, without what is blank. Raises _Wrong."""
    said: dict[str, Any] = {}
    wrong = []
    for name, value in stated.items():
        column = _meanings().get(_plainly(name))
        if column is None or column in said or value is None or not str(value).strip():
            continue
        try:
            said[column] = _read(column, value)
        except BadCell as bad:
            wrong.append((name, str(bad)))
    if wrong:
        raise _Wrong(*wrong)
    return said


def _read(column: str, value: Any) -> Any:
    if column in columns().days:
        return day(value if isinstance(value, str) else str(value), SINCE_1900)[0]
    text = str(value).strip()
    if column not in columns().numbers:
        return text.removesuffix(".0") if isinstance(value, float) else text
    try:
        found = Decimal(text)
        if found.is_finite() and found >= 0:
            return found.quantize(Decimal("0.0001"))
    except InvalidOperation:
        pass
    raise BadCell(say("hotspots.number", value=text))


def _measured_ha(ground: shapely.MultiPolygon) -> Decimal:
    area_m2, _ = _ELLIPSOID.geometry_area_perimeter(ground)
    return (Decimal(repr(abs(area_m2))) / 10_000).quantize(Decimal("0.0001"))
