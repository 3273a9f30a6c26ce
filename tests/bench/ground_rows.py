"""The rows of the bench on who answers and what grids cover, on patrols that are judged, and on evidence."""

from __future__ import annotations

from deploy.local.home import Run
from tests.bench import evidence, ground, judging
from tests.bench.bare import Bare
from tests.bench.chain_rows import Rows
from tests.bench.measured import at_most, at_most_of_floor, percentile, row


def ground_rows(quick: bool) -> Rows:
    rows: Rows = []
    for name, took in ground.who_answers().items():
        rows.append(row(f"who answers for {name}, median", "ms", at_most(1), {"ours": [percentile(took, 50)]}))
        rows.append(row(f"who answers for {name}, p99", "ms", None, {"ours": [percentile(took, 99)]}))
    grids = 1_000 if quick else 10_000
    took_s = {"ours": [ground.coverage_s(grids)]}
    return [*rows, row(f"coverage of {grids:,} grids with a gap in each village", "s", at_most(5), took_s)]


async def judging_rows(rounds: int) -> Rows:
    found = await judging.judged(rounds)
    of = f"of {rounds:,} rounds of two hours"
    return [
        row(f"patrols judged {of}", "per s", None, {"ours": [found.per_second]}),
        row(f"the longest transaction over patrols {of}", "s", at_most(5), {"ours": [found.longest_s]}),
        row(f"processor time of a judged patrol {of}", "ms", None, {"ours": [found.processor_ms]}),
    ]


async def evidence_rows(run: Run, bare: Bare, count: int) -> Rows:
    rows: Rows = []
    for what, took in zip(("put", "fetched"), await evidence.put_and_get(run, bare, count), strict=True):
        of = f"evidence {what}: {count} photographs of {evidence.SIZE_BYTES / 1e6:g} MB"
        for name, percent in (("median", 50), ("p99", 99)):
            told = {way: [percentile(ms, percent)] for way, ms in took.items()}
            rows.append(row(f"{of}, {name}", "ms", at_most_of_floor(4) if percent == 50 else None, told))
    return rows
