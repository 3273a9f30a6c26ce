"""Reads TopoJSON: arcs that neighbours share, put together into the rings of each (the specification of 2013)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import typer

from cli.given_file import BadJson
from cli.say import say

POLYGONS = ("Polygon", "MultiPolygon")


def geometries_of(topology: dict[str, Any], layer: str | None) -> list[dict[str, Any]]:
    """The geometries of one object as GeoJSON features. Raises BadJson; BadParameter where it must be said which."""
    objects = topology.get("objects")
    if not isinstance(objects, dict) or not objects:
        raise BadJson(say("areas.no_features"))
    if layer is None and len(objects) > 1:
        raise typer.BadParameter(say("areas.which_layer", layers="、".join(objects)), param_hint="--layer")
    name = layer if layer is not None else next(iter(objects))
    if name not in objects:
        raise typer.BadParameter(say("areas.no_layer", layer=name, layers="、".join(objects)), param_hint="--layer")
    try:
        arcs = list(_arcs(topology))
        return [_feature(one, arcs) for one in _flat(objects[name])]
    except (KeyError, IndexError, TypeError, ValueError):
        raise BadJson(say("areas.bad_topology")) from None


def _flat(stated: dict[str, Any]) -> list[dict[str, Any]]:
    geometries: list[dict[str, Any]] = stated["geometries"] if stated["type"] == "GeometryCollection" else [stated]
    return geometries


def _arcs(topology: dict[str, Any]) -> Iterator[list[list[float]]]:
    """Each arc's positions: where a transform is stated, whole numbers, each after the one before it."""
    transform = topology.get("transform")
    for arc in topology["arcs"]:
        if transform is None:
            yield [list(map(float, at[:2])) for at in arc]
            continue
        (wide, high), (west, south) = transform["scale"], transform["translate"]
        steps = accumulate(arc, lambda before, by: [before[0] + by[0], before[1] + by[1]])
        yield [[x * wide + west, y * high + south] for x, y, *_ in steps]


def _feature(stated: dict[str, Any], arcs: list[list[list[float]]]) -> dict[str, Any]:
    geometry: dict[str, Any] | None = {"type": stated.get("type")}
    if stated.get("type") is None:
        geometry = None
    elif stated["type"] in POLYGONS:
        whole = stated["arcs"] if stated["type"] == "MultiPolygon" else [stated["arcs"]]
        polygons = [[_ring(ring, arcs) for ring in polygon] for polygon in whole]
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
    return {"properties": stated.get("properties") or {}, "geometry": geometry}


def _ring(indexes: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    """Arcs one after the other, the last position of each being the first of the next; `~n` is arc n backwards."""
    ring: list[list[float]] = []
    for n in indexes:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        ring += arc[1:] if ring else arc
    return ring
