"""Maps as offices have them, written byte by byte so that nothing is put right on the way."""

import json
import struct
from math import asinh, atan2, atanh, cos, cosh, radians, sin, sinh, sqrt

A, F = 6378137.0, 1 / 298.257222101


def gauss_krueger(lon, lat, meridian, zone=""):
    """Easting and northing on CGCS2000 by Krüger's series to the fourth order; the easting begins with the zone."""
    n = F / (2 - F)
    e = sqrt(F * (2 - F))
    t = sinh(atanh(sin(radians(lat))) - e * atanh(e * sin(radians(lat))))
    d = radians(lon - meridian)
    xi, eta = atan2(t, cos(d)), asinh(sin(d) / sqrt(t * t + cos(d) ** 2))
    alphas = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    radius = A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    east = eta + sum(a * cos(2 * j * xi) * sinh(2 * j * eta) for j, a in enumerate(alphas, 1))
    north = xi + sum(a * sin(2 * j * xi) * cosh(2 * j * eta) for j, a in enumerate(alphas, 1))
    return radius * east + 500_000 + float(f"{zone}e6" if zone else 0), radius * north


def ring(west, south, east, north):
    return [(west, south), (west, north), (east, north), (east, south), (west, south)]


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": features, **more}, ensure_ascii=False)


def feature(properties, *rings, kind="Polygon"):
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": list(rings)}}


def shapefile(folder, name, columns, rows, rings, encoding="gb18030", cpg=None, prj=None, altitude=False):
    """A Shapefile of polygons of one ring each: columns are (name, width), cells are text."""
    kind = 15 if altitude else 5
    shapes = [_shape(kind, one, altitude) for one in rings]
    xs = [x for one in rings if one for x, _ in one] or [0.0]
    ys = [y for one in rings if one for _, y in one] or [0.0]
    bounds = struct.pack("<8d", min(xs), min(ys), max(xs), max(ys), 0, 0, 0, 0)
    content = b"".join(struct.pack(">2i", n, len(one) // 2) + one for n, one in enumerate(shapes, 1))
    index, at = b"", 50
    for one in shapes:
        index += struct.pack(">2i", at, len(one) // 2)
        at += 4 + len(one) // 2
    for ending, body in ((".shp", content), (".shx", index)):
        head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + struct.pack("<2i", 1000, kind)
        (folder / f"{name}{ending}").write_bytes(head + bounds + body)
    fields = b"".join(
        one.encode(encoding)[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
        for one, width in columns
    )
    width = 1 + sum(width for _, width in columns)
    head = struct.pack("<4BIHH20x", 3, 120, 1, 1, len(rows), 33 + len(fields), width)
    cells = b"".join(
        b" " + b"".join(cell.encode(encoding)[:w].ljust(w) for cell, (_, w) in zip(row, columns, strict=True))
        for row in rows
    )
    (folder / f"{name}.dbf").write_bytes(head + fields + b"\r" + cells + b"\x1a")
    if cpg:
        (folder / f"{name}.cpg").write_text(cpg)
    if prj:
        (folder / f"{name}.prj").write_text(prj)
    return folder / f"{name}.shp"


def _shape(kind, ring, altitude):
    if not ring:
        return struct.pack("<i", 0)
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    head = struct.pack("<i4d3i", kind, min(xs), min(ys), max(xs), max(ys), 1, len(ring), 0)
    points = b"".join(struct.pack("<2d", *at) for at in ring)
    return head + points + (struct.pack(f"<{2 + len(ring)}d", 0, 9, *([9.0] * len(ring))) if altitude else b"")
