"""A bus at its defaults, beside the one that is provisioned."""

import asyncio

import pytest

from deploy.local.bus import binary
from deploy.local.ports import LOOPBACK, free_port
from tests.servers import until


@pytest.fixture(scope="session")
async def plain(tmp_path_factory):
    """A nats-server at its defaults, without accounts."""
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
