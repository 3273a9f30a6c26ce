"""`make bench`: each row of ours beside a floor and a naive way, as a table, in `latest.json` and docs/performance.md.

`python -m tests.bench [--quick] [chain track relay locate ledger start memory]` measures some of them, and writes
nothing unless all were measured at full size.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from contracts.wiring.table import SERVICES
from deploy.local.postgres import Postgres, temporary_home
from tests import servers
from tests.bench import ledger, locate, memory, page, relay, start, track
from tests.bench.bare import bare
from tests.bench.chain import Hops, Ours, drained_per_second, latency_ms
from tests.bench.measured import ROUNDS, alternating, row
from tests.bench.rig import system

PARTS = ("chain", "track", "relay", "locate", "ledger", "start", "memory")
Rows = list[dict[str, Any]]


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return {
        "processors": os.cpu_count(),
        "model": models[0] if models else platform.processor(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


async def measure(parts: list[str], quick: bool) -> Rows:
    rows: Rows = []
    if {"chain", "track", "memory", "start"} & set(parts):
        for sync, at_least in (("2m", 1_200), ("always", 500)):
            async with bare(sync) as others, system(sync) as (stack, run):
                ours = Ours(stack, run)
                if "memory" in parts:
                    rows += await _at_rest(stack, run, sync, quick)
                if "chain" in parts:
                    rows += await _chain(ours, others, sync, at_least, quick)
                if sync == "2m":
                    if "track" in parts:
                        rows += await _track(ours, others, quick)
                    if "memory" in parts:
                        rows += await _memory(stack, ours, rows, quick)
                    if "start" in parts:
                        took = await start.seconds(stack, run, 2 if quick else ROUNDS)
                        rows.append(row("cold start: five services ready", "s", *_at_most_of_floor(2), took))
    if {"relay", "ledger"} & set(parts):
        async with _database() as home:
            if "relay" in parts:
                found = await relay.per_second(home, quick)
                rows.append(row("relay: events out of a full outbox", "per s", *_of_floor(0.7), found))
            if "ledger" in parts:
                rows += await _ledger(quick)
    if "locate" in parts:
        for size in (782, 10_000) if quick else (782, 10_000, 100_000):
            found = await locate.per_second(size, quick)
            rows.append(row(f"locate: points in {size:,} areas", "per s", *_of_floor(0.8), found))
    return rows


def _of_floor(share: float) -> tuple[str, Any]:
    return f"≥ {share} of the floor", lambda told: told["of_floor"] >= share


def _at_most_of_floor(times: float) -> tuple[str, Any]:
    return f"≤ {times} × the floor", lambda told: told["of_floor"] <= times


async def _chain(ours: Ours, others: Any, sync: str, at_least: int, quick: bool) -> Rows:
    floor, naive = Hops("floor", others), Hops("naive", others)
    many, few = (1_000, 200) if quick else (10_000, 2_000)
    try:
        await asyncio.sleep(3)  # the others' programs start
        drained = await alternating(
            {
                "ours": lambda _: drained_per_second(ours, many),
                "floor": lambda _: drained_per_second(floor, many),
                "naive": lambda _: drained_per_second(naive, few),
            },
            1 if quick else ROUNDS,
        )
        rows = [
            row(
                f"chain: reports to stored notifications, sync {sync}",
                "per s",
                f"≥ 0.6 of the floor, ≥ 3 × the naive way, ≥ {at_least}",
                lambda told: told["of_floor"] >= 0.6 and told["of_naive"] >= 3 and told["ours"] >= at_least,
                drained,
            )
        ]
        half = round(rows[0]["ours"] / 2)
        for rate, count in ((20, 40 if quick else 200), (half, 3 * half)):
            rows += await _latency(ours, floor, sync, rate, count, 1 if quick else ROUNDS)
        return rows
    finally:
        floor.stop()
        naive.stop()


async def _latency(ours: Ours, floor: Hops, sync: str, rate: int, count: int, rounds: int) -> Rows:
    told: dict[str, dict[str, list[float]]] = {"median": {}, "p99": {}}
    for _ in range(rounds):
        for name, way in (("ours", ours), ("floor", floor)):
            for figure, value in (await latency_ms(way, rate, count)).items():
                told[figure].setdefault(name, []).append(value)
    at = f"chain: latency at {rate}/s, sync {sync}"
    limits = {"median": (2, 30), "p99": (4, 100)}
    rows = []
    for figure, (times, most_ms) in limits.items():
        absolute = f", ≤ {most_ms} ms" if rate == 20 else ""

        def met(one: Any, times: int = times, most_ms: float = most_ms if rate == 20 else float("inf")) -> bool:
            return bool(one["of_floor"] <= times and one["ours"] <= most_ms)

        rows.append(row(f"{at}, {figure}", "ms", f"≤ {times} × the floor{absolute}", met, told[figure]))
    return rows


async def _track(ours: Ours, others: Any, quick: bool) -> Rows:
    rows = []
    for of, at_least in ((10, 0), (60, 60_000)):
        found = await track.per_second(ours, others, of, quick)
        goal = "≥ 0.6 of the floor" + (f", ≥ {at_least:,}" if at_least else "")

        def met(told: Any, at_least: int = at_least) -> bool:
            return bool(told["of_floor"] >= 0.6 and told["ours"] >= at_least)

        rows.append(row(f"track: points stored, batches of {of}", "per s", goal, met, found))
    return rows


async def _at_rest(stack: Any, run: Any, sync: str, quick: bool) -> Rows:
    resident, idle = await memory.at_rest(stack, run, 5 if quick else 20)
    rows = [row(f"idle: everything, sync {sync}", "% of a core", "≤ 5", lambda t: t["ours"] <= 5, {"ours": [idle]})]
    if sync == "2m":
        for service, mb in resident.items():
            found = {"ours": [mb]}
            rows.append(row(f"memory at rest: {service}", "MB", "≤ 120", lambda told: told["ours"] <= 120, found))
    return rows


async def _memory(stack: Any, ours: Ours, rows: Rows, quick: bool) -> Rows:
    """Beside what each takes at rest, which stands for the floor here."""
    rest = {one["what"].rpartition(" ")[2]: one["ours"] for one in rows if one["what"].startswith("memory at rest")}
    load = await memory.under_load(stack, ours, 2_000 if quick else 20_000)
    backlog = await memory.with_backlog(stack, ours, 20_000 if quick else 1_000_000, 10 if quick else 60)
    found = []
    for what, largest in (("under load", load), ("with a backlog of 10^6", backlog)):
        for service in SERVICES:
            told = {"ours": [largest[service]], "floor": [rest[service]]}
            found.append(row(f"memory {what}: {service}", "MB", *_at_most_of_floor(1.3), told))
    return found


async def _ledger(quick: bool) -> Rows:
    sizes = (10_000,) if quick else (10_000, 100_000, 1_000_000)
    rows = []
    for size, one in (await ledger.at_sizes(*sizes)).items():
        what = f"ledger at a past day, {int(size):,} cases"
        told = row(what, "ms", "≤ 50", lambda told: told["ours"] <= 50, one["rounds"])
        rows.append({**told, "windows_ms": one["windows_ms"], "folded_in_s": one["folded_in_s"]})
    return rows


@asynccontextmanager
async def _database() -> AsyncIterator[Path]:
    home = temporary_home()
    postgres = Postgres.prepare(home / "postgres")
    postgres.start()
    servers.use(lambda: postgres)
    try:
        yield home
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


def show(rows: Rows, out: Console) -> None:
    told = machine()
    table = Table(title=f"{told['processors']} × {told['model']}, Python {told['python']}", title_justify="left")
    for head in ("row", "unit"):
        table.add_column(head)
    for head in ("ours", "floor", "naive", "of floor", "of naive"):
        table.add_column(head, justify="right")
    table.add_column("goal")
    table.add_column("")
    for one in rows:
        table.add_row(*(cell.strip("*") for cell in page.cells(one)))
    out.print(table)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("parts", nargs="*", choices=[*PARTS, []])
    chosen = options.parse_args()
    parts = chosen.parts or list(PARTS)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = uvloop.run(measure(parts, chosen.quick))
    show(rows, Console(width=200))
    if set(parts) == set(PARTS) and not chosen.quick:
        page.write({"machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
