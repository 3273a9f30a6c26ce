"""`linzhang up --sample` as an operator runs it, and `linzhang …` beside it."""

import asyncio
import atexit
import os
import shutil
import sys
from functools import cache

import pytest

from deploy.local.home import Home
from deploy.local.postgres import temporary_home
from tests.cli.warm import Warm

LINZHANG = (sys.executable, "-m", "cli")


def environment(home, **more):
    return {
        **os.environ,
        "LINZHANG_HOME": str(home),
        "XDG_CONFIG_HOME": f"{home}/none",
        "LC_ALL": "en_US.UTF-8",
        **more,
    }


def linzhang(home, *arguments, **more):
    """One command to its end: its exit status, stdout and stderr."""
    return warm().run(arguments, environment(home, **more), timeout_s=90)


@cache
def warm():
    found = Warm()
    atexit.register(found.end)
    return found


class Up:
    """A running `linzhang up`, with what it has said."""

    def __init__(self, home, *arguments, place=None, **more):
        """`place` is the tree to run it out of, `more` goes into its environment."""
        self.home = home
        self._arguments = arguments
        self._how = {"cwd": place, "env": environment(home, **more)}
        self.said = []

    async def start(self, ready="ready (data in"):
        self.process = await asyncio.create_subprocess_exec(
            *(*LINZHANG, "up", *self._arguments), **self._how, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(90):
            async for line in self.process.stderr:
                self.said.append(line.decode())
                if ready in self.said[-1]:
                    break
        assert any(ready in line for line in self.said), "".join(self.said[-20:])
        self._reading = asyncio.create_task(self._read())
        return self

    async def _read(self):
        async for line in self.process.stderr:
            self.said.append(line.decode())

    async def end(self, how="terminate"):
        getattr(self.process, how)()
        await asyncio.wait_for(self.process.wait(), 60)
        await self._reading


@pytest.fixture(scope="session")
async def up():
    path = temporary_home()
    running = await Up(path, "--sample", "--sync", "2m").start()
    yield running
    await running.end()
    assert Home(path).last_run() is None
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def english(monkeypatch):
    """What a command says to itself in this process is in English."""
    monkeypatch.setenv("LINZHANG_LANG", "en")
