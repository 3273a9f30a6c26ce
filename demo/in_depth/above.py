"""What is seen from above in the demo: hotspots of FIRMS and suspect patches, and the end that offices put to each."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import shapely
from nats.aio.msg import Msg

from cli.patrol.firms import hotspots_in
from cli.patrol.overpass import in_order
from cli.patrol.patches import patches_in
from contracts.cases import Case, CaseState, DismissCase, VerifyCase
from contracts.language.division import Division
from contracts.language.intake import intake_subject
from contracts.language.values import AreaKind, day_of
from contracts.patrol import FirstStepShown, IncidentReport, TakeFirstStep
from contracts.roster import Area
from demo.in_depth.planned import Planned
from demo.people import People
from demo.reports import Expected, Post, Seen

FROM_ABOVE = "satellite"
FIRES = {
    4: (("modis", 3, "林火，已扑灭"), ("viirs", 2, "计划烧除，已批准"), ("modis", 1, "现场为工厂热源，无火情")),
    8: (("viirs", 3, "林火，已扑灭"), ("viirs", 1, "上坟烧纸，已扑灭"), ("modis", 2, "焚烧秸秆，未过火林地")),
}
"""By step of the play: the sensor, how many pixels beside each other, and what whoever goes there finds.

A fire opens no case: it is an alarm, and its end is the first step that somebody has taken.
"""
PIXEL_DEGREES = {"modis": Decimal("0.0095"), "viirs": Decimal("0.0037")}
HEADS = {
    "modis": "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,"
    "daynight",
    "viirs": "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,"
    "bright_ti5,frp,daynight",
}
ROWS: dict[str, dict[str, Any]] = {
    "modis": {"brightness": 312.2, "bright_t31": 289.4, "satellite": "T", "confidence": 84, "acq_time": "0258"},
    "viirs": {
        "bright_ti4": 331.6,
        "bright_ti5": 290.1,
        "satellite": "N",
        "instrument": "VIIRS",
        "confidence": "n",
        "acq_time": "1806",
    },
}
PROJECT = "森林督查2020年第二期"
PATCHED = (5, 10)
PATCHES = 12
PERMITTED = "林地已批准使用，许可文号齐全"
APART_DEGREES, SIDE_DEGREES = 0.06, 0.001


class Above:
    """Hotspots and patches, each far from every other."""

    def __init__(self, areas: Sequence[Area], folder: Path, planned: Planned) -> None:
        self._folder, self._planned = folder, planned
        places = _places(areas)
        self._found: dict[str, str] = {}
        """Of each pixel what was found there."""
        self._fires = {
            step: [(f"fire-{step}-{n}", next(places), *fire) for n, fire in enumerate(fires)]
            for step, fires in FIRES.items()
        }
        self._patches = {
            f"{n:03d}": (PATCHED[n * len(PATCHED) // PATCHES], next(places), PERMITTED if n % 2 else None)
            for n in range(PATCHES)
        }
        self._ends: dict[str | None, str | None] = {}
        """By the name under which it was reported."""
        self._named: dict[str, str] = {}
        """Incidents by their ids."""
        self._burning: dict[str, Division] = {}
        """Those where nobody has been yet, with their counties."""
        for fires in self._fires.values():
            planned.fires |= {name: (count, found) for name, _, _, count, found in fires}
        planned.patches |= {number: reason for number, (_, _, reason) in self._patches.items()}

    def posts(self, step: int, now: datetime) -> list[Post]:
        """What files of this step hold, as it is sent."""
        return [*self._hotspots(step, now), *self._patches_of(step, now)]

    def heard(self, message: Msg) -> None:
        """An incident has been located."""
        incident = json.loads(message.data)["incident"]
        if incident["source"] == FROM_ABOVE:
            self._named[incident["id"]] = incident["external_id"]
            if incident["external_id"] in self._found:
                self._burning[incident["id"]] = Division(f"{incident['division'][:6]}000000")

    async def act(self, people: People) -> None:
        """Whoever has to look into it does, and finds what is planned."""
        for id, county in self._burning.items():
            post = f"{county}-office"
            there = TakeFirstStep(incident_id=id, post_id=post, text=self._found[self._named[id]])
            await people.ask(there, f"p-{post}", county, FirstStepShown)
        self._burning.clear()
        for case in list(people.cases.values()):
            name = self._named.get(str(case.incident_id))
            if name not in self._ends:
                continue
            people.planned.add(case.ref.id)
            if case.state is not CaseState.REGISTERED:
                continue
            reason = self._ends[name]
            found = (
                VerifyCase(case_id=case.ref.id) if reason is None else DismissCase(case_id=case.ref.id, reason=reason)
            )
            moved = await people.ask(found, f"p-{case.ref.division[:6]}000000-office", case.ref.division, Case)
            people.cases[moved.ref.id] = moved

    def _hotspots(self, step: int, now: datetime) -> Iterator[Post]:
        for name, place, sensor, count, found in self._fires.get(step, ()):
            file = self._folder / f"{name}.csv"
            self._write_fire(file, place, sensor, count, now)
            for hotspot in in_order(hotspots_in(file).found):
                self._found[hotspot.external_id] = found
                lon, lat = float(hotspot.lon), float(hotspot.lat)
                seen = Seen(hotspot.external_id, 1, "fire", lon, lat, hotspot.seen_at, name)
                yield _post(hotspot.report, seen, now)

    def _write_fire(self, file: Path, place: shapely.Point, sensor: str, count: int, now: datetime) -> None:
        """Pixels from west to east, of one overpass yesterday."""
        with file.open("w", encoding="utf-8", newline="") as written:
            rows = csv.DictWriter(written, HEADS[sensor].split(","), restval=1)
            rows.writeheader()
            for n in range(count):
                lon = round(Decimal(place.x), 5) + n * PIXEL_DEGREES[sensor]
                where = {"latitude": round(place.y, 5), "longitude": lon, "acq_date": day_of(now) - timedelta(days=1)}
                rows.writerow({**ROWS[sensor], **where, "version": "demo", "frp": 14.5 - n, "daynight": "D"})

    def _patches_of(self, step: int, now: datetime) -> Iterator[Post]:
        its = {number: place for number, (when, place, _) in self._patches.items() if when == step}
        if not its:
            return
        features = [_feature(number, place, now) for number, place in its.items()]
        name = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
        file = self._folder / f"patches-{step}.geojson"
        told = {"type": "FeatureCollection", "crs": name, "features": features}
        file.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        for _, report in patches_in(file, PROJECT, None, None, None).found:
            number = report["details"]["patch"]["number"]
            self._ends[report["external_id"]] = self._patches[number][2]
            seen_at = datetime.fromisoformat(report["seen_at"])
            where = report["at"]["lon"], report["at"]["lat"]
            yield _post(report, Seen(report["external_id"], 1, str(report["kind"]), *where, seen_at), now)


def _places(areas: Sequence[Area]) -> Iterator[shapely.Point]:
    """Points of grids well inside the city, none near another."""
    city = shapely.geometry.shape(areas[0].boundary.model_dump()).buffer(-APART_DEGREES / 2)
    taken: list[shapely.Point] = []
    for area in areas:
        if area.kind is AreaKind.GRID:
            point = shapely.geometry.shape(area.boundary.model_dump()).representative_point()
            if city.contains(point) and all(point.distance(other) > APART_DEGREES for other in taken):
                taken.append(point)
                yield point


def _feature(number: str, place: shapely.Point, now: datetime) -> dict[str, Any]:
    half = SIDE_DEGREES / 2
    ring = shapely.box(place.x - half, place.y - half, place.x + half, place.y + half)
    said = {"图斑号": number, "后时相": str(day_of(now) - timedelta(days=3)), "判读原因": "林地变为建设用地"}
    return {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(ring)}


def _post(report: dict[str, Any], seen: Seen, at: datetime) -> Post:
    body = json.dumps(report, ensure_ascii=False, default=str).encode()
    subject = intake_subject(IncidentReport, FROM_ABOVE)
    id = f"demo-above-{crc32(seen.external_id.encode()):08x}"
    return Post(at, FROM_ABOVE, subject, IncidentReport.type(), body, Expected.NEW, id, seen)
