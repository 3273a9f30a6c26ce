"""The servers of a test session, started once and stopped by their own process ids.

What a server needs is loaded with the first test that asks for one: most ask for none.
"""

import asyncio
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.marks"]

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
"""The processors may be taken by others: no example is late."""

NODE_SINCE = 20
"""The oldest Node.js that the packages of `tests/node` run on."""
QUIETLY = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")


@pytest.fixture(scope="session")
def home():
    from deploy.local.postgres import temporary_home

    path = temporary_home()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(home):
    from deploy.local.postgres import Postgres

    server = Postgres.prepare(home / "postgres")
    server.start(fsync="off")
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def _databases(request):
    """PostgreSQL starts with the first test that asks for a database."""
    from tests import servers

    servers.use(lambda: request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
async def node(tmp_path_factory):
    """A folder with the programs of `tests/node` and the official packages that they need."""
    return await _installed("node", tmp_path_factory)


@pytest.fixture(scope="session")
async def generators(tmp_path_factory):
    """A folder with programs that make types, and a reader of AsyncAPI."""
    return await _installed("generators", tmp_path_factory)


async def _installed(name, tmp_path_factory):
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.fail(
                f"{tool} is not on this machine: tests that read as others do need Node.js {NODE_SINCE} and npm"
            )
    run = partial(asyncio.to_thread, subprocess.run, capture_output=True, text=True, check=False)
    version = (await run(("node", "--version"))).stdout.strip()
    if int(re.match(r"v(\d+)", version)[1]) < NODE_SINCE:
        pytest.fail(f"this machine has Node.js {version}: tests that read as others do need {NODE_SINCE} or newer")
    folder = tmp_path_factory.mktemp(name)
    shutil.copytree(Path(__file__).parent / name, folder, dirs_exist_ok=True)
    installed = await run(("npm", "install", *QUIETLY), cwd=folder)
    if installed.returncode != 0:
        pytest.fail(f"npm could not install the packages of tests/{name}: {installed.stderr}")
    return folder


@pytest.fixture
async def bus(tmp_path):
    """A fresh nats-server with everything provisioned."""
    import nats

    from deploy.local.bus import Bus
    from deploy.nats.provision import provision
    from deploy.nats.users import Users
    from tests.outsiders import OUTSIDERS

    server = Bus.prepare(tmp_path / "bus", Users(OUTSIDERS), sync="2m")
    server.start()
    connection = await nats.connect(server.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    await provision(connection.jetstream(timeout=10), server.users.durables(), say=lambda _: None)
    await connection.close()
    yield server
    server.kill()  # nobody needs what it holds, and a goodbye takes a third of a second


@pytest.fixture(scope="session")
async def plain_nats(tmp_path_factory):
    """A nats-server at its defaults, without accounts."""
    from deploy.local.bus import binary
    from deploy.local.ports import LOOPBACK, free_port
    from tests.servers import until

    port = free_port()
    command = (binary(), "-js", "-a", LOOPBACK, "-p", str(port), "-sd", str(tmp_path_factory.mktemp("plain")))
    server = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)

    async def answers():
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            return False
        writer.close()
        return True

    await until(answers)
    yield f"nats://{LOOPBACK}:{port}"
    server.terminate()
    await server.wait()
