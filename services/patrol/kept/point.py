"""What is kept of a point, and how its time is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.language.values import SHANGHAI

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SECOND_US, DAY_US = 1_000_000, 86_400_000_000
MS_US = 1000
"""A time is kept to the millisecond."""
PER_DEGREE = 10_000_000
"""A degree is kept to its ten millionth, which is a centimetre on the ground."""

_SAID = [("at_us", "i8"), ("lon", "f8"), ("lat", "f8"), ("stated_lon", "f8"), ("stated_lat", "f8"), ("marks", "i2")]
POINT = np.dtype(_SAID)
"""A point: microseconds since 1970 in UTC, degrees on CGCS2000, degrees as they were stated, and what marks it."""
KEPT = np.dtype([*_SAID, ("area", "i8"), ("batch", "i8")])
"""The same with the numbers of its area, or NO_AREA, and of the batch that it came in."""
MOCK = 1
"""A mark: the phone itself says that the position was made up."""
NO_AREA = 0
Points = NDArray[Any]
"""An array of `POINT` or `KEPT`."""


def us_of(at: datetime) -> int:
    return (at - EPOCH) // MICRO


def at_of(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)


def ordinals_of(points: Points) -> NDArray[np.int64]:
    """The day in China of each point, as `date.toordinal` counts."""
    found: NDArray[np.int64] = (points["at_us"] + _EAST_US) // DAY_US + EPOCH.toordinal()
    return found


def days_of(points: Points) -> list[date]:
    """The day in China of each point."""
    ordinals = ordinals_of(points)
    day = {one: date.fromordinal(one) for one in np.unique(ordinals).tolist()}
    return [day[one] for one in ordinals.tolist()]


def begin_of(day: date) -> datetime:
    """When a day begins in China."""
    return EPOCH + timedelta(days=day.toordinal() - EPOCH.toordinal(), microseconds=-_EAST_US)


def to_ms(at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """The millisecond that has begun: a point stays on its day."""
    return at_us // MS_US * MS_US


def rounded(points: Points) -> None:
    """Times and places to what is kept of them, so that nothing is lost when a day is packed."""
    points["at_us"] = to_ms(points["at_us"])
    for name in ("lon", "lat", "stated_lon", "stated_lat"):
        points[name] = np.rint(points[name] * PER_DEGREE) / PER_DEGREE


_EAST_US = SHANGHAI.utcoffset(None) // MICRO
