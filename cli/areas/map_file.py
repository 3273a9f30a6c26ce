"""Reads a file of a map by what it is, not by what it is called."""

from __future__ import annotations

from pathlib import Path

from cli.areas.feature import MapFile
from cli.areas.geojson import read_json
from cli.areas.layers import read_layer
from cli.given_file import BadJson, head, read, refuse

SHAPEFILE, SQLITE = b"\x00\x00\x27\x0a", b"SQLite format 3\x00"
ANOTHER = {
    b"PK\x03\x04": "areas.is_zip",
    b"\xd0\xcf\x11\xe0": "areas.is_office",
    b"%PDF": "areas.is_pdf",
    b"AC10": "areas.is_dwg",
}
BESIDE = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix")


def read_map(file: Path, layer: str | None) -> MapFile:
    """The features of a file. Raises BadFile, saying what it is where it is something else."""
    begins = head(file, 256)
    if begins.startswith(SHAPEFILE):
        return read_layer(file, layer, shapefile=True)
    if begins.startswith(SQLITE):
        return read_layer(file, layer, shapefile=False)
    for mark, key in ANOTHER.items():
        if begins.startswith(mark):
            refuse(file, key)
    if file.suffix.lower() in BESIDE:
        refuse(file, "areas.is_beside_shapefile")
    if b"<kml" in begins or b"<gpx" in begins or begins.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        refuse(file, "areas.is_xml")
    try:
        return read_json(read(file), layer)
    except BadJson as error:
        refuse(file, "areas.not_geojson", reason=str(error))
