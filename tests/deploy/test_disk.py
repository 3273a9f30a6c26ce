"""A disk that was full and is free again: the bus keeps its write error, and the supervisor starts it anew."""

import asyncio
import os
import shutil
import subprocess

import pytest
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from clients.python.bus import connected
from clients.python.refused import BusError
from contracts.wiring.streams import MIB, STORE_LEAST_MIB
from deploy.local.home import Home
from deploy.local.postgres import temporary_home
from tests.cli.conftest import Up, linzhang
from tests.waiting import until

SMALL, ROOMY = "6m", "400m"
REPORT = b"x" * (MIB // 2)


def mount(*how):
    done = subprocess.run(["mount", *how], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small_disk():
    """A home whose bus writes to a disk of its own."""
    path = temporary_home()
    disk = path / "nats" / "jetstream"
    disk.mkdir(parents=True)
    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", f"size={SMALL}", "linzhang-test", str(disk)):
        shutil.rmtree(path)
        pytest.skip("only root mounts a disk of its own")
    yield path, disk
    subprocess.run(["umount", str(disk)], check=True)
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.served
async def test_after_a_full_disk_the_bus_is_started_again_and_takes_what_comes(small_disk):
    """STACK row 31."""
    path, disk = small_disk
    up = await Up(path, "--sync", "2m", "--store-mib", str(STORE_LEAST_MIB)).start()
    try:
        home = Home(path)
        before = home.running()

        async def posted(count=1):
            try:
                async with connected(home.running().url("desk"), "desk") as desk:
                    for _ in range(count):
                        await desk.post_raw("intake.desk.incident.v1", REPORT, {"ce-id": "x"})
            except (BusError, NatsError, APIError):
                return False
            return True

        assert await posted(64) is False

        async def said():
            return any("nats" in line and "is not well" in line and "no space left" in line for line in up.said)

        await until(said, within_s=60)
        status, _, told = await asyncio.to_thread(linzhang, path, "status")
        assert (status, "wrong: the server nats is not well" in told, "the disk of" in told) == (1, True, True), told
        assert mount("-o", f"remount,size={ROOMY}", str(disk))
        await until(posted, within_s=110, every_s=0.5)
        again = home.running()
        assert (await asyncio.to_thread(linzhang, path, "status"))[0] == 0
        assert (again.pids["nats"] != before.pids["nats"], again.pids["postgres"]) == (True, before.pids["postgres"])
    finally:
        await up.end()
