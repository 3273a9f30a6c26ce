"""Track points as they were sent become arrays: what each says, and what is plainly wrong with it (DOMAIN §4)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.language.datum import in_china, unshifted
from contracts.language.values import Datum
from contracts.patrol import TrackBatch
from services.patrol.kept.point import MICRO, MOCK, POINT, SECOND_US, Points, at_of, rounded, to_ms, us_of
from services.patrol.track.law import FILTER
from services.runtime.messages import Heard

ZERO_ISLAND_DEGREES = 0.01
"""A terminal without a fix says that it is where the equator meets the prime meridian."""
NO_TIME = np.iinfo(np.int64).min


PLAIN = ("", "invalid", "zero_island", "outside_datum", "future", "too_old", "inaccurate")
"""What may be plainly wrong with a point."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A batch of which each point has been read."""

    heard: Heard[TrackBatch]
    good: Points
    """Those with which nothing is plainly wrong, in the order of time."""
    refused: Counter[str]
    """How many of the others there are, by reason."""
    digest: bytes
    """Of what all the points say, in whatever order they were sent."""
    latest_us: int
    """The latest time of all, good or not; of no meaning where no point has one."""

    @property
    def terminal(self) -> tuple[str, str]:
        return self.heard.source, self.heard.body.terminal

    @property
    def wrong_clock(self) -> bool:
        """Whether no point is of a time that can be."""
        times = self.refused["future"], self.refused["too_old"]
        return sum(self.refused.values()) in times and not len(self.good)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """The first and last time of the good ones; None where there is none."""
        times = self.good["at_us"]
        return (at_of(times[0].item()), at_of(times[-1].item())) if len(times) else None


def read_points(heard: Sequence[Heard[TrackBatch]], now: datetime) -> list[Stated]:
    """The points of all batches, read at once."""
    stated = list(chain.from_iterable(one.body.points for one in heard))
    sizes = [len(one.body.points) for one in heard]
    points = np.empty(len(stated), dtype=POINT)
    fields = [one if type(one) is dict else {} for one in stated]
    points["at_us"] = [_us_of_text(one.get("at")) for one in fields]
    points["stated_lon"] = _numbers([one.get("lon") for one in fields])
    points["stated_lat"] = _numbers([one.get("lat") for one in fields])
    points["marks"] = [MOCK if one.get("mock") is True else 0 for one in fields]
    accuracies = [one.get("accuracy_m") for one in fields]
    accuracy_m = _numbers(accuracies)
    # Of two points of one time the more accurate comes first, one of unknown accuracy last: no order sent tells.
    unknown = np.array([one is None for one in accuracies]) | (accuracy_m < 0)
    rank = np.where(unknown, np.inf, accuracy_m)
    batch = np.repeat(np.arange(len(heard)), sizes)
    by = (points["at_us"], points["stated_lat"], points["stated_lon"], rank, to_ms(points["at_us"]), batch)
    order = np.lexsort(by)
    points, accuracy_m, unknown = points[order], accuracy_m[order], unknown[order]
    said = np.column_stack([points["at_us"].view(float), points["stated_lon"], points["stated_lat"], accuracy_m])
    if any(one.body.clock for one in heard):
        timed = points["at_us"] != NO_TIME
        points["at_us"][timed] += np.repeat([correction_us(one.body) for one in heard], sizes)[timed]
    shifted = np.repeat([one.body.datum is Datum.GCJ02 for one in heard], sizes)
    offline = np.repeat([one.body.offline_round for one in heard], sizes)
    lon, lat = points["stated_lon"].copy(), points["stated_lat"].copy()
    wrong = _plainly_wrong(points["at_us"], lon, lat, accuracy_m, unknown, shifted, offline, us_of(now))
    shifted &= wrong == 0
    lon[shifted], lat[shifted] = unshifted(lon[shifted], lat[shifted], np)
    points["lon"], points["lat"] = lon, lat
    rounded(points)
    found, begin = [], 0
    for one, size in zip(heard, sizes, strict=True):
        its = slice(begin, begin + size)
        its_wrong = wrong[its]
        some = bool(its_wrong.any())
        good = points[its][its_wrong == 0] if some else points[its]
        refused = Counter(PLAIN[n] for n in its_wrong.tolist() if n) if some else Counter()
        digest = _digest(one.body, said[its], points["marks"][its])
        found.append(Stated(one, good, refused, digest, points["at_us"][its.stop - 1].item()))
        begin = its.stop
    return found


def correction_us(batch: TrackBatch) -> int:
    """By how much its times are put right, as its sender declares."""
    return (batch.clock.received_at - batch.clock.shown_at) // MICRO if batch.clock else 0


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    """What was stated, and NaN for what is no number; true and false are none."""
    if not set(map(type, values)) <= {float, int}:
        values = [one if type(one) in (float, int) else np.nan for one in values]
    try:
        return np.array(values, dtype=float)
    except OverflowError:
        return np.array([one if type(one) is float or abs(one) < 2**63 else np.nan for one in values], dtype=float)


def _us_of_text(at: Any) -> int:
    """A time of RFC 3339 in microseconds since 1970, be it in whatever year and offset; NO_TIME for anything else."""
    if type(at) is not str or at[10:11] not in ("T", "t", " "):
        return NO_TIME
    try:
        found = datetime.fromisoformat(at if at[-1] != "z" else at.upper())
    except ValueError:
        return NO_TIME
    return NO_TIME if found.tzinfo is None else round(found.timestamp() * SECOND_US)


def _plainly_wrong(
    at_us: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    unknown: NDArray[np.bool_],
    shifted: NDArray[np.bool_],
    offline: NDArray[np.bool_],
    now_us: int,
) -> NDArray[np.intp]:
    limits = FILTER.today
    reasons = {
        "invalid": ~((abs(lon) <= 180) & (abs(lat) <= 90)) | (at_us == NO_TIME) | ~(np.isfinite(accuracy_m) | unknown),
        "zero_island": (abs(lon) < ZERO_ISLAND_DEGREES) & (abs(lat) < ZERO_ISLAND_DEGREES),
        "outside_datum": shifted & ~in_china(lon, lat),
        "future": at_us > now_us + limits.future // MICRO,
        "too_old": at_us < now_us - np.where(offline, limits.offline_older_than // MICRO, limits.older_than // MICRO),
        "inaccurate": accuracy_m > limits.accuracy_m,
    }
    return np.select(list(reasons.values()), [PLAIN.index(reason) for reason in reasons], 0)


def _digest(batch: TrackBatch, said: NDArray[np.float64], marks: NDArray[np.int16]) -> bytes:
    digest = hashlib.blake2b(f"{batch.terminal}\0{batch.datum}".encode(), digest_size=16)
    digest.update(said.data)
    if marks.any():
        digest.update(marks.tobytes())
    return digest.digest()
