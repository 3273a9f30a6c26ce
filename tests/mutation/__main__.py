"""`make mutate`: how many planted faults the tests notice, in rules, contracts and the runtime; survivors by name."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from tests.mutation.covering import Covers, TestsFail, covers, kept
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.workshop import ROOT, Verdict, judge, preload

NO_RULES = {"__main__", "__init__", "diagram"}
PUBLISHING = {"__init__", "addresses", "asyncapi", "catalogue", "envelopes", "publish", "schemas", "yaml"}
TESTS = {
    "rules": ["tests/cases", "tests/patrol", "tests/roster", "tests/targets", "tests/notify", "tests/contracts"],
    "contracts": ["tests/contracts", "tests/cases", "tests/patrol", "tests/roster", "tests/targets", "tests/notify"],
    "runtime": ["tests/runtime", "tests/cases", "tests/patrol", "tests/roster", "tests/targets", "tests/notify"],
}
GOAL_PERCENT = {"rules": 85, "contracts": 85, "runtime": 80}
MADE_ANEW = {
    "tests/cases/test_diagram.py::test_the_page_is_what_would_be_generated",
    "tests/contracts/test_published.py::test_what_is_committed_is_what_would_be_generated",
    "tests/contracts/test_published.py::test_the_asyncapi_document_is_yaml_whose_references_lead_somewhere",
}
"""Tests that compare generated files: whoever changes the code makes those anew, and the fault with them."""
KNOWN = Path(__file__).with_name("survivors.json")


def modules(part: str) -> list[Path]:
    """The modules of `rules`, `contracts` or `runtime`."""
    if part == "contracts":
        return [path for path in sorted((ROOT / "contracts").rglob("*.py")) if path.stem not in PUBLISHING]
    if part == "runtime":
        return sorted(path for path in (ROOT / "services/runtime").rglob("*.py") if "migrations" not in path.parts)
    found = sorted((ROOT / "services").rglob("*.py"))
    return [
        path
        for path in found
        if path.stem not in NO_RULES and not {"runtime", "migrations"} & set(path.relative_to(ROOT).parts)
    ]


def faults(paths: Iterable[Path]) -> list[Mutant]:
    return [one for path in paths for one in mutants(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))]


def known() -> dict[str, str]:
    """The faults that no test need notice, with the reason why each is none: `path name` to words."""
    return {one["fault"]: one["why"] for one in json.loads(KNOWN.read_text(encoding="utf-8"))}


def named(mutant: Mutant) -> str:
    return f"{mutant.path} {mutant.name}"


def can_be_read(mutant: Mutant) -> bool:
    try:
        compile(mutant.text, mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def drawn(wanted: Iterable[Mutant], seed: int) -> list[Mutant]:
    """The faults in an order by the seed and their names, so that a change elsewhere draws no others."""
    return sorted(wanted, key=lambda one: hashlib.sha256(f"{seed} {named(one)}".encode()).digest())


def of_line(path: str, seen: Covers, line: int = 0) -> list[str]:
    """The tests that run a line; where it runs at the import, those that run anything of the module."""
    lines = seen.get(path, {})
    return sorted(lines.get(line) or frozenset().union(*lines.values()))


def verdicts(
    wanted: Sequence[Mutant],
    tests: Sequence[str],
    jobs: int,
    longest_s: float,
    at_most: int | None = None,
    kept_in: Path | None = None,
) -> Iterable[Verdict]:
    """Judge the faults by the tests that run their lines, `at_most` so many; what no test runs is `no test`.

    Which tests those are is kept in a file, where one is named. Raises TestsFail when they fail on a copy without a
    fault.
    """
    preload()
    seen = covers(tests) if kept_in is None else kept(kept_in, tests)
    controls = [
        (Mutant(path, 0, "nothing", (ROOT / path).read_text(encoding="utf-8")), of_line(path, seen))
        for path in dict.fromkeys(one.path for one in wanted)
    ]
    for control in judge([one for one in controls if one[1]][:1], 1, longest_s * 10):
        if control.word != "survived":
            raise TestsFail(f"a copy without a fault, by the tests of {control.mutant.path}")
    work = []
    for mutant in filter(can_be_read, wanted):
        names = [name for name in of_line(mutant.path, seen, mutant.line) if name not in MADE_ANEW]
        if names:
            work.append((mutant, names))
        else:
            yield Verdict(mutant, "no test", 0.0)
    yield from judge(work[:at_most], jobs, longest_s)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("parts", nargs="*", help="rules, contracts, runtime (all)")
    asked.add_argument("--only", default="*", help="modules that match, such as services/cases/*")
    asked.add_argument("--sample", type=int, help="so many faults, drawn by the seed")
    asked.add_argument("--seed", type=int, default=20200521)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked.add_argument("--longest", type=float, default=120.0, help="seconds after which tests hang")
    asked.add_argument("--tests", nargs="*", help="other tests than those of the part")
    asked.add_argument("--map", type=Path, help="a file that keeps which tests run which line, for the next time")
    told = asked.parse_args()
    below = False
    reasons = known()
    for part in told.parts or TESTS:
        wanted = [one for one in faults(modules(part)) if fnmatch(one.path, told.only)]
        wanted = drawn(wanted, told.seed)[: told.sample]
        counts, survivors = Counter[str](), []
        since = time.monotonic()
        for verdict in verdicts(wanted, told.tests or TESTS[part], told.jobs, told.longest, kept_in=told.map):
            excused = verdict.word != "noticed" and named(verdict.mutant) in reasons
            counts["no fault" if excused else verdict.word] += 1
            if not excused and verdict.word != "noticed":
                survivors.append(verdict)
                print(f"{verdict.word}: {verdict.mutant}", flush=True)
        faulty = sum(counts.values()) - counts["no fault"]
        percent = 100 * counts["noticed"] / faulty if faulty else 100.0
        below |= percent < GOAL_PERCENT[part]
        print(
            f"{part}: {counts['noticed']} of {faulty} noticed ({percent:.1f} %, goal {GOAL_PERCENT[part]} %), "
            f"{counts['no fault']} no fault, {time.monotonic() - since:.0f} s, seed {told.seed}",
            flush=True,
        )
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
