"""The filter chain of track points: each refusal is counted by its reason (DOMAIN §4)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from contracts.language.division import UNKNOWN
from contracts.language.intake import Problem
from contracts.language.rules import broken
from contracts.patrol import ClockDoubted, TerminalChanged, TerminalState, TrackBatch, TrackStored
from services.patrol.kept.point import MOCK, SECOND_US, Points, at_of, us_of
from services.patrol.track.law import FILTER
from services.patrol.track.points import Stated, correction_us
from services.patrol.track.way import Fix, Flags, Way
from services.runtime.messages import Heard, News, Refused
from services.runtime.reference.ground import AreasHere

TerminalKey = tuple[str, str]
"""(source, terminal)."""
_TIME = itemgetter(0)


@dataclass(slots=True)
class Terminal:
    """What is stored of a terminal near the times of its batches, and what was last refused as impossible to reach."""

    number: int
    stored: list[Fix]
    doubted: tuple[Fix, ...] = ()
    state: TerminalState | None = None
    clock_doubted: bool = False
    """Whether its sender has been told that its clock runs wrong."""
    changed: bool = False
    _added: list[Points] = field(default_factory=list)

    def add(self, points: Points) -> None:
        self._added.append(points)

    def around(self, first_us: int, last_us: int) -> list[Fix]:
        """The stored points between two times in their order, and as many on either side as have a vote."""
        if self._added:
            self.stored = sorted([*self.stored, *(fix for points in self._added for fix in fixes(points))])
            self._added = []
        begin = bisect_left(self.stored, first_us, key=_TIME)
        end = bisect_right(self.stored, last_us, key=_TIME)
        return self.stored[max(begin - FILTER.today.votes, 0) : end + FILTER.today.votes]

    def doubt(self, points: Points) -> None:
        """Remember the latest that were impossible to reach: enough of them are right."""
        self.doubted = tuple(sorted({*self.doubted, *fixes(points)})[-FILTER.today.votes :])
        self.changed = True

    def doubt_clock(self, stated: Stated) -> bool:
        """Whether the clock that timed a batch runs wrong and nobody has been told of it."""
        new = stated.wrong_clock and not self.clock_doubted
        if new or (self.clock_doubted and len(stated.good)):
            self.clock_doubted, self.changed = new, True
        return new


@dataclass(frozen=True, slots=True)
class Sifted:
    """A batch after the chain: the points kept in the order of time, and how many were refused by reason."""

    stated: Stated
    kept: Points
    refused: Counter[str]

    @property
    def heard(self) -> Heard[TrackBatch]:
        return self.stated.heard

    @property
    def terminal(self) -> TerminalKey:
        return self.stated.terminal


def fixes(points: Points) -> Iterable[Fix]:
    return zip(points["at_us"].tolist(), points["lon"].tolist(), points["lat"].tolist(), strict=True)


OTHER_POINTS = Problem.of("batch_id", broken("batch_of_other_points"))


def name_of(stated: Stated) -> tuple[str, str]:
    """What names a batch for ever."""
    return stated.heard.source, stated.heard.body.batch_id


def unheard(
    batches: Sequence[Stated], said: Mapping[tuple[str, str], bytes | None]
) -> tuple[list[Stated], list[Stated]]:
    """The new batches, and those that say other things than what was sent under their names; repeats are neither."""
    known = dict(said)
    new, others = [], []
    for one in batches:
        name = name_of(one)
        if name not in known:
            known[name] = one.digest
            new.append(one)
        elif known[name] not in (None, one.digest):
            others.append(one)
    return new, others


def sift_all(batches: Sequence[Stated], terminals: dict[TerminalKey, Terminal]) -> list[Sifted]:
    """Each batch in turn; what is known of a terminal is kept up for those that follow."""
    points = np.concatenate([one.good for one in batches])
    way = Way.of(points["at_us"], points["lon"], points["lat"])
    broken = np.flatnonzero(~way.steps()).tolist()
    found, begin = [], 0
    for one in batches:
        end = begin + len(one.good)
        # A step out of one batch into the next is none.
        whole = bisect_left(broken, begin) == bisect_left(broken, end - 1)
        found.append(_sift(one, way.part(slice(begin, end)), whole, terminals[one.terminal]))
        begin = end
    return found


def _sift(stated: Stated, way: Way, whole: bool, terminal: Terminal) -> Sifted:
    points, refused = stated.good, stated.refused.copy()
    if len(points):
        first_us, last_us = points["at_us"][0].item(), points["at_us"][-1].item()
        around = terminal.around(first_us, last_us)
        if not whole or not _lies_between(around, way, first_us, last_us):
            duplicate, impossible = _disputed(points, around, terminal.doubted)
            refused.update({"duplicate": int(duplicate.sum()), "impossible_speed": int(impossible.sum())})
            if impossible.any():
                terminal.doubt(points[impossible])
            points = points[~(duplicate | impossible)]
        terminal.add(points)
    return Sifted(stated, points, +refused)


def _lies_between(around: Sequence[Fix], way: Way, first_us: int, last_us: int) -> bool:
    """Whether the way can be reached from what is stored before it, and what is stored after it from the way."""
    if not around:
        return True
    if any(first_us <= fix[0] <= last_us for fix in around):
        return False
    before = Way.of_fixes([fix for fix in around if fix[0] < first_us][-1:])
    after = Way.of_fixes([fix for fix in around if fix[0] > last_us][:1])
    begin, end = way.part(slice(0, 1)), way.part(slice(-1, None))
    return bool(before.reaches(begin).all() and end.reaches(after).all())


def _disputed(points: Points, stored: Sequence[Fix], doubted: Iterable[Fix]) -> tuple[Flags, Flags]:
    """Which points are there already, and which ones can nobody have reached.

    Right are most of all that can have been one way: of the points, those stored and those once refused, the most that
    follow each other no faster than anybody goes. Between ways of as many points the one with more stored ones is
    right, then the one that ends earlier. What is stored stays, right or not.

    What was sent of a time that has a point already is a duplicate, unless nobody can have reached it.
    """
    duplicate = np.isin(points["at_us"], [fix[0] for fix in stored])
    duplicate[1:] |= points[1:] == points[:-1]
    fresh = np.flatnonzero(~duplicate)
    times = {fix[0] for fix in stored}.union(points["at_us"].tolist())
    known = [*stored, *(fix for fix in doubted if fix[0] not in times)]
    everything = [*known, *fixes(points[fresh])]
    # Of one time the stored one comes first, then the more accurate: the sort is stable.
    order = np.array(sorted(range(len(everything)), key=lambda n: everything[n][0]), dtype=np.intp)
    way = Way.of_fixes([everything[n] for n in order])
    right = order[way.heaviest([len(everything) + 1 + (n < len(stored)) for n in order.tolist()])]
    kept = np.zeros(len(points), dtype=bool)
    kept[fresh[right[right >= len(known)] - len(known)]] = True
    lost = np.flatnonzero(~(kept | duplicate))
    duplicate[lost] = _replaces(points, kept, lost)
    return duplicate, ~(kept | duplicate)


def _replaces(points: Points, kept: Flags, lost: NDArray[np.intp]) -> Flags:
    """Whether each of the lost points could stand for a kept one of the same time."""
    right = points[kept]
    if not len(right):
        return np.zeros(len(lost), dtype=bool)
    at_us = points["at_us"][lost]
    first, end = np.searchsorted(right["at_us"], at_us), np.searchsorted(right["at_us"], at_us, side="right")
    ours, theirs = (Way.of(one["at_us"], one["lon"], one["lat"]) for one in (points[lost], right))
    before, after = np.maximum(first - 1, 0), np.minimum(end, len(right) - 1)
    reached = (first == 0) | theirs.part(before).reaches(ours)
    reaches = (end == len(right)) | ours.reaches(theirs.part(after))
    stands: Flags = (first < end) & reached & reaches
    return stands


def stored_fact(sifted: Sifted, places: Sequence[AreasHere]) -> TrackStored:
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
        mocked=int((kept["marks"] & MOCK).astype(bool).sum()),
        corrected_s=correction_us(batch) / SECOND_US,
    )


def of_terminals(
    sifted: Sequence[Sifted], terminals: Mapping[TerminalKey, Terminal], told: Sequence[TrackStored], now: datetime
) -> list[News]:
    """What is told of the terminals themselves: what their phones say of themselves, and clocks that run wrong."""
    news: list[News] = []
    for one, stored in zip(sifted, told, strict=True):
        terminal, batch = terminals[one.terminal], one.heard.body
        about = {"source": one.heard.source, "terminal": batch.terminal, "division": stored.division}
        before = terminal.state
        if batch.state is not None and batch.state != before:
            terminal.state, terminal.changed = batch.state, True
            news.append((one.heard, TerminalChanged(**about, before=before, state=batch.state)))
        if terminal.doubt_clock(one.stated):
            ahead_s = (one.stated.latest_us - us_of(now)) // SECOND_US
            news.append((one.heard, ClockDoubted(**about, batch_id=batch.batch_id, ahead_s=ahead_s)))
            news.append(Refused(one.heard, (clock_problem(ahead_s),)))
    return news


def clock_problem(ahead_s: int) -> Problem:
    """What its sender is told of a terminal of which no point is of a time that can be."""
    return Problem.of("points", broken("clock_ahead" if ahead_s > 0 else "clock_behind", seconds=abs(ahead_s)))


def received(heard: Sequence[Heard[TrackBatch]], now: datetime) -> tuple[list[Heard[TrackBatch]], list[Refused]]:
    """The batches, and those refused that cannot have been received when their sender says."""
    first, last = now - FILTER.today.offline_older_than, now + FILTER.today.future
    good, wrong = [], []
    for one in heard:
        if one.body.clock and not first <= one.body.clock.received_at <= last:
            rule = broken("received_between", first=first.isoformat(), last=last.isoformat())
            wrong.append(Refused(one, (Problem.of("clock.received_at", rule),)))
        else:
            good.append(one)
    return good, wrong
