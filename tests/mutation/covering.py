"""Which tests run which line of a module."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from coverage import CoverageData

from tests.mutation.workshop import ROOT

Covers = Mapping[str, Mapping[int, frozenset[str]]]
"""By module and line: the tests, as pytest names them; a line that runs when the module is imported has none."""


class TestsFail(Exception):
    """The tests fail without any fault, so that nothing can be said of those with one."""

    __test__ = False


def covers(tests: Sequence[str]) -> Covers:
    """Run the tests once and see. Raises TestsFail with the end of what pytest said."""
    with tempfile.TemporaryDirectory() as place:
        data_file, settings = Path(place) / "data", Path(place) / "settings"
        settings.write_text(
            f"[run]\ndata_file = {data_file}\nsource = contracts,services\ndynamic_context = test_function\n"
        )
        command = (sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", *tests)
        told = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        if told.returncode:
            raise TestsFail(told.stdout[-4000:])
        data = CoverageData(str(data_file))
        data.read()
        found: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
        for file in data.measured_files():
            for line, contexts in data.contexts_by_lineno(file).items():
                found[str(Path(file).relative_to(ROOT))][line] = frozenset(filter(None, map(_test, contexts)))
        return found


def _test(context: str) -> str | None:
    """`tests.cases.test_days.test_a` → `tests/cases/test_days.py::test_a`."""
    module, _, name = context.rpartition(".")
    file = module.replace(".", "/") + ".py"
    return f"{file}::{name}" if module and (ROOT / file).exists() else None
