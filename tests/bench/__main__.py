"""`make bench`: each row of ours beside a floor and a naive way, as a table, in `latest.json` and docs/performance.md.

`python -m tests.bench [--quick] [--rounds 2] [--sync 2m] [chain latency moves track relay locate duty judge …]`
measures some of them, and writes nothing unless all were measured at full size.
"""

from __future__ import annotations

import argparse
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
from tests.bench import duty, kept, ledger, locate, memory, page, relay, start, track
from tests.bench.bare import Bare, bare
from tests.bench.chain import Ours
from tests.bench.chain_rows import SERVERS, Rows, Size, case_moves, chain, latency, ways
from tests.bench.ground_rows import evidence_rows, ground_rows, judging_rows
from tests.bench.measured import ROUNDS, Goal, at_most, at_most_of_floor, of_floor, row
from tests.bench.rig import system

OF_A_SYSTEM = ("chain", "latency", "moves", "track", "memory", "start", "evidence")
OF_A_DATABASE = ("relay", "ledger", "duty", "kept", "judge")
PARTS = (*OF_A_SYSTEM, *OF_A_DATABASE, "locate", "ground")
SYNCS = ("2m", "always")


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return {
        "processors": os.cpu_count(),
        "model": models[0] if models else platform.processor(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


async def measure(parts: list[str], syncs: list[str], quick: bool, rounds: int) -> Rows:
    rows: Rows = []
    size = Size.of(quick, rounds)
    if set(OF_A_SYSTEM) & set(parts):
        for sync in syncs:
            async with bare(sync) as others, system(sync) as (stack, run):
                ours = Ours(stack, run)
                if "memory" in parts:
                    rows += await _at_rest(stack, run, sync, quick)
                if {"chain", "latency"} & set(parts):
                    rows += await _chain(ours, others, sync, size, parts)
                if sync == syncs[0]:
                    rows += await _once(ours, others, stack, run, rows, size, parts, quick)
    if set(OF_A_DATABASE) & set(parts):
        async with _database() as home:
            if "relay" in parts:
                found = await relay.per_second(home, quick)
                rows.append(row("relay: events out of a full outbox", "per s", of_floor(0.7), found))
            if "ledger" in parts:
                rows += await _ledger(quick)
            if "duty" in parts:
                rows += await _duty(quick)
            if "kept" in parts:
                rows += await _kept(kept.RANGERS // 20 if quick else kept.RANGERS)
            if "judge" in parts:
                rows += await judging_rows(100 if quick else 4_000)
    if "ground" in parts:
        rows += ground_rows(quick)
    if "locate" in parts:
        for size in (782, 10_000) if quick else (782, 10_000, 100_000):
            found = await locate.per_second(size, quick)
            rows.append(row(f"locate: points in {size:,} areas", "per s", of_floor(0.8), found))
    return rows


async def _chain(ours: Ours, others: Bare, sync: str, size: Size, parts: list[str]) -> Rows:
    async with ways(ours, others) as found:
        rows = await chain(found, sync, size) if "chain" in parts else []
        if "latency" in parts:
            rows += await latency(found, sync, size, rows[0]["ours"] if rows else None)
        return rows


async def _once(
    ours: Ours, others: Bare, stack: Any, run: Any, before: Rows, size: Size, parts: list[str], quick: bool
) -> Rows:
    """What is measured at one of both settings of the bus."""
    rows: Rows = []
    if "moves" in parts:
        rows += await case_moves(ours, run, size)
    if "track" in parts:
        rows += await _track(ours, others, size.rounds, quick)
    if "evidence" in parts:
        rows += await evidence_rows(run, others, 10 if quick else 200)
    if "memory" in parts:
        rows += await _memory(stack, ours, before, quick)
    if "start" in parts:
        took = await start.seconds(stack, run, size.rounds)
        rows.append(row("cold start: five services ready", "s", at_most_of_floor(2), took))
    return rows


async def _track(ours: Ours, others: Bare, rounds: int, quick: bool) -> Rows:
    rows = []
    for of, share, at_least in ((10, 0.35, 0), (60, 0.5, 60_000)):
        found = await track.stored(ours, others, of, rounds, quick)
        rates = {way: [one.per_second for one in of_way] for way, of_way in found.items()}
        rows.append(row(f"track: points stored, batches of {of}", "per s", _stores(share, at_least), rates))
        for name in ("patrol", *SERVERS):
            took = {way: [one.processor_us[name] for one in of_way] for way, of_way in found.items()}
            rows.append(row(f"processor time of a point, batches of {of}: {name}", "µs", None, took))
    return rows


def _stores(share: float, at_least: int) -> Goal:
    goal = f"≥ {share} of the floor" + (f", ≥ {at_least:,}" if at_least else "")
    return goal, lambda told: told["of_floor"] >= share and told["ours"] >= at_least


async def _at_rest(stack: Any, run: Any, sync: str, quick: bool) -> Rows:
    resident, idle = await memory.at_rest(stack, run, 5 if quick else 20)
    rows = [row(f"idle: everything, sync {sync}", "% of a core", at_most(5), {"ours": [idle]})]
    if sync == "2m":
        for service, mb in resident.items():
            found = {"ours": [mb]}
            rows.append(row(f"memory at rest: {service}", "MB", at_most(120), found))
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
            found.append(row(f"memory {what}: {service}", "MB", at_most_of_floor(1.3), told))
    return found


async def _kept(rangers: int) -> Rows:
    found = await kept.measured(rangers)
    points = f"{found.points:,} points"
    told = [
        (f"points kept: a packed one, of {points}", "bytes", None, [found.packed_bytes_a_point]),
        (f"points kept: one as a row, of {points}", "bytes", None, [found.row_bytes_a_point]),
        ("points kept: a year of 2,000 rangers", "GB", at_most(6), [kept.city_year_gb(found)]),
        ("points kept: packed", "per s", None, [found.packed_per_second]),
        ("points kept: a month of a ranger, packed", "ms", at_most(20), found.month_ms),
        ("points kept: a month of a ranger, twelve days of it as rows", "ms", at_most(20), found.recent_month_ms),
    ]
    return [row(what, unit, goal, {"ours": rounds}) for what, unit, goal, rounds in told]


async def _ledger(quick: bool) -> Rows:
    sizes = (10_000,) if quick else (10_000, 100_000, 1_000_000)
    rows = []
    for size, one in (await ledger.at_sizes(*sizes)).items():
        what = f"ledger at a past day, {int(size):,} cases"
        told = row(what, "ms", at_most(50), one["rounds"])
        rows.append({**told, "windows_ms": one["windows_ms"], "folded_in_s": one["folded_in_s"]})
    return rows


async def _duty(quick: bool) -> Rows:
    rows: Rows = []
    for posts in (10_000,) if quick else (10_000, 1_000_000):
        found = await duty.at_size(posts)
        of = f"of {posts:,} posts"
        rows += [
            row(f"duties opened on one day {of}", "per s", None, {"ours": [found.opened_per_s]}),
            row(f"duties closed on one day {of}", "per s", None, {"ours": [found.closed_per_s]}),
            row(f"the longest transaction over duties {of}", "s", at_most(5), {"ours": [found.longest_s]}),
            row(f"memory from a tenth to all duties {of}", "MB", at_most(50), {"ours": [found.grown_mb]}),
        ]
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
    options.add_argument("--rounds", type=int, default=None)
    options.add_argument("--sync", choices=SYNCS, default=None, help="measure at one setting of the bus only")
    options.add_argument("parts", nargs="*", choices=[*PARTS, []])
    chosen = options.parse_args()
    parts = chosen.parts or list(PARTS)
    syncs = [chosen.sync] if chosen.sync else list(SYNCS)
    rounds = chosen.rounds or (1 if chosen.quick else ROUNDS)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rows = uvloop.run(measure(parts, syncs, chosen.quick, rounds))
    show(rows, Console(width=200))
    if set(parts) == set(PARTS) and not (chosen.quick or chosen.sync or chosen.rounds):
        page.write({"machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
