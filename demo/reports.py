"""What is sent in the demo: reports of all kinds and sources, good and bad, the same for the same seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, radians
from random import Random
from typing import Any

import shapely

from cli.patrol.firms import hotspots_in
from contracts.language.datum import from_cgcs2000
from contracts.language.intake import intake_subject
from contracts.language.values import AreaKind, Datum
from contracts.patrol import IncidentKind, IncidentReport, ReporterKind
from contracts.roster import Area
from demo.world import DATA

SOURCES: dict[str, ReporterKind] = {
    "ranger-app": ReporterKind.RANGER,
    "chief-app": ReporterKind.CHIEF,
    "hotline": ReporterKind.PUBLIC,
    "satellite": ReporterKind.SATELLITE,
    "sensors": ReporterKind.SENSOR,
    "forestry": ReporterKind.DEPARTMENT,
}
DATUMS = {
    "ranger-app": Datum.GCJ02,
    "hotline": Datum.GCJ02,
    "chief-app": Datum.WGS84,
    "sensors": Datum.WGS84,
    "satellite": Datum.WGS84,
    "forestry": Datum.CGCS2000,
}
TEXTS = {
    IncidentKind["FELLING"]: "山上有人砍树，看不到许可证",
    IncidentKind["FOREST_LAND_TAKEN"]: "林地被平整堆放建材",
    IncidentKind["NATURAL_FOREST_DESTROYED"]: "以低改名义砍伐天然阔叶林",
    IncidentKind["DEAD_PINES"]: "成片松树变红枯死",
    IncidentKind["WASTE"]: "林缘倾倒建筑垃圾",
    IncidentKind["POACHING"]: "发现鸟网",
    IncidentKind["ILLEGAL_FIRE_USE"]: "坟头烧纸未看守",
    IncidentKind["OLD_TREE_HURT"]: "古樟树被钉广告牌'); DROP TABLE cases;--<b>请速来</b>",
    IncidentKind["DAMAGED_BOARD"]: "林长公示牌倒伏",
    IncidentKind["WILDLIFE_TRADE"]: "集市售卖野鸡 🐦",
    IncidentKind["RESERVE_VIOLATION"]: "保护区实验区内新建道路",
    IncidentKind["SICK_WILDLIFE"]: "湿地发现死亡候鸟多只",
}


class Expected(StrEnum):
    """What must become of a report."""

    NEW = "new"
    REVISED = "revised"
    REPEAT = "repeat"
    REFUSED = "refused"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a report is about, as whoever drew it knows; degrees on CGCS2000. `of` is the fire that it is a pixel of."""

    external_id: str
    revision: int
    kind: str
    lon: float
    lat: float
    seen_at: datetime
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One message to be posted: when, by whom, what, and what must become of it (`new`: located or linked).

    `seen` is what a report is about, `points` how many points of a batch must be kept or refused, by reason.
    """

    at: datetime
    source: str
    subject: str
    type: str
    body: bytes
    expected: Expected
    message_id: str
    seen: Seen | None = None
    points: Counter[str] | None = None


@dataclass(slots=True)
class _Drawn:
    source: str
    kind: IncidentKind
    lon: float
    lat: float
    seen_at: datetime
    external_id: str
    revision: int = 1


class Reports:
    """Draws the reports of one play."""

    def __init__(self, areas: Sequence[Area], seed: int) -> None:
        self._draw = Random(seed)
        self._grounds = [
            shapely.geometry.shape(area.boundary.model_dump()) for area in areas if area.kind is AreaKind.GRID
        ]
        self._city = shapely.geometry.shape(areas[0].boundary.model_dump())
        self._hotspots = list(self._firms())
        self._count = 0

    def between(self, first: datetime, last: datetime, count: int) -> list[Post]:
        """Reports seen after `first`, sent at `last`: of a hundred 63 new, 15 near, 6 edits, 6 repeats, 10 bad."""
        found: list[Post] = []
        fresh: list[_Drawn] = []
        for _ in range(count):
            dice = self._draw.random()
            if dice < 0.63 or not fresh:
                drawn = self._fresh(first, last)
                fresh.append(drawn)
                found.append(self._good(drawn, last, self._where(drawn)))
            elif dice < 0.78:
                drawn = self._near(self._draw.choice(fresh))
                found.append(self._good(drawn, last, self._where(drawn)))
            elif dice < 0.84:
                drawn = self._draw.choice(fresh)
                drawn.revision += 1
                found.append(self._good(drawn, last, self._where(drawn, Expected.REVISED)))
            elif dice < 0.90:
                drawn = self._draw.choice(fresh)
                found.append(self._good(drawn, last, self._where(drawn, Expected.REPEAT)))
            else:
                found.append(self._bad(self._fresh(first, last), last))
        return found

    def _where(self, drawn: _Drawn, inside: Expected = Expected.NEW) -> Expected:
        """A point outside every area is refused, also when it is sent again."""
        return inside if self._city.covers(shapely.Point(drawn.lon, drawn.lat)) else Expected.REFUSED

    def _fresh(self, first: datetime, last: datetime) -> _Drawn:
        source = self._draw.choice(tuple(SOURCES))
        seen_at = first + (last - first) * self._draw.uniform(0.2, 0.95)
        if source == "satellite" and self._hotspots and self._draw.random() < 0.5:
            lon, lat = self._hotspots.pop()
            kind = IncidentKind["FIRE"]
        else:
            lon, lat = self._point(self._draw.choice(self._grounds))
            kind = self._draw.choice(tuple(TEXTS))
        return _Drawn(source, kind, lon, lat, seen_at, self._name())

    def _near(self, drawn: _Drawn) -> _Drawn:
        """Somebody else sees the same within sixty metres and minutes."""
        source = self._draw.choice([name for name in SOURCES if name != drawn.source])
        lat = drawn.lat + self._draw.uniform(-40, 40) / 111_320
        lon = drawn.lon + self._draw.uniform(-40, 40) / (111_320 * cos(radians(lat)))
        if not self._city.covers(shapely.Point(lon, lat)):
            lon, lat = drawn.lon, drawn.lat
        return _Drawn(source, drawn.kind, lon, lat, drawn.seen_at, self._name())

    def _point(self, ground: shapely.geometry.base.BaseGeometry) -> tuple[float, float]:
        """A point well within a grid, so that no rounding takes it out."""
        west, south, east, north = ground.bounds
        inner = ground.buffer(-(east - west) / 10)
        while True:
            point = shapely.Point(self._draw.uniform(west, east), self._draw.uniform(south, north))
            if inner.is_empty:
                point = ground.representative_point()
            if inner.is_empty or inner.contains(point):
                return point.x, point.y

    def _stated(self, drawn: _Drawn) -> dict[str, Any]:
        datum = DATUMS[drawn.source]
        lon, lat = from_cgcs2000(drawn.lon, drawn.lat, datum)
        return {
            "external_id": drawn.external_id,
            "revision": drawn.revision,
            "kind": drawn.kind,
            "severity": ("minor", "serious", "grave")[len(drawn.external_id + drawn.kind) % 3],
            "at": {"lon": lon, "lat": lat, "datum": datum},
            "seen_at": drawn.seen_at.isoformat(),
            "reporter": SOURCES[drawn.source],
            "text": TEXTS.get(drawn.kind, "卫星热点") + ("（补充）" if drawn.revision > 1 else ""),
        }

    def _good(self, drawn: _Drawn, at: datetime, expected: Expected) -> Post:
        seen = Seen(drawn.external_id, drawn.revision, drawn.kind, drawn.lon, drawn.lat, drawn.seen_at)
        return replace(self._post(drawn.source, self._stated(drawn), at, expected), seen=seen)

    def _bad(self, drawn: _Drawn, at: datetime) -> Post:
        """One of the ways in which a report can be wrong."""
        stated = self._stated(drawn)
        wrong = self._draw.randrange(8)
        if wrong == 0:
            return self._post(drawn.source, b'{"kind": "felling", ', at, Expected.REFUSED)
        if wrong == 1:
            return self._post(drawn.source, {**stated, "kind": "ufo"}, at, Expected.REFUSED)
        if wrong == 2:
            del stated["kind"]
        elif wrong == 3:
            stated["at"]["lat"] = 129.3
        elif wrong == 4:
            del stated["at"]["datum"]
        elif wrong == 5:
            stated["seen_at"] = (at + timedelta(days=3)).isoformat()
        elif wrong == 6:
            stated["at"] = {"lon": 115.9, "lat": 28.7, "datum": "wgs84"}
        else:
            stated["colour"] = "green"
        return self._post(drawn.source, stated, at, Expected.REFUSED)

    def oversized(self, at: datetime) -> Post:
        """Over what a stream takes: the receipt says so."""
        return self._post("hotline", {"text": "x" * (1024 * 1024)}, at, Expected.NOT_TAKEN)

    def _post(self, source: str, stated: dict[str, Any] | bytes, at: datetime, expected: Expected) -> Post:
        body = stated if isinstance(stated, bytes) else json.dumps(stated, ensure_ascii=False).encode()
        self._count += 1
        return Post(
            at=at,
            source=source,
            subject=intake_subject(IncidentReport, source),
            type=IncidentReport.type(),
            body=body,
            expected=expected,
            message_id=f"demo-{self._count:06d}",
        )

    def _name(self) -> str:
        return f"{self._draw.getrandbits(40):010x}"

    def _firms(self) -> Iterator[tuple[float, float]]:
        for one in hotspots_in(DATA / "firms-modis-2023-08-01-jiangxi.csv").found:
            yield float(one.lon), float(one.lat)
