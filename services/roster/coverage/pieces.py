"""Which parts of forest land lie in no grid, and which ground in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import shapely

from contracts.roster import Boundary, GapKind
from services.roster.area.area import mu_enclosed

MOST_POSITIONS = 2_000
"""Of a shape that is told."""
GRID_DEGREES = 1e-9
"""A tenth of a millimetre: where two draw one border, what is narrower is how numbers are written, not ground."""
FIRST_COARSENING = 0.00002
"""Degrees: two metres."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the ground in no grid, or in two."""

    kind: GapKind
    shape: shapely.Polygon
    size_mu: Decimal
    grids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """What of the forest land lies in no grid: all of it, and the pieces that count."""

    size_mu: Decimal
    pieces: tuple[Piece, ...]


def uncovered(land: shapely.Geometry, grids: Sequence[shapely.Geometry], above_mu: Decimal) -> Rest:
    """Forest land minus the union of the grids; a piece counts from just above so many mu on."""
    left = list(
        polygons(
            shapely.difference(land, shapely.union_all(list(grids), grid_size=GRID_DEGREES), grid_size=GRID_DEGREES)
        )
    )
    sizes = [mu_enclosed([one]) for one in left]
    found = [Piece(GapKind.GROUND, one, size) for one, size in zip(left, sizes, strict=True) if size > above_mu]
    return Rest(sum(sizes, Decimal(0)), tuple(found))


def doubled(grids: Sequence[tuple[str, shapely.Geometry]], above_mu: Decimal) -> list[Piece]:
    """Ground that lies in two grids, by pairs in the order of their ids."""
    ordered = sorted(grids, key=lambda one: one[0])
    shapes = [shape for _, shape in ordered]
    tree = shapely.STRtree(shapes)
    firsts, seconds = tree.query(shapes, predicate="intersects").tolist() if shapes else ([], [])
    found = []
    for first, second in sorted(zip(firsts, seconds, strict=True)):
        if first < second:
            for part in polygons(shapely.intersection(shapes[first], shapes[second], grid_size=GRID_DEGREES)):
                size = mu_enclosed([part])
                if size > above_mu:
                    found.append(Piece(GapKind.OVERLAP, part, size, (ordered[first][0], ordered[second][0])))
    return found


def polygons(shape: shapely.Geometry) -> Iterator[shapely.Polygon]:
    """The parts of a shape that are flat."""
    for part in shapely.get_parts(shape).tolist():
        if isinstance(part, shapely.Polygon):
            if not part.is_empty:
                yield part
        elif isinstance(part, shapely.MultiPolygon | shapely.GeometryCollection):
            yield from polygons(part)


def told(shape: shapely.Polygon) -> Boundary:
    """A shape as facts have it, coarser where it has too many positions."""
    coarse: shapely.Geometry = shape
    by = FIRST_COARSENING
    while shapely.get_num_coordinates(coarse) > MOST_POSITIONS:
        coarse = shapely.simplify(shape, by)
        by *= 2
    parts = list(polygons(coarse)) or [shapely.box(*shape.bounds)]
    return Boundary(
        coordinates=tuple(tuple(tuple(ring.coords) for ring in (part.exterior, *part.interiors)) for part in parts)
    )
