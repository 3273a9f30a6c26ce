"""Tracks in XML: GPX and KML, whatever their namespaces, by a reader that follows no entity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from cli.patrol.track.fix import TrackRead


class BadXml(ValueError):
    """What is no XML that may be read."""


def root_of(content: bytes) -> Element:
    """The root. Raises BadXml, for entities and external parts too: nothing of a track needs them."""
    try:
        found: Element = fromstring(content.lstrip(b"\xef\xbb\xbf \t\r\n") if _eight_bits(content) else content)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise BadXml(type(error).__name__) from None
    return found


def _eight_bits(content: bytes) -> bool:
    return not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def plain(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def gpx(root: Element, read: TrackRead) -> None:
    """Its track points of all tracks and segments; where it has none, the waypoints, which were marked on the spot.

    A route is what somebody means to walk, and no track.
    """
    found = list(_all(root, "trkpt"))
    marked = list(_all(root, "wpt"))
    if not found:
        found, marked = marked, []
    for point in found:
        read.add(point.get("lon"), point.get("lat"), _text(point, "time"))
    read.left_out += Counter({"waypoints": len(marked), "routes": sum(1 for _ in _all(root, "rte"))})


def kml(root: Element, read: TrackRead) -> None:
    """Its timed tracks (`gx:Track`) and timed placemarks; what is drawn without times was left out."""
    for track in _all(root, "Track"):
        times = [one.text for one in track if plain(one) == "when"]
        places = [(one.text or "").split() for one in track if plain(one) == "coord"]
        for n, place in enumerate(places):
            lon, lat, *_ = [*place, None, None]
            read.add(lon, lat, times[n] if n < len(times) else None)
    for mark in _all(root, "Placemark"):
        stamp = next(_all(mark, "TimeStamp"), None)
        for point in _all(mark, "Point"):
            lon, lat, *_ = [*(_text(point, "coordinates") or "").strip().split(","), None, None]
            read.add(lon, lat, _text(stamp, "when") if stamp is not None else None)
    drawn = sum(1 for name in ("LineString", "LinearRing") for _ in _all(root, name))
    read.left_out += Counter({"drawn": drawn})


def _all(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if plain(one) == name)


def _text(element: Element, name: str) -> str | None:
    found = next((one.text for one in element if plain(one) == name), None)
    return found.strip() if found else None
