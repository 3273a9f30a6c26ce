"""The servers of a test session, started once and stopped by their own process ids."""

import shutil

import nats
import pytest

from contracts import cases
from contracts.division import Division
from deploy.local.bus import Bus
from deploy.local.postgres import Postgres, temporary_home
from deploy.nats.accounts import Department, Integrator, Official, Users
from deploy.nats.provision import provision
from tests import servers

FULIANG = Division("360222000000")

OUTSIDERS = (
    Department("police", (cases.CaseOpened,), FULIANG),
    Integrator("acme"),
    Integrator("other"),
    Official("zhang", FULIANG),
)


SERVED = {"bus", "dsn", "evidence", "path", "plain", "postgres", "system", "tested", "up"}
"""Fixtures that start a server."""


def pytest_collection_modifyitems(items):
    for item in items:
        if not SERVED.isdisjoint(item.fixturenames):
            item.add_marker("served")


@pytest.fixture(scope="session")
def home():
    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(home):
    server = Postgres.prepare(home / "postgres")
    server.start(fsync="off")
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def _databases(request):
    """PostgreSQL starts with the first test that asks for a database: most need none."""
    servers.use(lambda: request.getfixturevalue("postgres"))


@pytest.fixture
async def bus(tmp_path):
    """A fresh nats-server with everything provisioned."""
    server = Bus.prepare(tmp_path / "bus", Users(OUTSIDERS), sync="2m")
    server.start()
    connection = await nats.connect(server.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    await provision(connection.jetstream(timeout=10), server.users.durables(), say=lambda _: None)
    await connection.close()
    yield server
    server.kill()  # nobody needs what it holds, and a goodbye takes a third of a second
