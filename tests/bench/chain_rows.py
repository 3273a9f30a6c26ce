"""The rows of the chain, of its delay, and of what a report and a move of a case take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contracts.wiring.table import SERVICES
from deploy.local.home import Run
from tests.bench import moves
from tests.bench.bare import Bare
from tests.bench.chain import Drained, Floor, Hops, Ours, Way, drained, latency_ms
from tests.bench.measured import Goal, alternating, row

AT_LEAST = {"2m": 1_200, "always": 500}
"""Reports a second, by how often the bus syncs."""
SERVERS = ("bus", "PostgreSQL")
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: `many` and `few` are reports in a backlog, ours and those of the naive way."""

    rounds: int
    many: int
    few: int
    moves: int
    at_20: int

    @classmethod
    def of(cls, quick: bool, rounds: int) -> Size:
        return cls(rounds, 1_000, 200, 200, 40) if quick else cls(rounds, 10_000, 2_000, 1_000, 200)


@asynccontextmanager
async def ways(ours: Ours, others: Bare) -> AsyncIterator[dict[str, Way]]:
    """Ours, the floor, which tells as ours does, the shortest way and the naive one."""
    with TemporaryDirectory() as folder:
        samples = (await ours.samples()).write(Path(folder) / "samples.json")
        floor, shortest, naive = Floor(others, samples), Hops("floor", others), Hops("naive", others)
        try:
            await asyncio.sleep(3)  # the programs start
            yield {"ours": ours, "floor": floor, "shortest": shortest, "naive": naive}
        finally:
            for one in (floor, shortest, naive):
                one.stop()


async def chain(found: dict[str, Way], sync: str, size: Size) -> Rows:
    def draining(name: str) -> Any:
        return lambda _: drained(found[name], size.few if name == "naive" else size.many)

    rounds = await alternating({name: draining(name) for name in found}, size.rounds)
    rates = {name: [one.per_second for one in of_way] for name, of_way in rounds.items()}
    shortest = {"ours": rates["ours"], "floor": rates.pop("shortest")}
    what = f"chain: reports to stored notifications, sync {sync}"
    return [
        row(what, "per s", _drains(AT_LEAST[sync]), rates),
        row(f"chain: beside the shortest way, sync {sync}", "per s", None, shortest),
        *_processor(rounds, sync),
        *_left(rounds, sync),
    ]


def _drains(at_least: int) -> Goal:
    return (
        f"≥ 0.6 of the floor, ≥ 3 × the naive way, ≥ {at_least}",
        lambda told: told["of_floor"] >= 0.6 and told["of_naive"] >= 3 and told["ours"] >= at_least,
    )


def _processor(rounds: dict[str, list[Drained]], sync: str) -> Rows:
    rows = []
    for name in ("everything", *SERVERS, "patrol", "cases", "targets", "notify"):
        ways = ("ours", "floor", "naive") if name in ("everything", *SERVERS) else ("ours", "floor")
        found = {way: [one.processor_ms[name] for one in rounds[way]] for way in ways}
        rows.append(row(f"processor time of a report: {name}, sync {sync}", "ms", None, found))
    return rows


def _left(rounds: dict[str, list[Drained]], sync: str) -> Rows:
    return [
        row(
            f"a report leaves in {what}, sync {sync}",
            "bytes",
            None,
            {way: [one.left[what] for one in rounds[way]] for way in ("ours", "floor", "naive")},
        )
        for what in ("streams", "rows", "WAL")
    ]


async def latency(found: dict[str, Way], sync: str, size: Size, per_second: float | None) -> Rows:
    """At 20 reports a second, and at half of what drains in a second."""
    if per_second is None:
        per_second = (await drained(found["ours"], size.many)).per_second
    half = round(per_second / 2)
    rows: Rows = []
    for rate, count, times in ((20, size.at_20, 2.5), (half, 3 * half, 5)):
        rows += await _latency(found, sync, rate, count, times, size.rounds)
    return rows


async def _latency(found: dict[str, Way], sync: str, rate: int, count: int, times: float, rounds: int) -> Rows:
    told: dict[str, dict[str, list[float]]] = {"median": {}, "p99": {}}
    for _ in range(rounds):
        for name in ("ours", "floor"):
            for figure, value in (await latency_ms(found[name], rate, count)).items():
                told[figure].setdefault(name, []).append(value)
    what = f"chain: latency at {rate}/s" if rate == 20 else f"chain: latency at half capacity, {rate}/s"
    limits = {"median": (times, 30), "p99": (4, 100)}
    return [
        row(f"{what}, sync {sync}, {figure}", "ms", _late(most, most_ms if rate == 20 else None), told[figure])
        for figure, (most, most_ms) in limits.items()
    ]


def _late(times: float, most_ms: float | None) -> Goal:
    absolute = f", ≤ {most_ms} ms" if most_ms else ""
    return (
        f"≤ {times} × the floor{absolute}",
        lambda told: told["of_floor"] <= times and (most_ms is None or told["ours"] <= most_ms),
    )


async def case_moves(ours: Ours, run: Run, size: Size) -> Rows:
    rounds = [await moves.processor_ms(ours, run, size.moves) for _ in range(size.rounds)]
    names: Sequence[str] = ("everything", *SERVERS, *SERVICES)
    return [
        row(f"processor time of a case's move: {name}", "ms", None, {"ours": [one[name] for one in rounds]})
        for name in names
        if name != "roster"
    ]
