"""What the supervisor does about a server that lives and serves nobody, and about a file of users that is none."""

import asyncio
import json
import os
import signal

import pytest

from deploy.local import watch
from deploy.local.home import Home
from deploy.local.stack import Stack
from tests.waiting import until


@pytest.mark.timeout(300)
async def test_servers_that_hang_are_started_again_and_a_wrong_file_of_users_stops_nothing(home_path, monkeypatch):
    monkeypatch.setattr(watch, "SILENT_FOR_S", 1.0)
    home = Home(home_path)
    home.users_file.path.write_text("{")
    stack = Stack(home, lambda *_: None, sync="2m")
    before = await stack.start()
    try:
        assert (before.left_out, set(before.pids) >= {"nats", "postgres", "notify"}) == (
            ["users.json: is no JSON"],
            True,
        )
        home.users_file.path.write_text(json.dumps({"integrators": [{"name": "acme"}]}))
        for name in ("nats", "postgres"):
            os.kill(before.pids[name], signal.SIGSTOP)
        async with stack.watched():

            async def well():
                now = home.running()
                if "acme" not in now.passwords:
                    return False
                told = [await asyncio.to_thread(server.unwell) for server in (stack.bus, stack.postgres)]
                return told == ["", ""] and all(now.pids[name] != before.pids[name] for name in ("nats", "postgres"))

            await until(well, within_s=200, every_s=0.5)
        assert [name for name in ("nats", "postgres") if before.lives(name)] == []
        assert all(before.lives(name) for name in before.http_ports)
    finally:
        await stack.stop()
