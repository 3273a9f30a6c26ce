"""Which tests run which line of a module."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from coverage import CoverageData
from coverage.data import combine_parallel_data

from tests.mutation.workshop import OURS, ROOT

Covers = Mapping[str, Mapping[int, frozenset[str]]]
"""By module and line: the tests, as pytest names them; a line that runs when the module is imported has none."""
TEST_NOW = "PYTEST_CURRENT_TEST"
SETTINGS = f"""\
[run]
data_file = {{data_file}}
source = contracts,services
dynamic_context = test_function
# A process that a test starts is measured too, under the name of the test.
context = ${{{{{TEST_NOW}-}}}}
patch = subprocess
parallel = true
"""


class TestsFail(Exception):
    """The tests fail without any fault, so that nothing can be said of those with one."""

    __test__ = False


def kept(place: Path, tests: Sequence[str]) -> Covers:
    """The same out of a file, which is made anew where code or tests are no longer those that it was made of."""
    made_of = hashlib.sha256("\0".join(tests).encode())
    for path in sorted(path for name in OURS for path in (ROOT / name).rglob("*.py")):
        made_of.update(path.read_bytes())
    if place.exists():
        known = json.loads(place.read_text(encoding="utf-8"))
        if known["made_of"] == made_of.hexdigest():
            return {
                path: {int(line): frozenset(known["tests"][n] for n in numbers) for line, numbers in lines.items()}
                for path, lines in known["lines"].items()
            }
    found = covers(tests)
    names = sorted({name for lines in found.values() for of in lines.values() for name in of})
    number = {name: n for n, name in enumerate(names)}
    lines = {
        path: {line: sorted(number[name] for name in of) for line, of in lines.items()} for path, lines in found.items()
    }
    said = {"made_of": made_of.hexdigest(), "tests": names, "lines": lines}
    place.write_text(json.dumps(said), encoding="utf-8")
    return found


def covers(tests: Sequence[str]) -> Covers:
    """Run the tests once and see. Raises TestsFail with the end of what pytest said."""
    with tempfile.TemporaryDirectory() as place:
        data_file, settings = Path(place) / "data", Path(place) / "settings"
        settings.write_text(SETTINGS.format(data_file=data_file))
        command = (sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", *tests)
        told = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={name: said for name, said in os.environ.items() if name != TEST_NOW} | {"PYTHONPATH": str(ROOT)},
        )
        if told.returncode:
            raise TestsFail(told.stdout[-4000:])
        data = CoverageData(str(data_file))
        combine_parallel_data(data)
        found: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
        for file in data.measured_files():
            for line, contexts in data.contexts_by_lineno(file).items():
                found[str(Path(file).relative_to(ROOT))][line] = frozenset(filter(None, map(_test, contexts)))
        return found


def _test(context: str) -> str | None:
    """`tests.a.test_b.test_c` → `tests/a/test_b.py::test_c`; a process that a test starts bears its name already."""
    if "::" in context:
        return context.partition(" ")[0].partition("[")[0]
    module, _, name = context.rpartition(".")
    file = module.replace(".", "/") + ".py"
    return f"{file}::{name}" if module and (ROOT / file).exists() else None
