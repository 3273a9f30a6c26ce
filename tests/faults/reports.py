"""What is posted, and what must come of it: drawn from the ground, kept beside the system and never asked of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import shapely

from contracts.language.division import Division
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from demo.world import NamedDivision, world

KINDS = ("dead_pines", "pests", "waste", "old_tree_hurt", "damaged_board")
"""Kinds whose cases need no plan, so that an office and a unit bring them to their end."""
ALARM = "fire"
ALARMS_OF_HUNDRED = 5
CHINA = timedelta(hours=8)
LAST_DAYS = 300


@dataclass(frozen=True, slots=True)
class Posted:
    """One report: where it is and when, as its reporter has it."""

    external_id: str
    kind: str
    village: Division
    seen_at: datetime
    subject: str
    body: bytes
    headers: dict[str, str]

    @property
    def alarm(self) -> bool:
        return self.kind == ALARM

    @property
    def seen_on(self) -> date:
        """The day in China."""
        return (self.seen_at + CHINA).date()


def reports(divisions: Sequence[NamedDivision], seed: int) -> Iterator[Posted]:
    """Reports without end, of which none is near another of its kind in place and time.

    What is seen in one place a day and an hour after another is another thing; who answers for it may be another too.
    """
    draw = random.Random(seed)
    areas, _ = world(divisions)
    grounds = {one.division: shapely.geometry.shape(one.boundary.model_dump()) for one in areas if one.kind == "grid"}
    villages = sorted(grounds)
    times: Counter[tuple[Division, str]] = Counter()
    now = datetime.now(UTC)
    subject = intake_subject(IncidentReport, "acme")
    n = 0
    while True:
        village = draw.choice(villages)
        kind = ALARM if draw.randrange(100) < ALARMS_OF_HUNDRED else draw.choice(KINDS)
        times[village, kind] += 1
        ground = grounds[village]
        west, south, east, north = ground.bounds
        while not ground.contains(point := shapely.Point(draw.uniform(west, east), draw.uniform(south, north))):
            pass
        n += 1
        seen_at = now - timedelta(hours=25 * times[village, kind])
        stated = {
            "external_id": f"r-{n}",
            "kind": kind,
            "at": {"lon": point.x, "lat": point.y, "datum": "wgs84"},
            "seen_at": seen_at.isoformat(),
            "reporter": "ranger",
            "text": "山上有枯死松树",
            "evidence": [{"sha256": f"{n:064x}", "media_type": "image/jpeg", "size_bytes": 182_044}],
        }
        envelope = Envelope(f"r-{n}", "acme", IncidentReport.type(), datetime.now(UTC))
        body = json.dumps(stated, ensure_ascii=False).encode()
        yield Posted(f"r-{n}", kind, village, seen_at, subject, body, to_headers(envelope))
