"""`python -m tests.faults --minutes 10 [--seed 7]`: a soak; exit status 1 when the books do not balance."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets

from tests.faults.run import run


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--seed", type=int, default=None)
    chosen = options.parse_args()
    report = asyncio.run(run(chosen.seed or secrets.randbelow(1_000_000), minutes=chosen.minutes))
    print("\n".join(report.lines()))
    wrong = report.found.wrong()
    if wrong:
        print(json.dumps(wrong, ensure_ascii=False, indent=1)[:20_000])
    return 1 if wrong else 0


raise SystemExit(main())
