"""`make bench`: measures, prints a table, and writes `latest.json` with the machine's description."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.postgres import Postgres, temporary_home
from tests import servers
from tests.bench import chain, ledger
from tests.bench.rig import system

LATEST = Path(__file__).with_name("latest.json")


def machine() -> dict[str, Any]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    return {
        "processors": os.cpu_count(),
        "model": model,
        "system": platform.system(),
        "python": platform.python_version(),
    }


async def measure(quick: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine()}
    sizes = {"2m": 5_000 if quick else 100_000, "always": 2_000 if quick else 30_000}
    for sync, size in sizes.items():
        async with system(sync) as (stack, run):
            rest = await chain.at_rest(stack, run, 5 if quick else 20)
            await chain.latency(run, 20, 40, seed=3)
            slow = await chain.latency(run, 20, 100 if quick else 600, seed=1)
            drained = await chain.backlog(stack, run, size, seed=2)
            found[f"sync_{sync}"] = {"at_rest": rest, "latency": slow, "backlog": drained}
    found["ledger"] = await _ledger(10_000) if quick else await _ledger(10_000, 100_000, 1_000_000)
    return found


async def _ledger(*sizes: int) -> dict[str, Any]:
    path = temporary_home()
    postgres = Postgres.prepare(path / "postgres")
    postgres.start()
    servers.use(postgres)
    try:
        return await ledger.at_sizes(*sizes)
    finally:
        postgres.stop()
        shutil.rmtree(path, ignore_errors=True)


def show(found: dict[str, Any], out: Console) -> None:
    table = Table(title=f"{found['machine']['processors']} × {found['machine']['model']}", title_justify="left")
    for head in ("what", "goal", "sync 2m", "sync always"):
        table.add_column(head)
    default, always = found["sync_2m"], found["sync_always"]

    def row(what: str, goal: str, of: Any) -> None:
        table.add_row(what, goal, str(of(default)), str(of(always)))

    row("largest service at rest, MB", "≤ 120", lambda one: max(one["at_rest"]["resident_mb"].values()))
    row("idle, % of one core", "≤ 5", lambda one: one["at_rest"]["idle_percent_of_a_core"])
    row("latency at 20/s, median ms", "≤ 30", lambda one: one["latency"]["median_ms"])
    row("latency at 20/s, p99 ms", "≤ 100", lambda one: one["latency"]["p99_ms"])
    row("backlog drained, reports/s", "≥ 1200 / ≥ 500", lambda one: one["backlog"]["steady_per_second"])
    row("largest service under backlog, MB", "flat", lambda one: max(one["backlog"]["largest_resident_mb"].values()))
    out.print(table)
    sizes = Table(title="ledger at a past day and cut-off, ms median / worst (goal ≤ 50)", title_justify="left")
    sizes.add_column("scope")
    for size in found["ledger"]:
        sizes.add_column(f"{int(size):,} cases", justify="right")
    for window in ledger.WINDOWS:
        took = [one["ms"][window] for one in found["ledger"].values()]
        sizes.add_row(window, *(f"{one['median']} / {one['worst']}" for one in took))
    out.print(sizes)


def main() -> None:
    quick = "--quick" in sys.argv
    found = asyncio.run(measure(quick))
    show(found, Console())
    if not quick:
        LATEST.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
