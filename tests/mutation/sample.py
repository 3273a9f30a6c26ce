"""A few faults in rules, drawn by a seed, for every test run; exit status 1 when too many are not noticed."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.mutation.__main__ import GOAL_PERCENT, TESTS, drawn, faults, known, modules, named, verdicts
from tests.mutation.workshop import judge

SAMPLE = 8
SEED = 20200521
LONGEST_S = 300


def main() -> int:
    wanted = drawn(faults(modules("rules")), SEED)
    services = [one for one in TESTS["rules"] if one != "tests/contracts"]
    told = verdicts(wanted, [*services, "-m", "not served"], jobs=2, longest_s=LONGEST_S, at_most=SAMPLE)
    judged = [one for one in told if one.word != "no test"]
    # What the quick tests overlook may be seen by those of the service that ask a database.
    left = [one.mutant for one in judged if one.word == "survived" and named(one.mutant) not in known()]
    again = judge([(one, [f"tests/{Path(one.path).parts[1]}"]) for one in left], jobs=2, longest_s=LONGEST_S)
    survivors = [one.mutant for one in again if one.word == "survived"]
    print(f"{len(judged)} faults judged, not noticed:", *survivors, sep="\n")
    enough = len(judged) == SAMPLE and len(survivors) * 100 <= SAMPLE * (100 - GOAL_PERCENT["rules"])
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
