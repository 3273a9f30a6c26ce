"""Points as rows of PostgreSQL in the binary format of its COPY (manual, COPY): each column after its length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from services.patrol.kept.point import KEPT, Points, us_of

_POSTGRES = {
    "terminal": ">i8",
    "at": ">i8",
    "lon": ">f8",
    "lat": ">f8",
    "stated_lon": ">f8",
    "stated_lat": ">f8",
    "area": ">i8",
    "batch": ">i8",
    "marks": ">i2",
}
COLUMNS: Sequence[str] = tuple(_POSTGRES)
ROW = np.dtype(
    [
        ("columns", ">i2"),
        *(part for name, kind in _POSTGRES.items() for part in ((f"{name} bytes", ">i4"), (name, kind))),
    ]
)
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_EPOCH_US = us_of(datetime(2000, 1, 1, tzinfo=UTC))
_AS_THEY_ARE = ("lon", "lat", "stated_lon", "stated_lat", "area", "batch", "marks")


def written(points: Points, terminals: NDArray[np.int64]) -> bytes:
    """Points, each with the number of its terminal."""
    rows = np.empty(len(points), dtype=ROW)
    rows["columns"] = len(COLUMNS)
    for name in COLUMNS:
        rows[f"{name} bytes"] = ROW[name].itemsize
    rows["terminal"], rows["at"] = terminals, points["at_us"] - _EPOCH_US
    for name in _AS_THEY_ARE:
        rows[name] = points[name]
    return _BEGIN + rows.tobytes() + _END


def read(copied: bytes) -> tuple[Points, NDArray[np.int64]]:
    """The points of what was copied out of the columns, and the terminal of each."""
    rows = np.frombuffer(copied, dtype=ROW, offset=len(_BEGIN), count=(len(copied) - len(_BEGIN)) // ROW.itemsize)
    points = np.empty(len(rows), dtype=KEPT)
    points["at_us"] = rows["at"] + _EPOCH_US
    for name in _AS_THEY_ARE:
        points[name] = rows[name]
    return points, rows["terminal"].astype(np.int64)
