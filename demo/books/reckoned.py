"""One case as the books have it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

OUT_OF_STOCK = ("registered", "dismissed", "closed", "voided", "merged")
GONE = ("dismissed", "voided", "merged")
ENDED = (*GONE, "closed")


@dataclass(frozen=True, slots=True)
class Line:
    """One case on one line of the ledger on a day; `other` is where one that moves comes from or goes to.

    `route` is by which it was closed.
    """

    line: str
    on: date
    campaign: str
    division: str
    kind: str
    other: tuple[str, str, str] | None = None
    route: str | None = None


@dataclass(slots=True)
class Reckoned:
    """One case as the books have it; `late` are the (owner, day) missed, `same_site` the cases linked to it."""

    id: str
    at: datetime
    campaign: str
    division: str
    kind: str
    office: str
    grid: str
    seen_on: date | None
    state: str = "registered"
    cycle: int = 1
    unit: str | None = None
    unit_due: date | None = None
    owner: str | None = None
    due: date | None = None
    route: str = "put_right"
    objected: bool = False
    days_left: int = 0
    submitted_on: date | None = None
    extension_due: date | None = None
    ended_by_time: datetime | None = None
    facts: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    late: set[tuple[str, date]] = field(default_factory=set)
    same_site: set[str] = field(default_factory=set)
    referred_in: list[int] = field(default_factory=list)
    """The cycle in which it was referred, for each time."""
    late_units: set[tuple[int, str, date]] = field(default_factory=set)
    open_days: list[tuple[date, date | None]] = field(default_factory=list)

    @property
    def came_to_nothing(self) -> bool:
        """Dismissed, voided, merged or closed as no violation: it stands in nobody's record."""
        return self.state in GONE or (self.state == "closed" and self.route == "no_violation")

    def was_open_on(self, day: date) -> bool:
        """Whether somebody had to act on the case when a day began."""
        return any(begin < day <= (end or date.max) for begin, end in self.open_days)

    def ends(self, on: date) -> None:
        """Nobody has to act on it any more."""
        self.open_days[-1] = (self.open_days[-1][0], on)

    @property
    def scope(self) -> tuple[str, str, str]:
        return self.campaign, self.division, self.kind

    @property
    def in_stock(self) -> bool:
        return self.state not in OUT_OF_STOCK

    def enter(self, line: str, on: date) -> None:
        self.lines.append(Line(line, on, *self.scope, route=self.route if line == "closed" else None))
