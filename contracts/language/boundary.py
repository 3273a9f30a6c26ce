"""The shape of a piece of ground."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.language.values import Latitude, Longitude, Value

_DEGREES = {"type": "number", "minimum": -180, "maximum": 180}
LonLat = Annotated[tuple[Longitude, Latitude], Field(title="LonLat", json_schema_extra={"items": _DEGREES})]
Ring = Annotated[tuple[LonLat, ...], Field(title="Ring", min_length=4, max_length=65_536)]
Polygon = Annotated[tuple[Ring, ...], Field(title="Polygon", min_length=1, max_length=4096)]


class Boundary(Value):
    """A GeoJSON MultiPolygon in degrees on CGCS2000: polygons of rings of (lon, lat), the first ring outside."""

    type: Literal["MultiPolygon"] = "MultiPolygon"
    coordinates: Annotated[tuple[Polygon, ...], Field(min_length=1, max_length=4096)]
