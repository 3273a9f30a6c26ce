"""A folder in which a system can be started, and a bus that a provisioner has for its own."""

import shutil

import pytest

from deploy.local.postgres import temporary_home
from deploy.nats.users import Users
from tests.deploy.backed_up import System
from tests.deploy.shared_bus import SharedBus
from tests.deploy.user_on_bus import User


@pytest.fixture
def home_path():
    """Empty, and reachable for whoever runs PostgreSQL."""
    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def shared(tmp_path):
    server = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def user(bus):
    """Enters the bus as anybody by name."""
    entered = []

    async def enter(name):
        entered.append(await User(name).enter(bus))
        return entered[-1]

    yield enter
    for one in entered:
        await one.client.close()


@pytest.fixture
def place():
    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def system(place):
    found = await (await System(place / "home").start()).fill()
    yield found
    found.server.stop()
