"""What an area must be like to be enrolled, and how large it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import shapely
from pyproj import Geod

from contracts.division import UNKNOWN
from contracts.event import MAX_MESSAGE_BYTES
from contracts.mu import mu_of
from contracts.roster import Area, Boundary
from contracts.values import AreaKind
from services.runtime.ground import shape_of

CGCS2000 = Geod(a=6378137, rf=298.257222101)
AGREES_WITHIN = Decimal("0.001")
"""How far a stated size may be from the measured one: survey offices round differently."""
MAX_AREA_BYTES = MAX_MESSAGE_BYTES - 1024

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
    found = []
    for at, area in enumerate(areas):
        broken = [("id", "must stand once in a command")] if times[area.id] > 1 else []
        broken += [*_of_place(area, standing), *_of_ground(area)]
        found += [{"field": f"areas.{at}.{field}", "rule": rule} for field, rule in broken]
    numbers = {area.id: at for at, area in enumerate(areas)}
    for child in stored.values():
        parent = numbers.get(child.parent_id or "")
        if parent is not None and child.id not in numbers and not _may_hang_under(child, areas[parent]):
            rule = f"must be above {child.id}, which hangs under it in {child.division}"
            found.append({"field": f"areas.{parent}.division", "rule": rule})
    return found


def _of_place(area: Area, standing: Mapping[str, Area]) -> Iterator[tuple[str, str]]:
    if area.division == UNKNOWN:
        yield "division", "must be a known division"
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


def _of_ground(area: Area) -> Iterator[tuple[str, str]]:
    at = _open_ring(area.boundary)
    if at is not None:
        yield f"boundary.coordinates.{at}", "must be a closed ring: its last position is its first"
        return
    shape = shape_of(area)
    if not shape.is_valid:
        yield "boundary.coordinates", f"must be simple polygons that do not overlap: {shapely.is_valid_reason(shape)}"
        return
    if len(area.model_dump_json()) > MAX_AREA_BYTES:
        yield "boundary.coordinates", f"must leave the area within {MAX_AREA_BYTES} bytes as JSON"
    size = size_mu(area)
    if not size:
        yield "boundary.coordinates", "must enclose some ground"
    elif area.area_mu and abs(area.area_mu - size) > size * AGREES_WITHIN:
        yield "area_mu", f"must be {size} mu within {AGREES_WITHIN:%}, as measured on CGCS2000; 0 has it measured"


def _open_ring(boundary: Boundary) -> str | None:
    for p, polygon in enumerate(boundary.coordinates):
        for r, ring in enumerate(polygon):
            if ring[0] != ring[-1]:
                return f"{p}.{r}"
    return None
