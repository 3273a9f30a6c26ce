"""Reads polygons out of well-known binary as they stand, unclosed rings too (ISO 13249-3)."""

from __future__ import annotations

import struct

from cli.areas.feature import Feature, NotReadable, Polygons, Ring
from cli.rules import stated

POLYGON, MULTI_POLYGON = 3, 6
_EXTENDED_Z, _EXTENDED_M, _EXTENDED_SRID = 0x80000000, 0x40000000, 0x20000000


class Wkb:
    """A geometry's bytes, read from the front."""

    def __init__(self, content: bytes, into: Feature) -> None:
        self._content, self._at, self._into = content, 0, into

    def polygons(self) -> Polygons:
        """Raises NotReadable for anything but polygons."""
        order, kind, numbers = self._head()
        if kind == POLYGON:
            return [self._rings(order, numbers)]
        if kind != MULTI_POLYGON:
            raise NotReadable("geometry.type", stated("geometry_polygon", found=kind))
        found = []
        for _ in range(self._count(order)):
            order, kind, numbers = self._head()
            if kind != POLYGON:
                raise NotReadable("geometry.type", stated("geometry_polygon", found=kind))
            found.append(self._rings(order, numbers))
        return found

    def _take(self, form: str) -> tuple[float, ...]:
        found = struct.unpack_from(form, self._content, self._at)
        self._at += struct.calcsize(form)
        return found

    def _head(self) -> tuple[str, int, int]:
        """Byte order, what it is, and how many numbers a position has."""
        order = "<" if self._take("B")[0] else ">"
        (stated_kind,) = self._take(f"{order}I")
        kind = int(stated_kind)
        extra = bool(kind & _EXTENDED_Z) + bool(kind & _EXTENDED_M)
        if kind & _EXTENDED_SRID:
            self._take(f"{order}I")
        kind &= 0x1FFFFFFF
        extra += {0: 0, 1: 1, 2: 1, 3: 2}.get(kind // 1000, 0)
        return order, kind % 1000, 2 + extra

    def _count(self, order: str) -> int:
        return int(self._take(f"{order}I")[0])

    def _rings(self, order: str, numbers: int) -> list[Ring]:
        self._into.had_altitude |= numbers > 2
        rings = []
        for _ in range(self._count(order)):
            count = self._count(order)
            flat = self._take(f"{order}{count * numbers}d")
            rings.append(list(zip(flat[::numbers], flat[1::numbers], strict=True)))
        return rings
