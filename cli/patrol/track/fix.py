"""One position of a file, and all that was read out of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from cli.rules import stated

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\Z")
_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(Z|[+-]\d{2}:?\d{2})?\Z",
    re.IGNORECASE,
)
_SINCE_1970 = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?\Z")
_MS_DIGITS = 13


class Local(ValueError):
    """A time without its zone."""


class NoTime(ValueError):
    """What is no time."""


def zone_of(stated_zone: str) -> tzinfo:
    """`+08:00`, `Z`, or a name such as `Asia/Shanghai`. Raises ValueError."""
    if stated_zone.upper() == "Z":
        return UTC
    if found := _OFFSET.match(stated_zone):
        sign = -1 if found[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(found[2]), minutes=int(found[3])))
    try:
        return ZoneInfo(stated_zone)
    except Exception:
        raise ValueError(stated_zone) from None


def instant(written: Any, zone: tzinfo | None) -> str:
    """A time as the contract has it; one without its zone is of `zone`. Raises Local and NoTime."""
    text = str(written).strip() if isinstance(written, str | int | float) and not isinstance(written, bool) else ""
    if _SINCE_1970.match(text):
        whole = text.partition(".")[0]
        return _told(datetime.fromtimestamp(float(text) / (1000 if len(whole) == _MS_DIGITS else 1), UTC))
    found = _WRITTEN.match(text)
    if found is None:
        raise NoTime(text)
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros)
        own = zone_of(offset) if offset else zone
    except ValueError:
        raise NoTime(text) from None
    if own is None:
        raise Local(text)
    try:
        return _told(at.replace(tzinfo=own).astimezone(UTC))
    except OverflowError:
        raise NoTime(text) from None


def _told(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@dataclass(slots=True)
class TrackRead:
    """What a file holds: points as the contract has them, what was wrong with others by number, and what was left out.

    `terminal` is the one that the file names.
    """

    form: str
    zone: tzinfo | None
    points: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    terminal: str | None = None
    several: bool = False
    """Whether it holds positions of more than one terminal."""
    local: int = 0
    """So many of those that are wrong have a time without its zone."""
    _seen: int = 0

    def add(self, lon: Any, lat: Any, at: Any, accuracy_m: Any = None, mock: bool = False) -> None:
        """A position as it stands in the file; numbers may be written as text."""
        self._seen += 1
        found = {"lon": _number(lon), "lat": _number(lat)}
        bad = [(self._seen, name, stated("finite_number")) for name, value in found.items() if value is None]
        if at is None or at == "":
            bad.append((self._seen, "at", stated("missing")))
        else:
            try:
                found["at"] = instant(at, self.zone)  # type: ignore[assignment]
            except Local:
                self.local += 1
                bad.append((self._seen, "at", stated("with_zone")))
            except NoTime:
                bad.append((self._seen, "at", stated("a_time")))
        if (metres := _number(accuracy_m)) is not None:
            found["accuracy_m"] = metres
        self.wrong += bad
        if not bad:
            self.points.append({**found, **({"mock": True} if mock else {})})


def _number(written: Any) -> float | None:
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        return None
    try:
        found = float(written)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < float("inf") else None
