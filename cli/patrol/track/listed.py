"""Tracks as tables: CSV with a head."""

from __future__ import annotations

import csv
import io

from cli.patrol.track.fix import TrackRead

NAMES = {
    "lon": ("lon", "lng", "long", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "at": ("at", "time", "timestamp", "datetime", "date_time", "gpstime", "时间", "定位时间", "采集时间"),
    "accuracy_m": ("accuracy_m", "accuracy", "精度"),
    "mock": ("mock", "is_mock", "模拟"),
}
NEEDED = ("lon", "lat", "at")
TRUE = ("true", "1", "是")


class NotATable(ValueError):
    """A table without the columns that a track needs; the message names them."""


def text_of(content: bytes) -> str:
    """UTF-8 with or without its mark, else GB18030. Raises UnicodeDecodeError."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def csv_rows(text: str, read: TrackRead) -> None:
    """Raises NotATable."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = [name.strip().lower() for name in next(rows, [])]
    column = {name: next((head.index(one) for one in known if one in head), None) for name, known in NAMES.items()}
    if missing := [name for name in NEEDED if column[name] is None]:
        raise NotATable("、".join(missing))
    for row in rows:
        if any(cell.strip() for cell in row):
            cells = {name: row[at].strip() if at is not None and at < len(row) else None for name, at in column.items()}
            mock = (cells["mock"] or "").lower() in TRUE
            read.add(cells["lon"], cells["lat"], cells["at"], cells["accuracy_m"], mock)
