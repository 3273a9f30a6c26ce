"""Which format a file has, and what stands in it."""

from __future__ import annotations

import csv
import json
from datetime import tzinfo
from pathlib import Path
from typing import Any

from cli.given_file import BadJson, json_in, read, refuse
from cli.patrol.track import listed, parsed, xml
from cli.patrol.track.fix import TrackRead

OTHER_ROOTS = {
    "alert": "track.is_cap",
    "service_requests": "track.is_open311",
    "service_request": "track.is_open311",
    "TrainingCenterDatabase": "track.is_tcx",
    "FeatureCollection": "track.is_gml",
    "osm": "track.is_osm",
    "html": "track.is_html",
}
"""What other XML is, by its root."""
KML_ROOTS = ("kml", "Document", "Folder", "Placemark", "LinearRing", "LineString", "Polygon", "Point", "MultiGeometry")
OTHER_BEGINNINGS = {
    b"PK\x03\x04": "track.is_zip",
    b"$GP": "track.is_nmea",
    b"$GN": "track.is_nmea",
    b"%PDF": "track.is_pdf",
}
WGS84 = ("gpx", "kml", "geojson", "traccar")
"""Formats whose own specifications say that they are on WGS 84; a table says nothing."""


def track_in(file: Path, zone: tzinfo | None) -> TrackRead:
    """What stands in a file. Raises BadFile, saying what it is where it is something else."""
    content = read(file)
    for begins, key in OTHER_BEGINNINGS.items():
        if content.startswith(begins):
            refuse(file, key)
    if content[8:12] == b".FIT":
        refuse(file, "track.is_fit")
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<" or content[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<"):
        return _of_xml(file, content, zone)
    if start in (b"{", b"["):
        return _of_json(file, content, zone)
    return _of_text(file, content, zone)


def _of_xml(file: Path, content: bytes, zone: tzinfo | None) -> TrackRead:
    try:
        root = xml.root_of(content)
    except xml.BadXml as error:
        refuse(file, "track.bad_xml", reason=str(error))
    name = xml.plain(root)
    if name == "gpx":
        found = TrackRead("gpx", zone)
        xml.gpx(root, found)
    elif name in KML_ROOTS:
        found = TrackRead("kml", zone)
        xml.kml(root, found)
    else:
        refuse(file, OTHER_ROOTS.get(name, "track.is_xml"), root=name)
    return found


def _of_json(file: Path, content: bytes, zone: tzinfo | None) -> TrackRead:
    try:
        document: Any = json_in(content)
    except BadJson as error:
        document = _lines(content)
        if document is None:
            refuse(file, "track.bad_json", reason=str(error))
    if parsed.is_traccar(document):
        found = TrackRead("traccar", zone)
        parsed.traccar(document, found)
        return found
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        refuse(file, "track.is_topojson")
    if kind is None or not (kind in ("FeatureCollection", "Feature") or "coordinates" in document):
        refuse(file, "track.is_json")
    found = TrackRead("geojson", zone)
    try:
        parsed.geojson(document, found)
    except parsed.AnotherSystem as other:
        refuse(file, "track.other_system", system=str(other))
    return found


def _lines(content: bytes) -> list[Any] | None:
    """A value a line, as what is forwarded is often kept; None where it is not so."""
    try:
        return [json.loads(line) for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _of_text(file: Path, content: bytes, zone: tzinfo | None) -> TrackRead:
    try:
        text = listed.text_of(content)
    except UnicodeDecodeError:
        refuse(file, "track.is_unknown")
    first = text.partition("\n")[0]
    if "service_code=" in text and "=" in first.partition("&")[0]:
        refuse(file, "track.is_open311", root="service_code")
    if "acq_date" in first and "acq_time" in first:
        refuse(file, "track.is_firms")
    found = TrackRead("csv", zone)
    try:
        listed.csv_rows(text, found)
    except listed.NotATable as error:
        refuse(file, "track.no_columns", columns=str(error))
    except csv.Error:
        refuse(file, "track.is_unknown")
    return found
