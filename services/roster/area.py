"""What an area must be like to be enrolled, and how large it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

import shapely
from pyproj import Geod

from contracts.datum import in_china
from contracts.division import UNKNOWN, Division
from contracts.mu import mu_of
from contracts.roster import Area, Boundary
from contracts.values import AreaKind
from services.runtime.ground import shape_of

CGCS2000 = Geod(a=6378137, rf=298.257222101)
AGREES_WITHIN = Decimal("0.001")
"""How far a stated size may be from the measured one: survey offices round differently."""
MOST_POSITIONS = 20_000
"""So many always fit into a message."""
OUTSIDE_DEGREES = 1
"""So far an area may reach beyond the ground of the one above: farms and reserves do, a mistyped one goes farther."""

Rule = dict[str, str]
"""A field and the rule that it breaks."""


def measured(area: Area) -> Area:
    """The area with its size on the CGCS2000 ellipsoid, where none is stated."""
    return area if area.area_mu else area.model_copy(update={"area_mu": size_mu(area)})


def size_mu(area: Area) -> Decimal:
    """What a lawful boundary encloses, in mu."""
    parts = [shapely.geometry.polygon.orient(part) for part in shape_of(area).geoms]
    return mu_of(sum(CGCS2000.geometry_area_perimeter(part)[0] for part in parts))


def problems_of(areas: Sequence[Area], stored: Mapping[str, Area]) -> list[Rule]:
    """What forbids enrolling the areas together; `stored` has their parents and children as they stand."""
    times = Counter(area.id for area in areas)
    standing = {**stored, **{area.id: area for area in areas}}
    divisions = {area.division for area in standing.values() if area.kind is AreaKind.DIVISION}
    found = []
    for at, area in enumerate(areas):
        broken = [("id", "must stand once in a command")] if times[area.id] > 1 else []
        broken += [*_of_place(area, standing, divisions), *(_of_ground(area) or _of_parent(area, standing))]
        found += [{"field": f"areas.{at}.{field}", "rule": rule} for field, rule in broken]
    numbers = {area.id: at for at, area in enumerate(areas)}
    for child in stored.values():
        parent = numbers.get(child.parent_id or "")
        if parent is None or child.id in numbers:
            continue
        if not _may_hang_under(child, areas[parent]):
            rule = f"must be above {child.id}, which hangs under it in {child.division}"
            found.append({"field": f"areas.{parent}.division", "rule": rule})
        if _is_far_outside(child, areas[parent]):
            rule = f"must hold {child.id}, which hangs under it, or all but {OUTSIDE_DEGREES} degree of it on any side"
            found.append({"field": f"areas.{parent}.boundary.coordinates", "rule": rule})
    return found


def _of_place(area: Area, standing: Mapping[str, Area], divisions: Collection[Division]) -> Iterator[tuple[str, str]]:
    if area.division == UNKNOWN:
        yield "division", "must be a known division"
    elif area.division not in divisions:
        yield "division", f"must be a division that is enrolled or in the same command, unlike {area.division}"
    if area.ended_on is not None and area.ended_on < area.in_force_from:
        yield "ended_on", f"must not be before {area.in_force_from}, the first day in force"
    if area.parent_id is not None:
        parent = standing.get(area.parent_id)
        if parent is None:
            yield "parent_id", f"must be an area that is enrolled or in the same command, unlike {area.parent_id}"
        elif not _may_hang_under(area, parent):
            yield "parent_id", f"must be an area above, unlike the {parent.kind} {parent.id} in {parent.division}"


def _may_hang_under(area: Area, parent: Area) -> bool:
    """In the division above, or in the same one under a larger kind: thus nothing ever hangs under itself."""
    if parent.division != area.division:
        return parent.division != UNKNOWN and parent.division.contains(area.division)
    return _rank(parent.kind) < _rank(area.kind)


def _rank(kind: AreaKind) -> int:
    return {AreaKind.DIVISION: 0, AreaKind.GRID: 2}.get(kind, 1)


def _of_ground(area: Area) -> list[tuple[str, str]]:
    """The first rule that a boundary breaks, and what is wrong with its size."""
    wrong = _of_rings(area.boundary)
    if wrong is not None:
        at, rule = wrong
        return [(f"boundary.coordinates.{at}", rule)]
    shape = shape_of(area)
    if not shape.is_valid:
        rule = f"must be simple polygons that do not overlap: {shapely.is_valid_reason(shape)}"
        return [("boundary.coordinates", rule)]
    found = []
    size = size_mu(area)
    if size <= 0:
        found.append(("boundary.coordinates", "must enclose some ground"))
    elif area.area_mu and abs(area.area_mu - size) > size * AGREES_WITHIN:
        rule = f"must be {size} mu within {AGREES_WITHIN:%}, as measured on CGCS2000; 0 has it measured"
        found.append(("area_mu", rule))
    return found


def _of_rings(boundary: Boundary) -> tuple[str, str] | None:
    """Where in the coordinates which rule is broken first."""
    positions = 0
    for p, polygon in enumerate(boundary.coordinates):
        for r, ring in enumerate(polygon):
            positions += len(ring)
            if positions > MOST_POSITIONS:
                return f"{p}.{r}", f"must end within {MOST_POSITIONS} positions of the whole boundary"
            if ring[0] != ring[-1]:
                return f"{p}.{r}", "must be a closed ring: its last position is its first"
            for c, (lon, lat) in enumerate(ring):
                if not in_china(lon, lat):
                    return f"{p}.{r}.{c}", f"must lie in China, unlike {lon}, {lat}"
    return None


def _of_parent(area: Area, standing: Mapping[str, Area]) -> list[tuple[str, str]]:
    parent = standing.get(area.parent_id or "")
    if parent is None or not _is_far_outside(area, parent):
        return []
    rule = f"must lie on the ground of {parent.id} above it, or all but {OUTSIDE_DEGREES} degree of it on any side"
    return [("boundary.coordinates", rule)]


def _is_far_outside(area: Area, parent: Area) -> bool:
    west, south, east, north = _bounds(area)
    its_west, its_south, its_east, its_north = _bounds(parent)
    return max(its_west - west, its_south - south, east - its_east, north - its_north) > OUTSIDE_DEGREES


def _bounds(area: Area) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    positions = [at for polygon in area.boundary.coordinates for ring in polygon for at in ring]
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    return min(lons), min(lats), max(lons), max(lats)
