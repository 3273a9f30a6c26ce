"""`python -m tests.faults --minutes 10 [--seed 7] [--busy]`: a soak; exit status 1 when the books do not balance."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
from dataclasses import replace

from tests.faults.busy import processors_taken
from tests.faults.plants import PLANTS, planted
from tests.faults.run import Report, after


async def _soak(seed: int, minutes: float, plant: str | None) -> Report:
    async with after(seed, minutes=minutes) as (report, system, load):
        return report if plant is None else replace(report, found=await planted([plant], system, load))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--busy", action="store_true", help="every processor is taken by others too")
    options.add_argument("--plant", choices=sorted(PLANTS), help="falsify something after the run: a book must say so")
    chosen = options.parse_args()
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    with processors_taken() if chosen.busy else contextlib.nullcontext():
        report = asyncio.run(_soak(seed, chosen.minutes, chosen.plant))
    print("\n".join(report.lines()))
    wrong = report.found.wrong()
    if wrong:
        print(json.dumps(wrong, ensure_ascii=False, indent=1)[:20_000])
    return 1 if wrong else 0


raise SystemExit(main())
