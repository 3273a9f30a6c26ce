"""How the domestic datum GCJ-02 lies to WGS 84, with which CGCS2000 agrees within a metre (DOMAIN §4)."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

from contracts.language.values import Datum

_A = 6378245.0
_EE = 0.00669342162296594323
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
ITERATIONS = 4
"""Each one makes the inverse a thousand times closer; four are well under a millimetre."""


def in_china(lon: Any, lat: Any) -> Any:
    """Whether GCJ-02 shifts a point at all: outside this rectangle it is the identity. Numbers or numpy arrays."""
    return (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)


def gcj02_offset(lon: Any, lat: Any, maths: ModuleType = math) -> tuple[Any, Any]:
    """By how many degrees GCJ-02 shifts a point in China; with `maths=numpy` for whole arrays."""
    sin, sqrt, pi = maths.sin, maths.sqrt, math.pi
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    d_lat += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    d_lat += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    d_lon += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    d_lon += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    radius = lat / 180 * pi
    magic = 1 - _EE * sin(radius) ** 2
    return (
        d_lon * 180 / (_A / sqrt(magic) * maths.cos(radius) * pi),
        d_lat * 180 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi),
    )


def from_cgcs2000(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """A point on CGCS2000 as it is stated on another datum, in degrees."""
    if datum is not Datum.GCJ02 or not in_china(lon, lat):
        return lon, lat
    d_lon, d_lat = gcj02_offset(lon, lat)
    return lon + d_lon, lat + d_lat


def to_cgcs2000(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """A stated point on CGCS2000, in degrees."""
    return unshifted(lon, lat) if datum is Datum.GCJ02 and in_china(lon, lat) else (lon, lat)


def unshifted(lon: Any, lat: Any, maths: ModuleType = math) -> tuple[Any, Any]:
    """Points in China that GCJ-02 has shifted, back in their place; with `maths=numpy` whole arrays."""
    found_lon, found_lat = lon, lat
    for _ in range(ITERATIONS):
        d_lon, d_lat = gcj02_offset(found_lon, found_lat, maths)
        found_lon, found_lat = lon - d_lon, lat - d_lat
    return found_lon, found_lat
