"""From the release before to this one and back, under load, a service at a time; then the books.

`python -m tests.faults.upgrades --rounds 3 [--seed 7] [--busy]`: two replicas of each service; exit status 1 when the
books do not balance.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.wiring.table import SERVICES
from tests.bench.rig import resident_mb
from tests.faults.books import Found, check
from tests.faults.busy import processors_taken
from tests.faults.load import Load
from tests.faults.replica import Replica
from tests.faults.rig import Rig, rig
from tests.faults.run import heal
from tests.faults.tree import HERE, NotInHistory, Tree, before
from tests.waiting import until

REPORTS_BETWEEN = 10
"""How many are acknowledged between one change and the next, so that each mixture has work to do."""
ACKNOWLEDGED_WITHIN_S = 180.0


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What a run did and found; `changes` are the replicas in the order in which they were changed, with their tree."""

    release: str
    changes: list[tuple[str, Path]]
    reports: int
    moves: int
    longest_gap_s: float
    settled_in_s: float
    found: Found


@asynccontextmanager
async def upgraded(seed: int, folder: Path, *, rounds: int = 1, each: int = 1) -> AsyncIterator[Upgraded]:
    """So many times to this release and back. Raises NotInHistory where the release before cannot be had."""
    draw = random.Random(seed)
    release, older = before(folder)
    print(f"seed {seed}: from {release} and back", flush=True)
    async with rig(each, older) as system:
        load = Load(system.cluster, seed, 0)
        await load.open()
        loading = asyncio.create_task(load.run())
        changes: list[tuple[str, Path]] = []
        try:
            for _ in range(rounds):
                changes += await _over(system, load, draw, HERE)
                changes += await _over(system, load, draw, older)
            settled_in_s = await heal(system, load)
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        found, moves = await check(system, load), sum(map(len, load.desk.book.moves.values()))
        gap_s = load.ledger.longest_gap_s
        yield Upgraded(release, changes, len(load.ledger.reports), moves, gap_s, settled_in_s, found)


async def _over(system: Rig, load: Load, draw: random.Random, tree: Tree) -> list[tuple[str, Path]]:
    """Every replica over to a tree, one by one in a drawn order; the way back leaves bus and schemas as they are."""
    replicas = draw.sample(system.replicas, len(system.replicas))
    at_once = draw.random() < 0.5
    print(f"to {tree.path}: {' '.join(one.name for one in replicas)}", flush=True)
    if tree == HERE:
        await system.cluster.provision()
        if at_once:
            print("all schemas first", flush=True)
            await system.migrate(tree, *SERVICES)
    for replica in replicas:
        await _acknowledged(load, REPORTS_BETWEEN)
        if tree == HERE and not at_once:
            await system.migrate(tree, replica.service)
        await _change(system, replica, tree)
    await _acknowledged(load, REPORTS_BETWEEN)
    return [(one.name, _runs_in(one)) for one in replicas]


async def _change(system: Rig, replica: Replica, tree: Tree) -> None:
    await replica.stop()
    replica.tree = tree
    replica.start()
    await system.ready(only=replica)
    system.at_rest[replica.name] = resident_mb(replica.pid), replica.open_files()


async def _acknowledged(load: Load, more: int) -> None:
    wanted = len(load.ledger.reports) + more

    async def so() -> bool:
        return len(load.ledger.reports) >= wanted

    await until(so, ACKNOWLEDGED_WITHIN_S, every_s=0.1)


def _runs_in(replica: Replica) -> Path:
    """Where the code of the running process lies, as the kernel has it."""
    return Path(f"/proc/{replica.pid}/cwd").resolve()


async def _soak(seed: int, rounds: int) -> Upgraded:
    folder = Path(tempfile.mkdtemp(prefix="linzhang-before-"))
    try:
        async with upgraded(seed, folder, rounds=rounds, each=2) as done:
            return done
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--busy", action="store_true", help="every processor is taken by others too")
    chosen = options.parse_args()
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    try:
        with processors_taken() if chosen.busy else contextlib.nullcontext():
            done = asyncio.run(_soak(seed, chosen.rounds))
    except NotInHistory as why:
        print(f"nothing to upgrade from: {why}")
        return 0
    print(f"{len(done.changes)} changes, {done.reports} reports, {done.moves} moves of cases")
    print(f"longest unavailability {done.longest_gap_s:.1f} s, settled in {done.settled_in_s:.1f} s")
    wrong = done.found.wrong()
    if wrong:
        print(json.dumps(wrong, ensure_ascii=False, indent=1)[:20_000])
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
