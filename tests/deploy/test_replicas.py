"""How the services of an embedded system are heard and ended."""

import asyncio
import signal
import sys

import pytest

from contracts.wiring.table import SERVICES
from deploy.local import replicas
from deploy.local.home import Home
from deploy.local.replicas import Replicas
from tests.cli.conftest import Up

pytestmark = pytest.mark.served

TOO_LONG = "import sys; print('a' * 200_000, file=sys.stderr); print('and then', file=sys.stderr)"


DEAF = (
    "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('now', file=sys.stderr); signal.pause()"
)


async def test_a_line_that_is_too_long_does_not_stop_who_reads():
    heard, read = [], asyncio.Event()

    def log(name, line):
        heard.append((name, line[:40]))
        if line == "and then":
            read.set()

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", TOO_LONG, stderr=asyncio.subprocess.PIPE)
    await Replicas(log, dict, lambda: None)._read("cases", process.stderr)
    assert read.is_set()
    assert await process.wait() == 0
    assert ("cases", "(said too much in one line)") in heard


async def test_services_that_do_not_end_when_they_are_told_are_ended(monkeypatch):
    monkeypatch.setattr(replicas, "ENDS_WITHIN_S", 0.5)
    found = Replicas(lambda *_: None, dict, lambda: None)
    for name in SERVICES:
        deaf = await asyncio.create_subprocess_exec(sys.executable, "-c", DEAF, stderr=asyncio.subprocess.PIPE)
        await deaf.stderr.readline()
        found._processes[name], found._started_at[name] = deaf, 0.0
    await found.stop()
    assert [returncode for returncode, _ in found.how().values()] == [-signal.SIGKILL] * len(SERVICES)


async def test_told_to_stop_in_the_moment_in_which_it_is_ready_it_leaves_nothing_behind(home_path):
    """Its line and the signal cross: who is told then must not start again what it has just stopped."""
    up = await Up(home_path).start()
    run = Home(home_path).running()
    await up.end()
    assert [name for name in run.pids if run.lives(name)] == []
