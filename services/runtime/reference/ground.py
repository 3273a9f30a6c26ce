"""The areas as a map in memory: which of them contain a point on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from contracts.language.values import AreaKind, AreaRef, Boundary
from contracts.roster import Area

TERRITORIAL = (AreaKind.DIVISION, AreaKind.GRID)
FOREVER = (date.min, date.max)
NOWHERE = -1
HALF = 0.5
SHARE_PLACES = 9
NEVER = date.max.toordinal()
AreasHere = tuple[AreaRef, ...]
"""The areas that contain a point, the primary one first; empty where none does."""


@dataclass(frozen=True, slots=True)
class Site:
    """Of an area what decides whether, and in which order, it answers for a point; its boundary is in the index."""

    ref: AreaRef
    parent_id: str | None
    precedence: int
    in_force_from: date
    ended_on: date | None

    @classmethod
    def of(cls, area: Area) -> Site:
        ref = AreaRef(id=area.id, kind=area.kind, name=area.name, division=area.division)
        return cls(ref, area.parent_id, area.precedence, area.in_force_from, area.ended_on)

    @property
    def territorial(self) -> bool:
        return self.ref.kind in TERRITORIAL

    def in_force(self, day: date) -> bool:
        return self.in_force_from <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True)
class Shared:
    """The areas that answer for a line or a piece of ground, in the order of `Ground.containing`.

    `shares` says how much of it lies in each area and in none below, `outside` how much in none at all, `middle` is a
    point of its largest part.
    """

    areas: AreasHere
    shares: dict[str, float]
    outside: float
    middle: shapely.Point | None


class Ground:
    """An index over the boundaries of areas; answers for many points at once (DOMAIN §3).

    Only areas without children are searched first: what lies above them follows from the tree.
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        # A boundary is large as it is stated: of each only the shape stays.
        stated = sorted(((Site.of(area), shape_of(area)) for area in areas), key=lambda one: _by_code(one[0]))
        self._sites, shapes = [site for site, _ in stated], [shape for _, shape in stated]
        self._by_id = {site.ref.id: site for site in self._sites}
        self._number = {site.ref.id: at for at, site in enumerate(self._sites)}
        parents = {site.parent_id for site in self._sites}
        leaves = [at for at, site in enumerate(self._sites) if site.ref.id not in parents]
        self._leaves = np.array(leaves, dtype=np.intp)
        self._leaf_tree = shapely.STRtree([shapes[at] for at in leaves])
        self._whole_tree = shapely.STRtree(shapes)
        self._found: dict[tuple[int, ...], list[tuple[date, date, AreasHere]]] = {}
        # What was found last in each of the smallest areas, and the days for which it holds.
        self._in_leaf = np.full(len(leaves), None, dtype=object)
        self._first_day = np.full(len(leaves), NEVER)
        self._last_day = np.full(len(leaves), NOWHERE)

    def __len__(self) -> int:
        return len(self._sites)

    def boundary(self, area_id: str) -> shapely.Geometry | None:
        """Where an area lies, in degrees on CGCS2000; None for one that nobody has stated."""
        at = self._number.get(area_id)
        return None if at is None else self._whole_tree.geometries[at]

    def containing(self, lons: ArrayLike, lats: ArrayLike, days: Sequence[date]) -> list[AreasHere]:
        """For each point (degrees on CGCS2000) the areas in force that contain it.

        The primary area comes first: the highest precedence, between equals the territorial one. Then the territorial
        chain, the smallest first, then special areas by precedence. On a border the smaller code wins.
        """
        points: NDArray[np.object_] = np.asarray(
            shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)), dtype=object
        )
        if not len(self._leaves):
            return [()] * len(days)
        at_points, at_leaves = self._leaf_tree.query(points, predicate="intersects")
        # Nearly every point lies in one of the smallest areas and in no other, as many before it did.
        leaf_of = np.full(len(days), NOWHERE)
        leaf_of[at_points] = at_leaves
        day_of = np.fromiter(map(date.toordinal, days), dtype=np.int64, count=len(days))
        known = (self._first_day[leaf_of] <= day_of) & (day_of <= self._last_day[leaf_of]) & (leaf_of != NOWHERE)
        known[at_points[1:][at_points[1:] == at_points[:-1]]] = False
        found: list[AreasHere] = self._in_leaf[leaf_of].tolist()
        rest = np.flatnonzero(~known).tolist()
        if rest:
            self._search(points, rest, days, found, at_points, at_leaves)
        return found

    def contradicting(self, lon: float, lat: float, day: date, found: AreasHere) -> tuple[list[str], list[str]]:
        """What `containing` has found, held against the boundaries: areas of the territorial chain that do not hold the
        point, and others that do."""
        point = shapely.Point(lon, lat)
        chain = {ref.id for ref in found if ref.kind in TERRITORIAL}
        touching = {self._sites[at].ref.id for at in self._whole_tree.query(point, predicate="intersects").tolist()}
        holding = [self._sites[at] for at in self._whole_tree.query(point, predicate="within").tolist()]
        inside = {site.ref.id for site in holding if site.territorial and site.in_force(day)} if chain else set()
        return sorted(chain - touching), sorted(inside - chain)

    def sharing(self, shape: shapely.Geometry, day: date) -> Shared:
        """Who answers for a line or polygons (degrees on CGCS2000), by the largest share, the smaller code of equals.

        A special area answers where at least half lies in it.
        """
        hit = sorted(self._whole_tree.query(shape, predicate="intersects").tolist())
        sites = [self._sites[at] for at in hit if self._sites[at].in_force(day)]
        shapes = {self._sites[at].ref.id: self._whole_tree.geometries[at] for at in hit}
        territorial = [site for site in sites if site.territorial]
        clipped = {site.ref.id: shapely.intersection(shape, shapes[site.ref.id]) for site in sites}
        parts = dict(clipped)
        for site in territorial:
            below = [clipped[one.ref.id] for one in territorial if one.parent_id == site.ref.id]
            if below:
                parts[site.ref.id] = shapely.difference(clipped[site.ref.id], shapely.union_all(below))
        flat = shapely.get_dimensions(shape) == 2
        whole = _extent(shape, flat)
        shares = {id: round(_extent(part, flat) / whole, SHARE_PLACES) if whole else 0.0 for id, part in parts.items()}
        covered = shapely.union_all([clipped[site.ref.id] for site in territorial])
        outside = round(_extent(shapely.difference(shape, covered), flat) / whole, SHARE_PLACES) if whole else 1.0
        nearest = max(territorial, key=lambda one: shares[one.ref.id], default=None)
        answering = [site for site in sites if not site.territorial and shares[site.ref.id] >= HALF]
        middle = None
        if nearest is not None and shares[nearest.ref.id] > 0:
            answering.append(nearest)
            middle = shapely.point_on_surface(parts[nearest.ref.id])
        return Shared(self._order(answering, day), {id: one for id, one in shares.items() if one > 0}, outside, middle)

    def _search(
        self,
        points: NDArray[np.object_],
        rest: list[int],
        days: Sequence[date],
        found: list[AreasHere],
        at_points: NDArray[np.intp],
        at_leaves: NDArray[np.intp],
    ) -> None:
        """Those points of which nothing is remembered."""
        hits: dict[int, tuple[int, ...]] = dict.fromkeys(rest, ())
        for point, leaf in zip(at_points.tolist(), at_leaves.tolist(), strict=True):
            if point in hits:
                hits[point] += (leaf,)
        lost = []
        for at, leaves in hits.items():
            one = found[at] = self._ordered(tuple(self._leaves[list(leaves)].tolist()), days[at])
            if not any(ref.kind in TERRITORIAL for ref in one):
                lost.append(at)
            elif len(leaves) == 1:
                self._remember(leaves[0], days[at], one)
        if lost:
            self._search_all(points, lost, days, found)

    def _remember(self, leaf: int, day: date, found: AreasHere) -> None:
        first, last = self._unchanged((int(self._leaves[leaf]),), day)
        self._in_leaf[leaf], self._first_day[leaf], self._last_day[leaf] = found, first.toordinal(), last.toordinal()

    def _search_all(
        self, points: NDArray[np.object_], lost: list[int], days: Sequence[date], found: list[AreasHere]
    ) -> None:
        """Ground that no smallest area covers may still lie in a larger one."""
        hits: dict[int, tuple[int, ...]] = dict.fromkeys(lost, ())
        for point, area in zip(*self._whole_tree.query(points[lost], predicate="intersects").tolist(), strict=True):
            hits[lost[point]] += (area,)
        for at, hit in hits.items():
            found[at] = self._ordered(hit, days[at])

    def _ordered(self, hit: tuple[int, ...], day: date) -> AreasHere:
        """What was found once for a set of areas holds for all days between two changes of theirs."""
        spans = self._found.setdefault(tuple(sorted(hit)), [])
        for first, last, found in spans:
            if first <= day <= last:
                return found
        found = self._order([self._sites[at] for at in sorted(hit) if self._sites[at].in_force(day)], day)
        spans.append((*self._unchanged(hit, day), found))
        return found

    def _unchanged(self, hit: tuple[int, ...], day: date) -> tuple[date, date]:
        """The days around `day` in which none of these areas, nor any above them, begins or ends."""
        first, last = FOREVER
        for at in hit:
            up: Site | None = self._sites[at]
            seen: set[str] = set()
            while up is not None and up.ref.id not in seen:
                seen.add(up.ref.id)
                changes = [up.in_force_from]
                if up.ended_on is not None:
                    changes.append(up.ended_on + timedelta(days=1))
                first = max([first, *(change for change in changes if change <= day)])
                last = min([last, *(change - timedelta(days=1) for change in changes if change > day)])
                up = self._by_id.get(up.parent_id or "")
        return first, last

    def _order(self, hit: list[Site], day: date) -> AreasHere:
        chains = [self._chain(site, day) for site in hit if site.territorial]
        chain = max(chains, key=len) if chains else ()
        special = sorted((site for site in hit if not site.territorial), key=lambda one: (-one.precedence, one.ref.id))
        if special and (not chain or special[0].precedence > chain[0].precedence):
            chain = (special.pop(0), *chain)
        return tuple(site.ref for site in (*chain, *special))

    def _chain(self, site: Site, day: date) -> tuple[Site, ...]:
        """The area and those above it that are in force."""
        up: Site | None = site
        chain: list[Site] = []
        while up is not None and up not in chain:
            if up.in_force(day):
                chain.append(up)
            up = self._by_id.get(up.parent_id or "")
        return tuple(chain)


def _extent(shape: shapely.Geometry, flat: bool) -> float:
    """Area where it is flat, else length, in degrees of latitude: those of longitude are shorter the farther north."""
    if shapely.is_empty(shape):
        return 0.0
    _, south, _, north = shapely.bounds(shape).tolist()
    metric = shapely.transform(shape, lambda at: at * (cos(radians((south + north) / 2)), 1.0))
    return float(shapely.area(metric) if flat else shapely.length(metric))


def _by_code(site: Site) -> tuple[str, str]:
    return site.ref.division, site.ref.id


def shape_of(area: Area) -> shapely.MultiPolygon:
    """The boundary of an area as a geometry."""
    return drawn(area.boundary)


def drawn(boundary: Boundary) -> shapely.MultiPolygon:
    """Polygons as a geometry; whether they are lawful is not looked at."""
    return shapely.MultiPolygon([shapely.Polygon(polygon[0], polygon[1:]) for polygon in boundary.coordinates])
