"""A whole run: load and faults for a while, then quiet, then the books."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.faults.books import Found, check
from tests.faults.faults import FAULTS, LONG
from tests.faults.load import Load
from tests.faults.replica import Counts
from tests.faults.rig import Rig, rig

HEALED_WITHIN_S = 180.0
FLOOD_OF = 20_000


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did and found."""

    seed: int
    faults: Counter[str]
    messages: int
    reports: int
    moves: Counter[str]
    handovers: int
    flooded: int
    counts: Counts
    early: int
    real_disk: bool
    restarted: int
    longest_gap_s: float
    healed_in_s: float
    found: Found

    def lines(self) -> Iterator[str]:
        yield f"seed {self.seed}: {self.faults.total()} faults"
        for name, count in sorted(self.faults.items()):
            yield f"  {name:<20} {count:>5}"
        yield f"messages taken by the bus      {self.messages:>8}"
        yield f"reports acknowledged           {self.reports:>8}"
        for verb, count in sorted(self.moves.items()):
            yield f"  {verb:<20} {count:>5}"
        yield f"reports of a flood refused     {self.flooded:>8}"
        yield f"handovers                      {self.handovers:>8}"
        yield f"redelivered by the bus *       {self.counts.redelivered:>8}"
        yield f"repeats set aside *            {self.counts.repeats:>8}"
        yield f"held back by the subscriber    {self.early:>8}"
        yield f"replicas started again         {self.restarted:>8}"
        yield f"longest unavailability, s      {self.longest_gap_s:>8.1f}"
        yield f"healed in, s                   {self.healed_in_s:>8.1f}"
        for what in Found.__slots__:
            yield f"{what:<30} {len(getattr(self.found, what)):>8}"
        yield "* as far as replicas told before they were killed"
        yield f"the full disks were {'file systems of their own' if self.real_disk else 'said by a trigger'}"


@asynccontextmanager
async def after(
    seed: int, *, faults: int | None = None, minutes: float | None = None, flood_of: int = FLOOD_OF
) -> AsyncIterator[tuple[Report, Rig, Load]]:
    """At least so many faults, or for so many minutes, every kind at least once in the first; then the books.

    The system still stands, for whoever wants to look at it.
    """
    draw = random.Random(seed)
    print(f"seed {seed}", flush=True)
    async with rig() as system:
        load = Load(system.cluster, seed, flood_of)
        await load.open()
        loading = asyncio.create_task(load.run())
        try:
            done = await _break(system, load, draw, faults, minutes)
            healed_in_s = await heal(system, load)
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        found = await check(system, load)
        ledger = load.ledger
        moves = Counter(move.verb for moves in load.desk.book.moves.values() for move in moves)
        report = Report(
            seed,
            done,
            ledger.messages,
            len(ledger.reports),
            moves,
            len(ledger.handovers),
            len(ledger.flood),
            await system.count(),
            system.subscriber.early,
            system.outboxes.disk.real,
            system.restarted,
            ledger.longest_gap_s,
            healed_in_s,
            found,
        )
        yield report, system, load


async def heal(system: Rig, load: Load) -> float:
    """The load ends, and in time everything is settled; returns how many seconds it took."""
    started = time.monotonic()

    def left() -> float:
        return max(0.0, started + HEALED_WITHIN_S - time.monotonic())

    await load.pause(left())
    await system.ready(left())
    await load.close_desk(left())
    await system.settled()
    return time.monotonic() - started


async def _break(
    system: Rig, load: Load, draw: random.Random, faults: int | None, minutes: float | None
) -> Counter[str]:
    done: Counter[str] = Counter()
    ends_at = time.monotonic() + (minutes or 0) * 60
    for name in _names(draw):
        if (faults is not None and done.total() >= faults) or (minutes is not None and time.monotonic() >= ends_at):
            break
        started = time.monotonic()
        await FAULTS[name](system, load, draw)
        done[name] += 1
        print(f"{name} {time.monotonic() - started:.1f} s", flush=True)
        await asyncio.sleep(draw.uniform(0.1, 0.6))
    return done


def _names(draw: random.Random) -> Iterator[str]:
    """Every fault once in some order, then any but the long ones, of which one in thirty is drawn."""
    names = list(FAULTS)
    draw.shuffle(names)
    yield from names
    short = [name for name in names if name not in LONG]
    while True:
        yield draw.choice(LONG) if draw.random() < 1 / 30 else draw.choice(short)
