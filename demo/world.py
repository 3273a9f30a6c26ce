"""The demo's world: the real divisions of Jingdezhen with made-up boundaries, posts and holders."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zlib import crc32

import shapely

from contracts.language.division import Division, Level
from contracts.language.values import AreaKind, PersonRef, Role, UnitRef
from contracts.roster import Appointment, Area, Boundary, Post
from demo.boundaries import boundaries

DATA = Path(__file__).parent / "data"
IN_FORCE_FROM = date(2018, 1, 1)
PLAYED_ON = date(2020, 6, 1)
HELD_FROM = date(2019, 1, 1)
RECORDED_AT = datetime(2019, 1, 1, tzinfo=UTC)
VACANT_OF_HUNDRED = 1
UNMEASURED = Decimal(0)
"""Roster measures an area whose size is not stated."""

TITLES = {
    Role.GENERAL_CHIEF: "总林长",
    Role.DEPUTY_GENERAL_CHIEF: "副总林长",
    Role.CHIEF: "林长",
    Role.OFFICE: "林长办",
    Role.UNIT: "林业工作站",
    Role.VILLAGE_CHIEF: "林长",
    Role.RESOURCE_SUPERVISOR: "监管员",
    Role.RANGER: "护林员",
}
ROLES: Mapping[Level, tuple[Role, ...]] = {
    Level.CITY: (Role.GENERAL_CHIEF, Role.DEPUTY_GENERAL_CHIEF, Role.CHIEF, Role.OFFICE),
    Level.COUNTY: (Role.GENERAL_CHIEF, Role.CHIEF, Role.OFFICE),
    Level.TOWN: (Role.CHIEF, Role.OFFICE, Role.UNIT),
    Level.VILLAGE: (Role.VILLAGE_CHIEF,),
}
GRID_TEAM = (Role.RESOURCE_SUPERVISOR, Role.RANGER)
NEVER_VACANT = (Role.OFFICE, Role.UNIT)


@dataclass(frozen=True, slots=True)
class NamedDivision:
    code: Division
    name: str
    parent: Division | None


def jingdezhen(on: date = PLAYED_ON) -> list[NamedDivision]:
    """Every division of Jingdezhen that is in force on a day, down to its villages, those above first."""
    with (DATA / "jingdezhen-divisions.csv").open(encoding="utf-8", newline="") as table:
        return [
            NamedDivision(Division(row["code"]), row["name"], Division(row["parent"]) if row["parent"] else None)
            for row in csv.DictReader(table)
            if row["in_force_from"] <= on.isoformat() <= (row["ended_on"] or on.isoformat())
        ]


def world(divisions: Sequence[NamedDivision]) -> tuple[list[Area], list[Post]]:
    """The areas, parents before children, and the posts; a grid and its team for every village."""
    names = {division.code: division.name for division in divisions}
    above = {division.parent for division in divisions}
    grounds = boundaries([division.code for division in divisions if division.code not in above])
    areas: list[Area] = []
    posts: list[Post] = []
    for division in sorted(divisions, key=lambda division: division.code):
        code = division.code
        area = Area(
            id=code,
            kind=AreaKind.DIVISION,
            name=division.name,
            division=code,
            parent_id=division.parent,
            boundary=_boundary(grounds[code]),
            area_mu=UNMEASURED,
            generated=True,
            in_force_from=IN_FORCE_FROM,
        )
        areas.append(area)
        title = _full_name(division, names)
        posts += _posts(area, title, ROLES[code.level], names)
        if code.level is Level.VILLAGE:
            about = {"id": f"{code}-g1", "kind": AreaKind.GRID, "name": f"{division.name}一号网格", "parent_id": code}
            grid = area.model_copy(update=about)
            areas.append(grid)
            posts += _posts(grid, f"{title}一号网格", GRID_TEAM, names)
    return areas, posts


def _full_name(division: NamedDivision, names: Mapping[Division, str]) -> str:
    """A village with its town's name before it: many villages share a name."""
    of_village = division.code.level is Level.VILLAGE and division.parent is not None
    return names[division.parent] + division.name if of_village and division.parent else division.name


def _posts(area: Area, place: str, roles: Iterable[Role], names: Mapping[Division, str]) -> list[Post]:
    return [_post(area, role, place + TITLES[role], _unit(area.division, role, names)) for role in roles]


def _post(area: Area, role: Role, title: str, unit: UnitRef) -> Post:
    id = f"{area.id}-{role.replace('_', '-')}"
    vacant = role not in NEVER_VACANT and crc32(id.encode()) % 100 < VACANT_OF_HUNDRED
    person = PersonRef(id=f"p-{id}", name=title)
    held = Appointment(person=person, held_from=HELD_FROM, recorded_at=RECORDED_AT)
    return Post(
        id=id,
        role=role,
        title=title,
        area_id=area.id,
        division=area.division,
        unit=unit,
        appointments=() if vacant else (held,),
    )


def _unit(division: Division, role: Role, names: Mapping[Division, str]) -> UnitRef:
    """Who acts for a post: the town's forestry station for its villages, otherwise the chief office of the level."""
    of_village = division.level is Level.VILLAGE
    body = (division.parent if of_village else None) or division
    if of_village or role is Role.UNIT:
        return UnitRef(id=f"u-{body}", name=names[body] + TITLES[Role.UNIT])
    return UnitRef(id=f"u-{body}-office", name=names[body] + TITLES[Role.OFFICE])


def _boundary(shape: shapely.MultiPolygon) -> Boundary:
    return Boundary(
        coordinates=tuple(
            tuple(tuple((lon, lat) for lon, lat in ring.coords) for ring in (polygon.exterior, *polygon.interiors))
            for polygon in shape.geoms
        )
    )
