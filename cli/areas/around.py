"""How the areas of a map lie to those around them: above, beside, below, and where they lay before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import files

import numpy as np
import shapely

from cli.areas.rings import CGCS2000, shape_of, size_mu
from cli.rules import stated
from contracts.language.datum import gcj02_offset, unshifted
from contracts.language.division import Division
from contracts.language.values import AreaKind
from contracts.roster import Area

AGREES_WITHIN = Decimal("0.001")
"""How far a stated size may be from the measured one, as roster has it."""
TERRITORIAL = (AreaKind.DIVISION, AreaKind.GRID)
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """`limits.json`: how much of an area may lie otherwise than it should without a word."""

    slivers_mu: Decimal
    slivers_share: Decimal
    moved_metres: float
    datum_from_metres: float
    datum_to_metres: float
    same_shape_share: float

    def is_sliver(self, size: Decimal, of: Decimal) -> bool:
        return size <= max(self.slivers_mu, self.slivers_share * of)


@cache
def limits() -> Limits:
    found = json.loads(files("cli.areas").joinpath("limits.json").read_text("utf-8"))
    return Limits(
        Decimal(found["slivers_mu"]),
        Decimal(found["slivers_share"]),
        found["moved_metres"],
        found["datum_from_metres"],
        found["datum_to_metres"],
        float(found["same_shape_share"]),
    )


class Weight(Enum):
    """What a finding means for its area: it is kept out, kept out until confirmed by name, or enrolled and told of."""

    WRONG = "wrong"
    ASKS = "asks"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an area that lies otherwise than it should."""

    id: str
    field: str
    rule: str
    weight: Weight


class Around:
    """The ground as it stands, and as a map would have it."""

    def __init__(self, coming: Sequence[Area], standing: Mapping[str, Area], listed: Collection[Division]) -> None:
        self._coming = {area.id: area for area in coming}
        self._standing = standing
        self._listed = listed
        self._after = {**standing, **self._coming}
        self._shapes = {id: _shape(area) for id, area in self._after.items()}
        self._by_parent: dict[str, list[str]] = {}
        for area in self._after.values():
            if area.parent_id is not None:
                self._by_parent.setdefault(area.parent_id, []).append(area.id)
        self._trees = {parent: self._tree(ids) for parent, ids in self._by_parent.items()}

    def _tree(self, ids: list[str]) -> shapely.STRtree:
        return shapely.STRtree([self._shapes[id] for id in ids])

    def findings(self) -> Iterator[Finding]:
        for area in self._coming.values():
            yield from self._of_code(area)
            yield from self._of_size(area)
            yield from self._of_before(area)
            yield from self._of_parent(area)
            yield from self._of_siblings(area)
            yield from self._of_children(area)

    def metres_moved(self, id: str) -> float | None:
        """How far its middle has moved; None for a new one."""
        if id not in self._standing or id not in self._coming:
            return None
        before, after = _shape(self._standing[id]).centroid, self._shapes[id].centroid
        return float(CGCS2000.inv(before.x, before.y, after.x, after.y)[2])

    def _of_code(self, area: Area) -> Iterator[Finding]:
        if area.kind is AreaKind.DIVISION and area.id not in self._standing and area.division not in self._listed:
            yield Finding(area.id, "division", stated("division_unlisted", division=area.division), Weight.ASKS)

    def _of_size(self, area: Area) -> Iterator[Finding]:
        size = size_mu(self._shapes[area.id])
        if area.area_mu and abs(area.area_mu - size) > size * AGREES_WITHIN:
            rule = stated("size_differs", size=size, within=f"{AGREES_WITHIN:%}")
            yield Finding(area.id, "area_mu", rule, Weight.WRONG)

    def _of_before(self, area: Area) -> Iterator[Finding]:
        metres = self.metres_moved(area.id)
        if metres is None or metres < limits().moved_metres:
            return
        before, after = _shape(self._standing[area.id]), self._shapes[area.id]
        if limits().datum_from_metres <= metres <= limits().datum_to_metres:
            back, forth = _share(_unshifted(after), before), _share(_shifted(after), before)
            if max(back, forth) >= limits().same_shape_share and max(back, forth) > _share(after, before):
                code = "shifted_as_gcj02" if back > forth else "shifted_twice"
                yield Finding(area.id, "boundary", stated(code, metres=f"{metres:.0f}"), Weight.ASKS)
                return
        rule = stated("boundary_moved", metres=f"{metres:.0f}")
        yield Finding(area.id, "boundary", rule, _asks(not self._standing[area.id].generated))

    def _of_parent(self, area: Area) -> Iterator[Finding]:
        parent = self._after.get(area.parent_id or "")
        if parent is None:
            if area.parent_id is not None:
                yield Finding(area.id, "parent_id", stated("enrolled_parent", area=area.parent_id), Weight.WRONG)
            return
        above, shape = self._shapes[parent.id], self._shapes[area.id]
        outside = size_mu(shapely.difference(shape, above))
        whole = size_mu(shape)
        if limits().is_sliver(outside, whole):
            return
        weight = _asks(area.kind in TERRITORIAL and not parent.generated)
        if size_mu(shapely.difference(_unshifted(shape), above)) * 2 < outside:
            rule = stated("outside_parent_as_gcj02", size=outside, share=f"{outside / whole:.1%}", area=parent.id)
        else:
            rule = stated("outside_parent", size=outside, share=f"{outside / whole:.1%}", area=parent.id)
        yield Finding(area.id, "boundary", rule, weight)

    def _of_siblings(self, area: Area) -> Iterator[Finding]:
        if area.kind not in TERRITORIAL or area.parent_id is None:
            return
        shape, ids = self._shapes[area.id], self._by_parent[area.parent_id]
        for at in sorted(self._trees[area.parent_id].query(shape, predicate="intersects").tolist()):
            other = self._after[ids[at]]
            if other.id == area.id or other.kind is not area.kind or not _meet(area, other):
                continue
            size = size_mu(shapely.intersection(shape, self._shapes[other.id]))
            if not limits().is_sliver(size, size_mu(shape)):
                rule = stated("overlaps_sibling", area=other.id, name=other.name, size=size)
                yield Finding(area.id, "boundary", rule, _asks(not other.generated))

    def _of_children(self, area: Area) -> Iterator[Finding]:
        """Those below that a corrected boundary no longer holds; one that comes with it is named by itself."""
        outside = {}
        for id in self._by_parent.get(area.id, ()):
            child = self._after[id]
            if id in self._coming or child.kind not in TERRITORIAL:
                continue
            size = size_mu(shapely.difference(self._shapes[id], self._shapes[area.id]))
            if not limits().is_sliver(size, size_mu(self._shapes[id])):
                outside[id] = size
        if outside:
            largest = sorted(outside, key=lambda id: (-outside[id], id))[:MOST_NAMED]
            named = ", ".join(f"{id} {self._after[id].name}" for id in largest)
            rule = stated("children_outside", count=len(outside), size=sum(outside.values()), areas=named)
            yield Finding(area.id, "boundary", rule, Weight.TOLD)


def _asks(against_surveyed: bool) -> Weight:
    """A boundary that was made up holds nobody back."""
    return Weight.ASKS if against_surveyed else Weight.TOLD


def _meet(one: Area, other: Area) -> bool:
    """Whether there is a day on which both are in force."""
    return all(a.ended_on is None or b.in_force_from <= a.ended_on for a, b in ((one, other), (other, one)))


def _shape(area: Area) -> shapely.MultiPolygon:
    return shape_of(area.boundary.coordinates)


def _share(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """How much of both together lies in both."""
    whole = shapely.area(shapely.union(one, other))
    return float(shapely.area(shapely.intersection(one, other)) / whole) if whole else 0.0


def _unshifted(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.make_valid(shapely.transform(shape, lambda at: np.column_stack(unshifted(at[:, 0], at[:, 1], np))))


def _shifted(shape: shapely.Geometry) -> shapely.Geometry:
    def shift(at: np.ndarray) -> np.ndarray:
        return np.column_stack([at[:, n] + by for n, by in enumerate(gcj02_offset(at[:, 0], at[:, 1], np))])

    return shapely.make_valid(shapely.transform(shape, shift))
