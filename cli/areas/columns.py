"""Which column of a map is what: `columns.json`; whatever an office calls its code and name, they are found."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from cli.areas.feature import NotReadable, Polygons
from cli.rules import stated
from contracts.language.division import Division, Level
from contracts.language.mu import mu_of, mu_of_hectares
from contracts.language.values import AreaKind
from contracts.roster import Area

LENGTHS = (2, 4, 6, 9, 12)
"""Digits of a code that is cut off after a level."""
IN_FORCE_FROM = date(2018, 1, 1)
_CUT_OFF = 3
"""Letters that a .dbf leaves at least of a longer Chinese heading."""


@cache
def known() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("cli.areas").joinpath("columns.json").read_text("utf-8"))
    return found


def _plainly(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


@cache
def _meaning(column: str) -> str | None:
    """What a heading means; one that a .dbf has cut off, where it can be the beginning of one alone."""
    plain = _plainly(column)
    begun = set()
    for field, names in known().items():
        for name in names if isinstance(names, list) else ():
            if _plainly(name) == plain:
                return field
            if len(plain) >= _CUT_OFF and not plain.isascii() and _plainly(name).startswith(plain):
                begun.add(field)
    return begun.pop() if len(begun) == 1 else None


def unused(columns: Iterable[str]) -> list[str]:
    """Headings that say nothing of an area here."""
    return [column for column in columns if _meaning(column) is None]


def found_in(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of an area, by our names. The first of several headings in the order of the list counts."""
    said: dict[str, tuple[int, Any]] = {}
    for column, value in columns.items():
        field = _meaning(column)
        if field is None or value is None or value == "" or isinstance(value, Mapping | list):
            continue
        names = [_plainly(name) for name in known()[field]]
        plain = _plainly(column)
        turn = names.index(plain) if plain in names else len(names)
        if field not in said or turn < said[field][0]:
            said[field] = turn, _code_in(value, plain) if field == "code" else value
    return {field: value for field, (_, value) in said.items()}


def _code_in(value: Any, column: str) -> Any:
    prefix = known()["prefixes_of_codes"].get(column)
    return str(value).removeprefix(prefix) if prefix else value


def division_in(value: Any) -> Division:
    """A code of two to twelve digits, as text, in full width, or as a number. Raises NotReadable."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    digits = unicodedata.normalize("NFKC", str(value)).strip()
    if digits.isascii() and digits.isdecimal() and len(digits) in LENGTHS:
        return Division(digits.ljust(12, "0"))
    raise NotReadable("properties.code", stated("map_code", found=str(value)[:40]))


def said_of(columns: Mapping[str, Any], polygons: Polygons, standing: Mapping[str, Area]) -> dict[str, Any]:
    """An area as JSON has it: what the row says, else how it stands, else as a new one is. Raises NotReadable."""
    row = found_in(columns)
    if "code" not in row:
        raise NotReadable("properties.code", stated("map_code_missing", known="、".join(known()["code"][:6])))
    division = division_in(row.pop("code"))
    kind = known()["kinds"].get(row.get("kind"), row.pop("kind", AreaKind.DIVISION))
    if kind == AreaKind.DIVISION:
        row["id"] = division
    elif "id" not in row:
        raise NotReadable("properties.id", stated("missing"))
    before = standing.get(str(row["id"]))
    defaults = before.model_dump(mode="json", exclude={"boundary", "area_mu"}) if before else {}
    row["area_mu"] = _size(row)
    return {
        "parent_id": _parent(division) if kind == AreaKind.DIVISION else division,
        "in_force_from": IN_FORCE_FROM.isoformat(),
        **defaults,
        **{name: value for name, value in row.items() if name in Area.model_fields},
        "id": str(row["id"]),
        "kind": kind,
        "name": str(row.get("name", defaults.get("name", ""))),
        "division": division,
        "generated": row.get("generated", False),
        "boundary": {"coordinates": polygons},
    }


def _size(row: dict[str, Any]) -> Any:
    """What is stated in mu, hectares or square metres; 0 has it measured."""
    if "area_mu" in row:
        return row["area_mu"]
    for field, in_mu in (("area_hectares", mu_of_hectares), ("area_square_metres", mu_of)):
        if field in row:
            try:
                return str(in_mu(Decimal(str(row[field]))))
            except InvalidOperation:
                raise NotReadable(field, stated("decimal_not_negative", digits=12)) from None
    return "0"


def _parent(division: Division) -> Division | None:
    """The division above, down from the county."""
    return division.parent if division.level in (Level.COUNTY, Level.TOWN, Level.VILLAGE) else None
