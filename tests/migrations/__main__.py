"""Sees that the last release lives with what is newer (`--check`), or makes this tree the last one (`--release`)."""

from __future__ import annotations

import asyncio
import sys

from tests.migrations.checking import check, release
from tests.migrations.released import keep, last_release


def main(arguments: list[str]) -> int:
    released = last_release()
    match arguments:
        case ["--check"]:
            wrong = asyncio.run(check(released))
            for one in wrong:
                print(one)
            return 1 if wrong else 0
        case ["--release"]:
            keep(asyncio.run(release(released.release + 1)))
            return 0
    print(__doc__)
    return 2


raise SystemExit(main(sys.argv[1:]))
