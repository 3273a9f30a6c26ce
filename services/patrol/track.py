"""The filter chain of track points: each refusal is counted by its reason (DOMAIN §4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path

from contracts.datum import to_cgcs2000
from contracts.division import UNKNOWN
from contracts.intake import TrackBatch, TrackPoint
from contracts.patrol import TrackStored
from services.patrol.near import distance_m
from services.runtime.ground import Found
from services.runtime.messages import Heard

ZERO_ISLAND_DEGREES = 0.01
"""A terminal without a fix says that it is where the equator meets the prime meridian."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`filter.json`."""

    future: timedelta
    older_than: timedelta
    accuracy_m: float
    speed_m_per_s: float

    @classmethod
    def read(cls, path: Path) -> Limits:
        stated = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            timedelta(seconds=stated["future_s"]),
            timedelta(days=stated["older_than_days"]),
            stated["accuracy_m"],
            stated["speed_m_per_s"],
        )


LIMITS = Limits.read(Path(__file__).with_name("filter.json"))


TerminalKey = tuple[str, str]
"""(source, terminal)."""


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A point that was kept: on CGCS2000, and as it was stated."""

    at: datetime
    lon: float
    lat: float
    stated_lon: float
    stated_lat: float


@dataclass(frozen=True, slots=True)
class Sifted:
    """A batch after the filter chain: the points kept in the order of time, the others counted by reason."""

    heard: Heard[TrackBatch]
    kept: list[Kept]
    refused: Counter[str]

    @property
    def terminal(self) -> TerminalKey:
        return terminal_of(self.heard)


def terminal_of(heard: Heard[TrackBatch]) -> TerminalKey:
    return heard.source, heard.body.terminal


def span(heard: Heard[TrackBatch]) -> tuple[TerminalKey, datetime, datetime]:
    """From when to when a batch has points."""
    times = [point.at for point in heard.body.points]
    return terminal_of(heard), min(times), max(times)


def sift_all(
    batches: Sequence[Heard[TrackBatch]],
    newest: dict[TerminalKey, Kept | None],
    stored: dict[TerminalKey, set[datetime]],
    now: datetime,
) -> list[Sifted]:
    """Each batch in turn; `newest` point and `stored` times of a terminal are kept up for those that follow."""
    found = []
    for one in batches:
        key = terminal_of(one)
        times = stored.setdefault(key, set())
        kept, refused = sift(one.body, newest[key], times, now)
        times |= {point.at for point in kept}
        if kept:
            newest[key] = max(kept[-1], newest[key] or kept[-1])
        found.append(Sifted(one, kept, refused))
    return found


def sift(
    batch: TrackBatch, last: Kept | None, stored: Collection[datetime], now: datetime
) -> tuple[list[Kept], Counter[str]]:
    """The points to keep in the order of time, and how many were refused by reason.

    `last` is the terminal's newest point of earlier batches, `stored` the times of those already stored.
    """
    refused: Counter[str] = Counter()
    kept: list[Kept] = []
    seen = set(stored)
    for point in sorted(batch.points, key=lambda point: point.at):
        reason = _plainly_wrong(point, now) or ("duplicate" if point.at in seen else None)
        if reason is None:
            lon, lat = to_cgcs2000(point.lon, point.lat, batch.datum)
            found = Kept(point.at, lon, lat, point.lon, point.lat)
            if _too_fast(_newest_before(found, kept[-1:], last), found):
                reason = "impossible_speed"
            else:
                kept.append(found)
                seen.add(point.at)
        if reason is not None:
            refused[reason] += 1
    return kept, refused


def _plainly_wrong(point: TrackPoint, now: datetime) -> str | None:
    if not (isfinite(point.lon) and isfinite(point.lat) and abs(point.lon) <= 180 and abs(point.lat) <= 90):
        return "invalid"
    if abs(point.lon) < ZERO_ISLAND_DEGREES and abs(point.lat) < ZERO_ISLAND_DEGREES:
        return "zero_island"
    if point.at > now + LIMITS.future:
        return "future"
    if point.at < now - LIMITS.older_than:
        return "too_old"
    if point.accuracy_m is not None and point.accuracy_m > LIMITS.accuracy_m:
        return "inaccurate"
    return None


def _newest_before(point: Kept, kept: Sequence[Kept], last: Kept | None) -> Kept | None:
    """What a point's speed is measured from; one that came late is not measured from those after it."""
    return max((one for one in (*kept, last) if one is not None and one.at < point.at), default=None)


def _too_fast(before: Kept | None, point: Kept) -> bool:
    if before is None:
        return False
    seconds = (point.at - before.at).total_seconds()
    return distance_m(before.lon, before.lat, point.lon, point.lat) > LIMITS.speed_m_per_s * seconds


def stored_fact(sifted: Sifted, places: Sequence[Found]) -> TrackStored:
    """What is told of a batch; `places` are those of each point kept."""
    batch, kept = sifted.heard.body, sifted.kept
    primary = [found.refs[0] for found in places if found]
    return TrackStored(
        source=sifted.heard.source,
        terminal=batch.terminal,
        batch_id=batch.batch_id,
        division=primary[-1].division if primary else UNKNOWN,
        kept=len(kept),
        refused=dict(sifted.refused),
        area_ids=tuple(dict.fromkeys(area.id for area in primary)),
        first_at=kept[0].at if kept else None,
        last_at=kept[-1].at if kept else None,
    )
