"""Tracks in JSON: GeoJSON, and positions as Traccar forwards or lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.patrol.track.fix import TrackRead

TIMES = ("at", "time", "timestamp", "datetime", "date_time", "when", "时间", "定位时间")
OF_A_LINE = ("coordTimes", "times", "coordinateProperties")
KNOWN_SYSTEMS = ("CRS84", "4326", "4490", "4979")


class AnotherSystem(ValueError):
    """Coordinates of a system that is none of degrees on WGS 84 or CGCS2000."""


def geojson(document: Mapping[str, Any], read: TrackRead) -> None:
    """Timed points, and lines with a time for each place. Raises AnotherSystem."""
    named = _mapping(_mapping(document.get("crs")).get("properties")).get("name")
    if named is not None and not str(named).endswith(KNOWN_SYSTEMS):
        raise AnotherSystem(str(named))
    features = document.get("features", [document])
    for feature in features if isinstance(features, list) else []:
        stated = _mapping(feature)
        about = _mapping(stated.get("properties"))
        _geometry(_mapping(stated.get("geometry", stated)), about, read)


def _geometry(geometry: Mapping[str, Any], about: Mapping[str, Any], read: TrackRead) -> None:
    places = geometry.get("coordinates")
    match geometry.get("type"):
        case "Point":
            read.add(*_pair(places), next((about[one] for one in TIMES if one in about), None), about.get("accuracy"))
        case "LineString" | "MultiPoint":
            _line(places, _times(about), read)
        case "MultiLineString":
            times = _times(about)
            for n, line in enumerate(places if isinstance(places, list) else []):
                _line(line, times[n] if n < len(times) and isinstance(times[n], list) else [], read)
        case "GeometryCollection":
            parts = geometry.get("geometries")
            for one in parts if isinstance(parts, list) else []:
                _geometry(_mapping(one), about, read)
        case _:
            read.left_out["drawn"] += 1


def _line(places: Any, times: list[Any], read: TrackRead) -> None:
    for n, place in enumerate(places if isinstance(places, list) else []):
        read.add(*_pair(place), times[n] if n < len(times) else None)


def _times(about: Mapping[str, Any]) -> list[Any]:
    found: Any = next((about[one] for one in OF_A_LINE if one in about), [])
    found = found.get("times", []) if isinstance(found, Mapping) else found
    return found if isinstance(found, list) else []


def is_traccar(document: Any) -> bool:
    """Whether it is a position as Traccar forwards it, or a list of such as its interface gives."""
    first = document[0] if isinstance(document, list) and document else document
    stated = _mapping(_mapping(first).get("position", first))
    return "fixTime" in stated and "deviceId" in stated


def traccar(document: Any, read: TrackRead) -> None:
    """What its receiver says of a fix is followed: one that is not valid or only repeats an older one is left out."""
    devices = set()
    for one in document if isinstance(document, list) else [document]:
        stated = _mapping(one)
        position, device = _mapping(stated.get("position", stated)), _mapping(stated.get("device"))
        devices.add(str(device.get("uniqueId") or position.get("deviceId")))
        if position.get("valid") is False or position.get("outdated") is True:
            read.left_out["no_fix"] += 1
            continue
        mock = _mapping(position.get("attributes")).get("mock") is True
        accuracy_m = position.get("accuracy") or None
        read.add(position.get("longitude"), position.get("latitude"), position.get("fixTime"), accuracy_m, mock)
    read.terminal = devices.pop() if len(devices) == 1 else None
    read.several = bool(devices)


def _pair(place: Any) -> tuple[Any, Any]:
    lon, lat, *_ = [*(place if isinstance(place, list) else []), None, None]
    return lon, lat


def _mapping(stated: Any) -> Mapping[str, Any]:
    return stated if isinstance(stated, Mapping) else {}
