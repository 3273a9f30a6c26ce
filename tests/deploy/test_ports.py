"""Several start at once: each has a port of its own, and none takes another's server for its own."""

import asyncio
import json
import socket
import subprocess
import sys
from collections import Counter
from itertools import chain

import asyncpg
import pytest

from deploy.local.bus import Bus, BusFailed
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK, free_port, is_free
from deploy.local.postgres import Postgres, PostgresFailed
from deploy.nats.users import Users
from tests.cli.conftest import Up

LOOKING = """
import json, sys
from deploy.local.ports import free_port
print(json.dumps([free_port(int(sys.argv[1])), *(free_port() for _ in range(200))]), flush=True)
sys.stdin.read()
"""
SEVERAL = 3


def looking(preferred):
    """Processes that look for ports at once and hold what they were given."""
    command = [sys.executable, "-c", LOOKING, str(preferred)]
    return [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]


@pytest.mark.served
def test_processes_that_look_at_once_are_never_given_one_port_and_the_preferred_one_goes_to_one():
    preferred = next(port for port in range(9_000, 10_000) if is_free(port))
    processes = looking(preferred)
    try:
        given = [json.loads(process.stdout.readline()) for process in processes]
    finally:
        for process in processes:
            process.communicate()
    assert [port for port, times in Counter(chain.from_iterable(given)).items() if times > 1] == []
    assert [ports[0] for ports in given].count(preferred) == 1


def test_a_port_is_given_once_until_somebody_has_listened_there():
    port = free_port()
    assert free_port(port) != port
    with socket.create_server((LOOPBACK, port)):
        assert free_port(port) != port
    assert free_port(port) == port


async def start_on_one_port(servers):
    """All at once, as if each had found the same port free a moment ago."""
    for server in servers:
        server.port = servers[0].port
    await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))


async def test_databases_that_start_on_one_port_at_once_end_on_their_own(home_path):
    servers = [await asyncio.to_thread(Postgres.prepare, home_path / str(n)) for n in range(SEVERAL)]
    try:
        await start_on_one_port(servers)
        assert len({server.port for server in servers}) == SEVERAL
        for server in servers:
            connection = await asyncpg.connect(server.admin_dsn)
            assert await connection.fetchval("SHOW data_directory") == str(server.home / "data")
            await connection.close()
        servers[0].stop()
        with socket.create_server((LOOPBACK, port := servers[0].port)), pytest.raises(PostgresFailed):
            await asyncio.to_thread(servers[0].start)
        assert servers[0].port == port
    finally:
        for server in servers:
            server.stop()


async def test_buses_that_start_on_one_port_at_once_end_on_their_own(home_path):
    servers = [Bus.prepare(home_path / str(n), Users(), sync="2m") for n in range(SEVERAL)]
    try:
        await start_on_one_port(servers)
        assert len({server.port for server in servers}) == SEVERAL
        assert [server.unwell() for server in servers] == [""] * SEVERAL
        assert [server.process.poll() for server in servers] == [None] * SEVERAL
        servers[0].stop()
        with socket.create_server((LOOPBACK, port := servers[0].port)), pytest.raises(BusFailed):
            await asyncio.to_thread(servers[0].start)
        assert servers[0].port == port
    finally:
        for server in servers:
            server.kill()


async def test_two_systems_that_start_at_once_share_no_port(home_path):
    ups = await asyncio.gather(*(Up(home_path / name).start() for name in ("one", "other")))
    runs = [Home(up.home).running() for up in ups]
    ports = [{run.nats_port, run.postgres_port, *run.http_ports.values()} for run in runs]
    assert [len(one) for one in ports] == [7, 7]
    assert ports[0] & ports[1] == set()
    for up in ups:
        await up.end()
