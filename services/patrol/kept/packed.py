"""A day of a terminal as bytes: whole numbers, each column by its differences, each byte of them compressed apart.

Nothing is lost of what is kept as rows: milliseconds, and degrees to their ten millionth (`point.rounded`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.patrol.kept.point import KEPT, MS_US, PER_DEGREE, Points

FORM = 1
"""The form of the bytes, which stands before them."""
COLUMNS = ("at", "lon", "lat", "by_lon", "by_lat", "marks", "area", "batch")
"""`by_…` is how far what was stated lies from what it means: a datum shifts neighbours nearly alike."""
PLACES = ("at", "lon", "lat", "marks")
"""All that a walk is measured by."""

_HEAD = struct.Struct("<BI")
_COLUMN = struct.Struct("<BBqq")
"""How often differences were taken, how many bytes they need, and what the first two values were."""
_PLANE = struct.Struct("<BI")
_PLAIN, _DEFLATED = 0, 1
_LEVEL = 9
_BITS = -15
"""Deflated without a head of its own."""
Whole = NDArray[np.int64]


class UnknownForm(ValueError):
    """A packed day of a form that this release does not know."""


def pack(points: Points) -> bytes:
    """Points of one day in the order of time, which `rounded` has rounded."""
    lon, lat = (_whole(points[name]) for name in ("lon", "lat"))
    columns = {
        "at": points["at_us"] // MS_US,
        "lon": lon,
        "lat": lat,
        "by_lon": _whole(points["stated_lon"]) - lon,
        "by_lat": _whole(points["stated_lat"]) - lat,
        **{name: points[name].astype(np.int64) for name in ("marks", "area", "batch")},
    }
    return _HEAD.pack(FORM, len(points)) + b"".join(_packed(columns[name]) for name in COLUMNS)


def unpack(packed: bytes, columns: Sequence[str] = COLUMNS) -> Points:
    """What was packed; of the columns that are not asked for nothing is said. Raises UnknownForm."""
    form, count = _HEAD.unpack_from(packed)
    if form != FORM:
        raise UnknownForm(form)
    found = {name: values for name, values in _columns(packed, count, columns) if values is not None}
    points = np.zeros(count, dtype=KEPT)
    points["at_us"] = found["at"] * MS_US
    points["lon"], points["lat"] = found["lon"] / PER_DEGREE, found["lat"] / PER_DEGREE
    if "by_lon" in found and "by_lat" in found:
        points["stated_lon"] = (found["lon"] + found["by_lon"]) / PER_DEGREE
        points["stated_lat"] = (found["lat"] + found["by_lat"]) / PER_DEGREE
    for name in ("marks", "area", "batch"):
        if name in found:
            points[name] = found[name]
    return points


def _whole(degrees: NDArray[np.float64]) -> Whole:
    return np.rint(degrees * PER_DEGREE).astype(np.int64)


def _packed(values: Whole) -> bytes:
    """A column by its differences, or by the differences of those where they are smaller."""
    once = np.diff(values)
    twice = np.diff(once)
    order = 2 if np.abs(twice).sum() < np.abs(once[1:]).sum() else 1
    rest = _unsigned(twice if order == 2 else once)
    width = (int(rest.max()).bit_length() + 7) // 8 if len(rest) else 0
    planes = rest.astype("<u8").view(np.uint8).reshape(-1, 8)
    firsts = (int(values[0]) if len(values) else 0, int(once[0]) if order == 2 else 0)
    return _COLUMN.pack(order, width, *firsts) + b"".join(_plane(planes[:, n].tobytes()) for n in range(width))


def _plane(content: bytes) -> bytes:
    """One byte of each difference: the high ones are nearly all alike, the low ones nearly all different."""
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _BITS)
    small = deflate.compress(content) + deflate.flush()
    way, told = (_DEFLATED, small) if len(small) < len(content) else (_PLAIN, content)
    return _PLANE.pack(way, len(told)) + told


def _columns(packed: bytes, count: int, wanted: Sequence[str]) -> Iterator[tuple[str, Whole | None]]:
    at = _HEAD.size
    for name in COLUMNS:
        order, width, first, step = _COLUMN.unpack_from(packed, at)
        at += _COLUMN.size
        rest = np.zeros((max(count - order, 0), 8), dtype=np.uint8)
        for n in range(width):
            way, size = _PLANE.unpack_from(packed, at)
            content = packed[at + _PLANE.size : at + _PLANE.size + size]
            at += _PLANE.size + size
            if name in wanted:
                content = zlib.decompress(content, _BITS) if way == _DEFLATED else content
                rest[:, n] = np.frombuffer(content, dtype=np.uint8)
        yield name, _summed(rest.view("<u8")[:, 0], count, order, first, step) if name in wanted else None


def _summed(rest: NDArray[np.uint64], count: int, order: int, first: int, step: int) -> Whole:
    values = np.empty(count, dtype=np.int64)
    differences = _signed(rest)
    if order == 2:
        differences = np.cumsum(np.concatenate([[step], differences]))
    values[:1] = first
    np.cumsum(differences, out=values[1:])
    values[1:] += first
    return values


def _unsigned(differences: Whole) -> NDArray[np.uint64]:
    """Small numbers of either sign as small ones without."""
    return ((differences << 1) ^ (differences >> 63)).view(np.uint64)


def _signed(stated: NDArray[np.uint64]) -> Whole:
    found: Whole = (stated >> np.uint64(1)).view(np.int64) ^ -(stated & np.uint64(1)).view(np.int64)
    return found
