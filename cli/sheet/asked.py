"""Asks roster what sheets are read against: the divisions in force, the posts, the units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cli.sheet.cell import folded
from cli.sheet.place import Gazetteer
from cli.sheet.reading import Known
from clients.python.bus import Bus
from contracts.language.division import Division
from contracts.language.values import AreaKind, UnitRef
from contracts.roster import ListPlaces, ListPosts, Place, PlacesListed, Post, PostsListed


async def places(bus: Bus, actor: str, division: Division, kind: AreaKind | None = None) -> list[Place]:
    found: list[Place] = []
    after = None
    while True:
        page = await bus.ask(ListPlaces(kind=kind, after=after), actor, division, PlacesListed, timeout=60)
        found += page.places
        after = page.after
        if after is None:
            return found


async def posts(bus: Bus, actor: str, division: Division) -> list[Post]:
    found: list[Post] = []
    after = None
    while True:
        page = await bus.ask(ListPosts(after=after), actor, division, PostsListed, timeout=60)
        found += page.posts
        after = page.after
        if after is None:
            return found


def known(there: Iterable[Place], held: Iterable[Post], within: Division, on: date) -> Known:
    """What there is on a day, to an office whose own division is one of them."""
    divisions = [one for one in there if one.kind is AreaKind.DIVISION]
    last_days = {one.division: one.ended_on for one in divisions if one.ended_on is not None and one.ended_on < on}
    names = {one.division: one.name for one in divisions if one.division not in last_days}
    units = [one.unit for one in held]
    return Known(Gazetteer(names, within, last_days), units_of(units), {one.id: one.name for one in units})


def units_of(units: Iterable[UnitRef]) -> dict[str, frozenset[str]]:
    """The ids of units by the names that they have."""
    found: dict[str, set[str]] = {}
    for unit in units:
        found.setdefault(folded(unit.name), set()).add(unit.id)
    return {name: frozenset(ids) for name, ids in found.items()}
