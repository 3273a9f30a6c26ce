"""A feature on its way to an area: what is wrong with it, and what would be done to put it right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from cli.areas import rings
from cli.areas.columns import division_in, found_in, said_of, unused
from cli.areas.feature import Feature, NotReadable
from cli.areas.geojson import from_amap
from cli.areas.map_file import read_map
from cli.areas.systems import System, system_of
from cli.enrolling import CHUNK_BYTES
from cli.rules import field_and_rule, stated
from cli.say import say
from contracts.language.message import dump
from contracts.language.values import Datum
from contracts.roster import Area

MOST_RULES = 5
"""Told of one feature."""


@dataclass(slots=True)
class Row:
    """`name` is where it stands: its number, with the file where there are several."""

    name: int | str
    feature: Feature
    wrong: list[tuple[str, str]] = field(default_factory=list)
    repairs: tuple[str, ...] = ()
    area: Area | None = None

    def id(self) -> str | None:
        """Of which area it speaks, as far as that can be read."""
        said = found_in(self.feature.columns)
        if said.get("id") is not None and said.get("kind") is not None:
            return str(said["id"])
        try:
            return division_in(said["code"])
        except (KeyError, NotReadable):
            return None

    def build(self, standing: Mapping[str, Area]) -> None:
        """The area that it states, in the light of how it stands."""
        if self.wrong and not self.repairs:
            return
        try:
            said = said_of(self.feature.columns, self.feature.polygons, standing)
            self.area = Area.model_validate_json(json.dumps(said, default=str))
        except NotReadable as error:
            self.wrong.append((error.where, error.rule))
        except ValidationError as error:
            self.wrong += [field_and_rule(one) for one in error.errors()[:MOST_RULES]]
        else:
            if (size := len(dump(self.area))) > CHUNK_BYTES:
                self.wrong.append(("boundary", stated("too_large", size=size, most=CHUNK_BYTES)))
                self.area = None


def rows_of(
    file: Path, named: bool, layer: str | None, crs: str | None, datum: Datum | None, repair: bool
) -> tuple[list[Row], list[str]]:
    """The features of a file with their rings in degrees on CGCS2000, and what is to be told of the file."""
    read = read_map(file, layer)
    amap = any(from_amap(one.columns) for one in read.features)
    system = system_of(read.system, read.by_standard, crs, datum, amap)
    told = [*read.told, say("areas.measured_in", file=file.name, system=system.name)]
    if read.by_standard and read.system is None and crs is None and datum is None:
        told.append(say("areas.by_standard"))
    high = sum(one.had_altitude for one in read.features)
    if high:
        told.append(say("areas.altitude", count=high))
    left = unused({column: None for one in read.features for column in one.columns})
    if left:
        told.append(say("areas.unused", columns="、".join(left)))
    return [_row(f"{file.name}:{one.row}" if named else one.row, one, system, repair) for one in read.features], told


def _row(name: int | str, feature: Feature, system: System, repair: bool) -> Row:
    row = Row(name, feature, list(feature.wrong))
    if row.wrong:
        return row
    zone = system.wrong_zone(feature.polygons)
    if zone is not None:
        row.wrong.append(("geometry.coordinates", zone))
        return row
    feature.polygons = system.degrees(feature.polygons)
    row.wrong = rings.problems(feature.polygons)[:MOST_RULES]
    if row.wrong and repair:
        mended = rings.repaired(feature.polygons)
        if mended is not None:
            feature.polygons, row.repairs = mended.polygons, mended.done
    return row
