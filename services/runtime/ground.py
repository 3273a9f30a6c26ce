"""The areas as a map in memory: which of them contain a point on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.roster import Area
from contracts.values import AreaKind, AreaRef

TERRITORIAL = (AreaKind.DIVISION, AreaKind.GRID)
FOREVER = (date.min, date.max)


@dataclass(frozen=True, slots=True)
class Found:
    """The areas that contain a point, the primary one first, and the references to them; empty where none does."""

    areas: tuple[Area, ...]
    refs: tuple[AreaRef, ...]

    def __bool__(self) -> bool:
        return bool(self.areas)


class Ground:
    """An index over the boundaries of areas; answers for many points at once (DOMAIN §3).

    Only areas without children are searched first: what lies above them follows from the tree.
    """

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = sorted(areas, key=lambda area: (area.division, area.id))
        self._by_id = {area.id: area for area in self._areas}
        parents = {area.parent_id for area in self._areas}
        shapes = [shape_of(area) for area in self._areas]
        leaves = [at for at, area in enumerate(self._areas) if area.id not in parents]
        self._leaves = np.array(leaves, dtype=np.intp)
        self._leaf_tree = shapely.STRtree([shapes[at] for at in leaves])
        self._whole_tree = shapely.STRtree(shapes)
        self._found: dict[tuple[int, ...], list[tuple[date, date, Found]]] = {}

    def __len__(self) -> int:
        return len(self._areas)

    def area(self, area_id: str) -> Area | None:
        return self._by_id.get(area_id)

    def containing(self, lons: Sequence[float], lats: Sequence[float], days: Sequence[date]) -> list[Found]:
        """For each point (degrees on CGCS2000) the areas in force that contain it.

        The primary area comes first: the highest precedence, between equals the territorial one. Then the territorial
        chain, the smallest first, then special areas by precedence. On a border the smaller code wins.
        """
        points: NDArray[np.object_] = np.asarray(
            shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)), dtype=object
        )
        hits: list[tuple[int, ...]] = [()] * len(days)
        at_points, at_leaves = self._leaf_tree.query(points, predicate="intersects")
        for point, leaf in zip(at_points.tolist(), self._leaves[at_leaves].tolist(), strict=True):
            hits[point] += (leaf,)
        found = [self._ordered(hit, day) for hit, day in zip(hits, days, strict=True)]
        lost = [at for at, one in enumerate(found) if not any(area.kind in TERRITORIAL for area in one.areas)]
        if lost:
            self._search_all(points, lost, days, found)
        return found

    def _search_all(
        self, points: NDArray[np.object_], lost: list[int], days: Sequence[date], found: list[Found]
    ) -> None:
        """Ground that no smallest area covers may still lie in a larger one."""
        hits: dict[int, tuple[int, ...]] = dict.fromkeys(lost, ())
        for point, area in zip(*self._whole_tree.query(points[lost], predicate="intersects").tolist(), strict=True):
            hits[lost[point]] += (area,)
        for at, hit in hits.items():
            found[at] = self._ordered(hit, days[at])

    def _ordered(self, hit: tuple[int, ...], day: date) -> Found:
        """What was found once for a set of areas holds for all days between two changes of theirs."""
        spans = self._found.setdefault(tuple(sorted(hit)), [])
        for first, last, found in spans:
            if first <= day <= last:
                return found
        areas = self._order([self._areas[at] for at in sorted(hit) if in_force(self._areas[at], day)], day)
        refs = (AreaRef(id=area.id, kind=area.kind, name=area.name, division=area.division) for area in areas)
        found = Found(areas, tuple(refs))
        spans.append((*self._unchanged(hit, day), found))
        return found

    def _unchanged(self, hit: tuple[int, ...], day: date) -> tuple[date, date]:
        """The days around `day` in which none of these areas, nor any above them, begins or ends."""
        first, last = FOREVER
        for at in hit:
            up: Area | None = self._areas[at]
            seen: set[str] = set()
            while up is not None and up.id not in seen:
                seen.add(up.id)
                changes = [up.in_force_from]
                if up.ended_on is not None and up.ended_on < date.max:
                    changes.append(up.ended_on + timedelta(days=1))
                first = max([first, *(change for change in changes if change <= day)])
                last = min([last, *(change - timedelta(days=1) for change in changes if change > day)])
                up = self._by_id.get(up.parent_id or "")
        return first, last

    def _order(self, hit: list[Area], day: date) -> tuple[Area, ...]:
        chains = [self._chain(area, day) for area in hit if area.kind in TERRITORIAL]
        chain = max(chains, key=len) if chains else ()
        special = sorted((area for area in hit if area.kind not in TERRITORIAL), key=lambda a: (-a.precedence, a.id))
        if special and (not chain or special[0].precedence > chain[0].precedence):
            return (special[0], *chain, *special[1:])
        return (*chain, *special)

    def _chain(self, area: Area, day: date) -> tuple[Area, ...]:
        """The area and those above it that are in force."""
        up: Area | None = area
        chain: list[Area] = []
        while up is not None and up not in chain:
            if in_force(up, day):
                chain.append(up)
            up = self._by_id.get(up.parent_id or "")
        return tuple(chain)


def in_force(area: Area, day: date) -> bool:
    return area.in_force_from <= day and (area.ended_on is None or day <= area.ended_on)


def shape_of(area: Area) -> shapely.MultiPolygon:
    """The boundary as a geometry."""
    return shapely.MultiPolygon([shapely.Polygon(polygon[0], polygon[1:]) for polygon in area.boundary.coordinates])
