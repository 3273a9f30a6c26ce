"""Reads GeoJSON: a FeatureCollection, one Feature, a bare geometry, or a Feature on each line (RFC 7946, RFC 8142)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cli.areas.feature import Feature, MapFile, NotReadable, Polygons, Ring
from cli.areas.topojson import geometries_of
from cli.given_file import BadJson, json_in
from cli.rules import stated
from cli.say import say

RECORD_SEPARATOR = "\x1e"
POLYGONS = ("Polygon", "MultiPolygon")


def read_json(content: bytes, layer: str | None) -> MapFile:
    """Raises BadJson for what is neither GeoJSON nor TopoJSON."""
    try:
        whole = json_in(content)
    except BadJson:
        whole = _lines(content)
        if whole is None:
            raise
    if isinstance(whole, dict) and whole.get("type") == "Topology":
        return MapFile([_feature(row, one) for row, one in enumerate(geometries_of(whole, layer), 1)], None, True)
    listed = _features(whole)
    if listed is None:
        raise BadJson(say("areas.no_features"))
    return MapFile([_feature(row, one) for row, one in enumerate(listed, 1)], _system(whole), by_standard=True)


def _features(whole: Any) -> list[Any] | None:
    if isinstance(whole, list):
        return whole if any(isinstance(one, dict) and one.get("type") == "Feature" for one in whole) else None
    if not isinstance(whole, dict):
        return None
    if whole.get("type") == "Feature":
        return [whole]
    if whole.get("type") in POLYGONS:
        return [{"type": "Feature", "properties": {}, "geometry": whole}]
    found = whole.get("features")
    return found if isinstance(found, list) else None


def _lines(content: bytes) -> list[Any] | None:
    """A Feature on each line; None where even the first line is none."""
    texts = content.decode("utf-8-sig", "replace").replace(RECORD_SEPARATOR, "").splitlines()
    lines = [line for line in texts if line.strip()]
    found: list[Any] = []
    for line in lines:
        try:
            found.append(json_in(line.encode()))
        except BadJson:
            if not found or len(lines) < 2:
                return None
            found.append(None)
    return found if len(found) > 1 else None


def _system(whole: Any) -> str | None:
    """The `crs` member of the standard before RFC 7946, which files of China still have."""
    stated_system = whole.get("crs") if isinstance(whole, dict) else None
    if not isinstance(stated_system, dict):
        return None
    about = stated_system.get("properties")
    name = about.get("name", about.get("code")) if isinstance(about, dict) else None
    return str(name) if name is not None else "-"


def _feature(row: int, stated_feature: Any) -> Feature:
    if not isinstance(stated_feature, dict):
        return Feature(row, {}, wrong=[("feature", say("areas.object"))])
    properties = stated_feature.get("properties")
    if not isinstance(properties, dict):
        return Feature(row, {}, wrong=[("properties", say("areas.object"))])
    found = Feature(row, properties)
    try:
        found.polygons = _polygons(stated_feature.get("geometry"), found)
    except NotReadable as error:
        found.wrong.append((error.where, error.rule))
    return found


def _polygons(geometry: Any, into: Feature) -> Polygons:
    if geometry is None:
        raise NotReadable("geometry", stated("geometry_missing"))
    if not isinstance(geometry, dict):
        raise NotReadable("geometry", say("areas.object"))
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in POLYGONS:
        raise NotReadable("geometry.type", stated("geometry_polygon", found=kind))
    if not isinstance(coordinates, list):
        raise NotReadable("geometry.coordinates", say("areas.list"))
    if not coordinates:
        raise NotReadable("geometry", stated("geometry_missing"))
    polygons = [coordinates] if kind == "Polygon" else coordinates
    return [
        [_ring(ring, f"geometry.coordinates.{p}.{r}", into) for r, ring in enumerate(_list(polygon, p))]
        for p, polygon in enumerate(polygons)
    ]


def _list(polygon: Any, p: int) -> list[Any]:
    if not isinstance(polygon, list) or not polygon:
        raise NotReadable(f"geometry.coordinates.{p}", say("areas.list"))
    return polygon


def _ring(ring: Any, where: str, into: Feature) -> Ring:
    if not isinstance(ring, list):
        raise NotReadable(where, say("areas.list"))
    found = []
    for c, position in enumerate(ring):
        if not (isinstance(position, list) and len(position) >= 2 and all(map(_is_number, position[:2]))):
            raise NotReadable(f"{where}.{c}", stated("map_position"))
        into.had_altitude |= len(position) > 2
        found.append((float(position[0]), float(position[1])))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def from_amap(columns: Mapping[str, Any]) -> bool:
    """Whether a feature has the columns that AMap and DataV give with every boundary, which are on GCJ-02."""
    return "adcode" in columns and bool({"acroutes", "subFeatureIndex", "childrenNum", "centroid"} & columns.keys())
