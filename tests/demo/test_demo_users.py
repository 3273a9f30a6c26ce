"""Whoever is added while the demo plays is taken up, as by any running system."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from deploy.local.home import Home
from tests.cli.conftest import environment, linzhang
from tests.waiting import until


@pytest.mark.served
async def test_a_user_that_is_added_while_the_demo_plays_is_taken_up(tmp_path):
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "demo"), env=environment(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    try:
        said = (await asyncio.wait_for(demo.stderr.readline(), 60)).decode()
        home = Home(Path(re.search(r"(/\S+)/log", said)[1]))

        async def runs():
            running = home.running()
            return running is not None and running.users_at > 0

        await until(runs, within_s=60)
        status, out, told = await asyncio.to_thread(linzhang, home.path, "user", "add", "integrator", "late")
        assert (status, out.startswith("nats://late:")) == (0, True), told
    finally:
        demo.terminate()
        await demo.communicate()
    assert home.running() is None
