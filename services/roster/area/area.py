"""What an area must be like to be enrolled, and how large it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
import shapely

from contracts.language.datum import in_china
from contracts.language.division import UNKNOWN, Division
from contracts.language.mu import enclosed_m2, mu_of
from contracts.language.rules import Rule, Wrong, broken
from contracts.language.values import AreaKind
from contracts.roster import Area, Boundary
from services.roster.area.in_force import outlives, problems_of_days
from services.runtime.reference.ground import drawn, shape_of

AGREES_WITHIN = Decimal("0.001")
"""How far a stated size may be from the measured one: survey offices round differently."""
MOST_POSITIONS = 20_000
"""So many always fit into a message."""
_POSITION = re.compile(r"\[(-?[0-9.]+) (-?[0-9.]+)\]")
OUTSIDE_DEGREES = 1
"""So far an area may reach beyond the ground of the one above: farms and reserves do, a mistyped one goes farther."""


def measured(area: Area) -> Area:
    """The area with its size on the CGCS2000 ellipsoid, where none is stated."""
    return area if area.area_mu else area.model_copy(update={"area_mu": size_mu(area)})


def size_mu(area: Area) -> Decimal:
    """What a lawful boundary encloses, in mu."""
    return mu_enclosed(shape_of(area).geoms)


def mu_enclosed(parts: Iterable[shapely.Polygon]) -> Decimal:
    """What polygons enclose, in mu, on the ellipsoid; whichever way their rings turn."""
    return mu_of(sum(_ring_m2(part.exterior) - sum(map(_ring_m2, part.interiors)) for part in parts))


def _ring_m2(ring: shapely.LinearRing) -> float:
    positions = shapely.get_coordinates(ring)
    return enclosed_m2(positions[:, 0], positions[:, 1], np)


def problems_of(areas: Sequence[Area], stored: Mapping[str, Area]) -> list[Wrong]:
    """What forbids enrolling the areas together; `stored` has their parents and children as they stand."""
    times = Counter(area.id for area in areas)
    standing = {**stored, **{area.id: area for area in areas}}
    divisions = {area.division for area in standing.values() if area.kind is AreaKind.DIVISION}
    found: list[Wrong] = []
    for at, area in enumerate(areas):
        wrong = [("id", broken("once_in_command"))] if times[area.id] > 1 else []
        wrong += [*_of_place(area, standing, divisions), *problems_of_days(area, standing)]
        wrong += [*(_of_ground(area) or _of_parent(area, standing))]
        found += [{"field": f"areas.{at}.{field}", "rule": rule} for field, rule in wrong]
    numbers = {area.id: at for at, area in enumerate(areas)}
    for child in stored.values():
        parent = numbers.get(child.parent_id or "")
        if parent is None or child.id in numbers:
            continue
        if outlives(child, areas[parent]):
            rule = broken("child_outlives", area=child.id)
            found.append({"field": f"areas.{parent}.ended_on", "rule": rule})
        if not _may_hang_under(child, areas[parent]):
            rule = broken("above_child", area=child.id, division=child.division)
            found.append({"field": f"areas.{parent}.division", "rule": rule})
        if _is_far_outside(child, areas[parent]):
            rule = broken("holds_child", area=child.id, degrees=OUTSIDE_DEGREES)
            found.append({"field": f"areas.{parent}.boundary.coordinates", "rule": rule})
    return found


def _of_place(area: Area, standing: Mapping[str, Area], divisions: Collection[Division]) -> Iterator[tuple[str, Rule]]:
    if area.division == UNKNOWN:
        yield "division", broken("known_division")
    elif area.division not in divisions:
        yield "division", broken("enrolled_division", division=area.division)
    if area.ended_on is not None and area.ended_on < area.in_force_from:
        yield "ended_on", broken("ended_before_force", first=area.in_force_from)
    if area.parent_id is not None:
        parent = standing.get(area.parent_id)
        if parent is None:
            yield "parent_id", broken("enrolled_parent", area=area.parent_id)
        elif not _may_hang_under(area, parent):
            rule = broken("area_above", area_kind=parent.kind, area=parent.id, division=parent.division)
            yield "parent_id", rule


def _may_hang_under(area: Area, parent: Area) -> bool:
    """In the division above, or in the same one under a larger kind: thus nothing ever hangs under itself."""
    if parent.division != area.division:
        return parent.division != UNKNOWN and parent.division.contains(area.division)
    return _rank(parent.kind) < _rank(area.kind)


def _rank(kind: AreaKind) -> int:
    return {AreaKind.DIVISION: 0, AreaKind.GRID: 2}.get(kind, 1)


def _of_ground(area: Area) -> list[tuple[str, Rule]]:
    """The first rule that a boundary breaks, and what is wrong with its size."""
    wrong = boundary_problem(area.boundary)
    if wrong is not None:
        return [wrong]
    found = []
    size = size_mu(area)
    if size <= 0:
        found.append(("boundary.coordinates", broken("no_ground_enclosed")))
    elif area.area_mu and abs(area.area_mu - size) > size * AGREES_WITHIN:
        found.append(("area_mu", broken("size_differs", size=size, within=f"{AGREES_WITHIN:%}")))
    return found


def boundary_problem(boundary: Boundary) -> tuple[str, Rule] | None:
    """The first rule that a boundary breaks as such, and where."""
    wrong = _of_rings(boundary)
    if wrong is not None:
        at, rule = wrong
        return f"boundary.coordinates.{at}", rule
    shape = drawn(boundary)
    return None if shape.is_valid else ("boundary.coordinates", _not_simple(shape))


def _not_simple(shape: shapely.MultiPolygon) -> Rule:
    """Where it crosses itself, as far as the library names a position; its own words are for its makers."""
    at = _POSITION.search(shapely.is_valid_reason(shape))
    return broken("ring_crosses", lon=at[1], lat=at[2]) if at else broken("ring_not_simple")


def _of_rings(boundary: Boundary) -> tuple[str, Rule] | None:
    """Where in the coordinates which rule is broken first."""
    positions = 0
    for p, polygon in enumerate(boundary.coordinates):
        for r, ring in enumerate(polygon):
            positions += len(ring)
            if positions > MOST_POSITIONS:
                return f"{p}.{r}", broken("too_many_positions", most=MOST_POSITIONS)
            if ring[0] != ring[-1]:
                return f"{p}.{r}", broken("ring_open")
            for c, (lon, lat) in enumerate(ring):
                if not in_china(lon, lat):
                    return f"{p}.{r}.{c}", broken("outside_china", lon=lon, lat=lat)
    return None


def _of_parent(area: Area, standing: Mapping[str, Area]) -> list[tuple[str, Rule]]:
    parent = standing.get(area.parent_id or "")
    if parent is None or not _is_far_outside(area, parent):
        return []
    return [("boundary.coordinates", broken("on_parent_ground", area=parent.id, degrees=OUTSIDE_DEGREES))]


def _is_far_outside(area: Area, parent: Area) -> bool:
    west, south, east, north = _bounds(area)
    its_west, its_south, its_east, its_north = _bounds(parent)
    return max(its_west - west, its_south - south, east - its_east, north - its_north) > OUTSIDE_DEGREES


def _bounds(area: Area) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    positions = [at for polygon in area.boundary.coordinates for ring in polygon for at in ring]
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    return min(lons), min(lats), max(lons), max(lats)
