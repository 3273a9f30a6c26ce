"""A few faults in rules, drawn by a seed, for every test run; exit status 1 when too many are not noticed."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.mutation.__main__ import GOAL_PERCENT, MADE_ANEW, can_be_read, drawn, faults, known, modules, named
from tests.mutation.workshop import judge, preload

SAMPLE = 7
SEED = 20200521
LONGEST_S = 300
QUICK = ("-m", "not served")


def main() -> int:
    """All tests of the service at the fault: the quick ones, then those that ask a database where these see nothing.

    To ask first which of them run the line would take longer.
    """
    preload()
    excused = known()
    wanted = [one for one in drawn(faults(modules("rules")), SEED) if can_be_read(one) and named(one) not in excused]
    left = wanted[:SAMPLE]
    for chosen in (QUICK, ()):
        skipped = (f"--deselect={name}" for name in sorted(MADE_ANEW))
        args = (*chosen, *skipped)
        told = judge([(one, [f"tests/{Path(one.path).parts[1]}", *args]) for one in left], jobs=2, longest_s=LONGEST_S)
        left = [one.mutant for one in told if one.word != "noticed"]
    print(f"of {SAMPLE} faults not noticed:", *left, sep="\n")
    return 0 if len(left) * 100 <= SAMPLE * (100 - GOAL_PERCENT["rules"]) else 1


if __name__ == "__main__":
    sys.exit(main())
