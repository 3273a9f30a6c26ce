"""Pixels of satellites: those of one overpass that lie side by side are one fire, however long its line (DOMAIN §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.law.near import NearRules
from contracts.patrol import Incident, IncidentKind
from services.patrol.incident.near import Spot, Standing, cell, distance_m, is_near, spots

SENSOR = "sensor"
"""The detail of a fire that says which sensor saw it."""


def sensor_of(incident: Incident) -> str | None:
    return incident.details.get(SENSOR)


@dataclass(frozen=True, slots=True)
class Pixel:
    """What a sensor saw; `of` is the incident that it is a part of."""

    id: UUID
    kind: IncidentKind
    lon: float
    lat: float
    seen_at: datetime
    sensor: str
    of: UUID

    @property
    def spot(self) -> Spot:
        return cell(self.lon, self.lat), self.kind


def pixel_of(incident: Incident, of: UUID) -> Pixel | None:
    sensor = sensor_of(incident)
    if sensor is None:
        return None
    return Pixel(incident.id, incident.kind, incident.lon, incident.lat, incident.seen_at, sensor, of)


class Pixels:
    """The pixels around, by spot; kept up from one report to the next."""

    def __init__(self, found: Iterable[Pixel] = ()) -> None:
        self._at: dict[Spot, dict[UUID, Pixel]] = {}
        self._by_id: dict[UUID, Pixel] = {}
        for one in found:
            self.put(one)

    def put(self, pixel: Pixel) -> None:
        """In the place of what was known of it."""
        self.drop(pixel.id)
        self._at.setdefault(pixel.spot, {})[pixel.id] = pixel
        self._by_id[pixel.id] = pixel

    def drop(self, id: UUID) -> None:
        if (before := self._by_id.pop(id, None)) is not None:
            del self._at[before.spot][id]

    def around(self, pixel: Pixel, rules: NearRules) -> Iterator[tuple[Pixel, float]]:
        """Its neighbours in one overpass, and how many metres off each is."""
        reach = rules.farthest(pixel.kind, pixel.sensor)
        for spot in spots(pixel.kind, pixel.lon, pixel.lat, reach):
            for other in self._at.get(spot, {}).values():
                between = rules.between(pixel.sensor, other.sensor)
                if other.id != pixel.id and between is not None and is_near(pixel, other, between):
                    yield other, float(distance_m(pixel.lon, pixel.lat, other.lon, other.lat))

    def together_with(self, first: Pixel, rules: NearRules) -> set[UUID]:
        """All that are parts of the same incident and reach it from neighbour to neighbour, itself among them."""
        found, open_ = {first.id}, [first]
        while open_:
            for other, _ in self.around(open_.pop(), rules):
                if other.of == first.of and other.id not in found:
                    found.add(other.id)
                    open_.append(other)
        return found


def neighbouring(
    pixel: Pixel, pixels: Pixels, standing: Iterable[Standing], rules: NearRules
) -> tuple[Standing, float] | None:
    """The unresolved incident of the nearest neighbour, and how far off that is; between equals the older one."""
    heads = {one.id: one for one in standing}
    found = ((heads[other.of], off_m) for other, off_m in pixels.around(pixel, rules) if other.of in heads)
    return min(found, key=lambda one: (one[1], one[0].seen_at, one[0].id), default=None)
