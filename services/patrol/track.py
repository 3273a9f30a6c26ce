"""The filter chain of track points: each refusal is counted by its reason (DOMAIN §4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.datum import in_china, unshifted
from contracts.division import UNKNOWN
from contracts.intake import TrackBatch
from contracts.patrol import TrackStored
from contracts.values import SHANGHAI, Datum
from services.patrol.near import distance_m
from services.runtime.ground import Found
from services.runtime.messages import Heard

ZERO_ISLAND_DEGREES = 0.01
"""A terminal without a fix says that it is where the equator meets the prime meridian."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US, DAY_US = 1_000_000, 86_400_000_000

POINT = np.dtype([("at_us", "i8"), ("lon", "f8"), ("lat", "f8"), ("stated_lon", "f8"), ("stated_lat", "f8")])
"""A point: microseconds since 1970 in UTC, degrees on CGCS2000, degrees as they were stated."""
Points = NDArray[Any]
"""An array of `POINT`."""


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


@dataclass(slots=True)
class Terminal:
    """What is stored of a terminal: its number, its newest point, and the times of others near those of a batch."""

    number: int
    newest: tuple[int, float, float] | None
    """at_us, lon, lat."""
    stored_us: set[int]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A batch after the chain: the points kept in the order of time, and how many were refused by reason."""

    heard: Heard[TrackBatch]
    kept: Points
    refused: Counter[str]

    @property
    def terminal(self) -> TerminalKey:
        return terminal_of(self.heard)


def terminal_of(heard: Heard[TrackBatch]) -> TerminalKey:
    return heard.source, heard.body.terminal


def span(heard: Heard[TrackBatch]) -> tuple[TerminalKey, datetime, datetime]:
    """The terminal of a batch, and its first and last time."""
    times = [point.at for point in heard.body.points]
    return terminal_of(heard), min(times), max(times)


def sift_all(
    batches: Sequence[Heard[TrackBatch]], terminals: dict[TerminalKey, Terminal], now: datetime
) -> list[Sifted]:
    """Each batch in turn; what is known of a terminal is kept up for those that follow."""
    points, wrong = _read([one.body for one in batches], now)
    # The way from each point to the next one; where a point between is left out, it is measured anew.
    with np.errstate(invalid="ignore"):  # a point nowhere is left out, and its steps with it
        steps_m = distance_m(points["lon"][:-1], points["lat"][:-1], points["lon"][1:], points["lat"][1:], np)
    found, begin = [], 0
    for one in batches:
        its = slice(begin, begin + len(one.body.points))
        found.append(Sifted(one, *_walk(points[its], wrong[its], steps_m[its], terminals[terminal_of(one)])))
        begin = its.stop
    return found


def us_of(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def at_of(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)


def days_of(points: Points) -> list[date]:
    """The day in China of each point."""
    ordinals = (points["at_us"] + SHANGHAI.utcoffset(None) // timedelta(microseconds=1)) // DAY_US + EPOCH.toordinal()
    day = {one: date.fromordinal(one) for one in np.unique(ordinals).tolist()}
    return [day[one] for one in ordinals.tolist()]


def _read(batches: Sequence[TrackBatch], now: datetime) -> tuple[Points, list[str]]:
    """The points of all batches, within each in the order of time, and what is plainly wrong with each, else ``."""
    stated = list(chain.from_iterable(batch.points for batch in batches))
    sizes = [len(batch.points) for batch in batches]
    points = np.empty(len(stated), dtype=POINT)
    points["at_us"] = [round(point.at.timestamp() * SECOND_US) for point in stated]
    points["stated_lon"] = [point.lon for point in stated]
    points["stated_lat"] = [point.lat for point in stated]
    accuracy_m = np.array([point.accuracy_m or 0.0 for point in stated])
    shifted = np.repeat([batch.datum is Datum.GCJ02 for batch in batches], sizes)
    order = np.lexsort((points["at_us"], np.repeat(np.arange(len(batches)), sizes)))
    points, accuracy_m, shifted = points[order], accuracy_m[order], shifted[order]
    lon, lat = points["stated_lon"].copy(), points["stated_lat"].copy()
    wrong = _plainly_wrong(points["at_us"], lon, lat, accuracy_m, us_of(now))
    shifted &= (wrong == "") & in_china(lon, lat)
    lon[shifted], lat[shifted] = unshifted(lon[shifted], lat[shifted], np)
    points["lon"], points["lat"] = lon, lat
    return points, wrong.tolist()


def _plainly_wrong(at_us: Points, lon: Points, lat: Points, accuracy_m: Points, now_us: int) -> NDArray[np.str_]:
    micro = timedelta(microseconds=1)
    reasons = {
        "invalid": ~((abs(lon) <= 180) & (abs(lat) <= 90)),
        "zero_island": (abs(lon) < ZERO_ISLAND_DEGREES) & (abs(lat) < ZERO_ISLAND_DEGREES),
        "future": at_us > now_us + LIMITS.future // micro,
        "too_old": at_us < now_us - LIMITS.older_than // micro,
        "inaccurate": accuracy_m > LIMITS.accuracy_m,
    }
    return np.select(list(reasons.values()), list(reasons), "")


def _walk(
    points: Points, wrong: Sequence[str], steps_m: NDArray[np.float64], terminal: Terminal
) -> tuple[Points, Counter[str]]:
    """None twice, and none faster than anybody goes from the newest one before it; late ones not from those after."""
    refused: Counter[str] = Counter()
    kept: list[int] = []
    steps = steps_m.tolist()
    ats, lons, lats = points["at_us"].tolist(), points["lon"].tolist(), points["lat"].tolist()
    for n, (at, reason) in enumerate(zip(ats, wrong, strict=True)):
        if not reason and at in terminal.stored_us:
            reason = "duplicate"
        if not reason:
            last = kept[-1] if kept else None
            before = None if last is None else (ats[last], lons[last], lats[last])
            newest = terminal.newest
            if newest is not None and newest[0] < at and (before is None or before[0] < newest[0]):
                before, last = newest, None
            if before is not None:
                way_m = steps[last] if last == n - 1 else distance_m(before[1], before[2], lons[n], lats[n])
                if way_m > LIMITS.speed_m_per_s * (at - before[0]) / SECOND_US:
                    reason = "impossible_speed"
        if reason:
            refused[reason] += 1
        else:
            kept.append(n)
            terminal.stored_us.add(at)
    if kept:
        last = kept[-1]
        end = (ats[last], lons[last], lats[last])
        terminal.newest = max(end, terminal.newest or end)
    return points[kept], refused


def stored_fact(sifted: Sifted, places: Sequence[Found]) -> TrackStored:
    """What is told of a batch; `places` are those of each point kept."""
    batch, kept = sifted.heard.body, sifted.kept
    primary = [found[0] for found in places if found]
    return TrackStored(
        source=sifted.heard.source,
        terminal=batch.terminal,
        batch_id=batch.batch_id,
        division=primary[-1].division if primary else UNKNOWN,
        kept=len(kept),
        refused=dict(sifted.refused),
        area_ids=tuple(dict.fromkeys(area.id for area in primary)),
        first_at=at_of(int(kept["at_us"][0])) if len(kept) else None,
        last_at=at_of(int(kept["at_us"][-1])) if len(kept) else None,
    )
