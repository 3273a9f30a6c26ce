"""Asks roster what sheets are read against: the divisions in force, the posts, the units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cli.pages import pages
from cli.sheet.cell import folded
from cli.sheet.division_list import in_force
from cli.sheet.reading import Known
from clients.python.bus import Bus
from contracts.language.division import Division
from contracts.language.values import AreaKind, UnitRef
from contracts.roster import ListPlaces, ListPosts, NamedDivision, Place, PlacesListed, Post, PostsListed


async def places(bus: Bus, actor: str, division: Division, kind: AreaKind | None = None) -> list[Place]:
    listed = pages(bus, lambda after: ListPlaces(kind=kind, after=after), actor, division, PlacesListed)
    return [place async for page in listed for place in page.places]


async def posts(bus: Bus, actor: str, division: Division) -> list[Post]:
    listed = pages(bus, lambda after: ListPosts(after=after), actor, division, PostsListed)
    return [post async for page in listed for post in page.posts]


async def known_on(bus: Bus, actor: str, division: Division, day: date, held: Iterable[Post] = ()) -> Known:
    """What there is on a day in and under a division, asked for."""
    return known(await places(bus, actor, division), held, division, day)


def known(there: Iterable[Place], held: Iterable[Post], within: Division, on: date) -> Known:
    """What there is on a day, to an office whose own division is one of them."""
    divisions = (
        NamedDivision(
            id=one.id,
            code=one.division,
            name=one.name,
            in_force_from=one.in_force_from,
            ended_on=one.ended_on,
            became=one.became,
        )
        for one in there
        if one.kind is AreaKind.DIVISION
    )
    units = [one.unit for one in held]
    return Known(in_force(divisions, on, within), units_of(units), {one.id: one.name for one in units})


def units_of(units: Iterable[UnitRef]) -> dict[str, frozenset[str]]:
    """The ids of units by the names that they have."""
    found: dict[str, set[str]] = {}
    for unit in units:
        found.setdefault(folded(unit.name), set()).add(unit.id)
    return {name: frozenset(ids) for name, ids in found.items()}
