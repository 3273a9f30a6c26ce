"""Copies of the project in which a fault is planted, and processes that run the tests there."""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
OURS = {"contracts", "services", "deploy", "cli", "demo", "tests"}
COPIED = (*sorted(OURS), "docs", "pyproject.toml", "README.md", "README.zh-CN.md")
PRELOADED = (
    "alembic, asyncpg, chinese_calendar, faststream.nats, hypothesis, jsonschema, nats, numpy, orjson, pydantic, "
    "pydantic_settings, pyproj, pytest, pytest_asyncio, rich, shapely, sqlalchemy.ext.asyncio, structlog, typer, uvloop"
)
SURVIVED, NO_TEST = 0, 5
"""Exit statuses of pytest."""


class Copy:
    """One copy of the project."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, place / name)
        # By hash: the one module that changes is compiled anew, however quickly.
        compileall.compile_dir(place, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)

    def plant(self, mutant: Mutant) -> None:
        (self.place / mutant.path).write_text(mutant.text, encoding="utf-8")

    def mend(self, mutant: Mutant) -> None:
        shutil.copy(ROOT / mutant.path, self.place / mutant.path)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a fault: `noticed`, `survived`, `no test`; and how long that took, seconds."""

    mutant: Mutant
    word: str
    seconds: float


def preload() -> None:
    """Import what the tests need and the project does not hold, once, for all processes that are forked afterwards."""
    for name in PRELOADED.split(", "):
        __import__(name)


def judge(work: Sequence[tuple[Mutant, Sequence[str]]], jobs: int, longest_s: float) -> Iterator[Verdict]:
    """Run the tests of each fault in a process of its own, `jobs` at a time; verdicts as they come.

    A fault whose tests take longer than `longest_s` hangs them, and is noticed.
    """
    with _copies(jobs) as copies:
        waiting = list(reversed(work))
        running: dict[int, tuple[Copy, Mutant, float]] = {}
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant, tests = waiting.pop()
                copy = copies.pop()
                copy.plant(mutant)
                running[_begin(copy.place, tests)] = (copy, mutant, time.monotonic())
            pid, status = os.waitpid(-1, os.WNOHANG)
            now = time.monotonic()
            if not pid:
                for late, (_, _, since) in running.items():
                    if now - since > longest_s:
                        os.killpg(late, signal.SIGKILL)
                time.sleep(0.02)
            elif pid in running:
                copy, mutant, since = running.pop(pid)
                copy.mend(mutant)
                copies.append(copy)
                code = os.waitstatus_to_exitcode(status)
                word = {SURVIVED: "survived", NO_TEST: "no test"}.get(code, "noticed")
                yield Verdict(mutant, word, now - since)


@contextmanager
def _copies(count: int) -> Iterator[list[Copy]]:
    with tempfile.TemporaryDirectory(prefix="mutation-") as place:
        Path(place).chmod(0o755)
        yield [Copy(Path(place) / str(n)) for n in range(count)]


def _begin(place: Path, tests: Sequence[str]) -> int:
    """Fork a process that runs the tests in a copy; returns its id, which is that of its group too."""
    pid = os.fork()
    if pid:
        return pid
    status = 3
    try:
        os.setpgid(0, 0)
        os.chdir(place)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        temporary = place / "tmp"
        temporary.mkdir(exist_ok=True)
        temporary.chmod(0o777)
        os.environ.update(PYTHONPATH=str(place), PYTHONDONTWRITEBYTECODE="1", TMPDIR=str(temporary))
        sys.dont_write_bytecode = True
        sys.path[:] = [str(place), *(one for one in sys.path if Path(one or ".").resolve() != ROOT)]
        for name in [
            one
            for one in sys.modules
            if one.partition(".")[0] in {"contracts", "services", "deploy", "cli", "demo", "tests"}
        ]:
            del sys.modules[name]
        import pytest

        status = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]))
    finally:
        os._exit(status)
