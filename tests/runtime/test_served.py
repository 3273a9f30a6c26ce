"""Until when the certificates hold that bus and database show: measured at the servers, not of their files."""

import asyncio
import os
import re
import signal
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlparse

import pytest
from prometheus_client import generate_latest

from clients.python.served import POSTGRESQL, served_until
from deploy.keys.certificates import SERVER_DAYS, Authority, ends_at
from deploy.local.ports import LOOPBACK
from deploy.nats.server import Tls
from deploy.nats.users import Users
from services.runtime.replica.certificates import measure
from tests.deploy.shared_bus import SharedBus
from tests.servers import migrated, starting
from tests.waiting import until

pytestmark = pytest.mark.served
NOW = datetime.now(UTC).replace(microsecond=0)
SOONER = NOW - timedelta(days=70)


@pytest.fixture
def keys(tmp_path):
    (tmp_path / "keys").mkdir()
    made = Authority(tmp_path / "keys")
    made.make(NOW - timedelta(days=200))
    made.issue(made.folder / "nats", (LOOPBACK,), SOONER)
    return made


@pytest.fixture
def bus(tmp_path, keys):
    server = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    server.tls = Tls(keys.folder / "nats.crt", keys.folder / "nats.key")
    server.start()
    yield server
    server.kill()


def end(issued):
    return (issued + timedelta(days=SERVER_DAYS)).timestamp()


async def test_what_is_served_counts_until_the_server_has_read_its_file_anew(bus, keys):
    keys.issue(keys.folder / "nats", (LOOPBACK,), NOW)
    assert ends_at(keys.folder / "nats.crt").timestamp() == end(NOW)
    assert await served_until(LOOPBACK, bus.port, keys.certificate) == end(SOONER)
    os.kill(bus.pid, signal.SIGHUP)

    async def renewed():
        return await served_until(LOOPBACK, bus.port, keys.certificate) == end(NOW)

    await until(renewed)


@pytest.mark.parametrize("issued", [NOW - timedelta(days=SERVER_DAYS, seconds=5), NOW - timedelta(days=120)])
async def test_a_certificate_that_has_ended_holds_until_0(bus, keys, issued):
    keys.issue(keys.folder / "nats", (LOOPBACK,), issued)
    os.kill(bus.pid, signal.SIGHUP)

    async def ended():
        return await served_until(LOOPBACK, bus.port, keys.certificate) == 0

    await until(ended)


async def test_one_that_nobody_vouches_for_holds_until_0_and_who_is_away_is_not_measured(bus, tmp_path):
    (tmp_path / "strange").mkdir()
    stranger = Authority(tmp_path / "strange")
    stranger.make(NOW)
    assert await served_until(LOOPBACK, bus.port, stranger.certificate) == 0
    bus.kill()
    with pytest.raises(OSError, match="Connect"):
        await served_until(LOOPBACK, bus.port, stranger.certificate)


@asynccontextmanager
async def asked_for_tls(keys, answer):
    """A server that is asked for TLS as PostgreSQL is (its protocol, SSLRequest), and what it was asked."""
    shown, asked = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
    shown.load_cert_chain(keys.folder / "nats.crt", keys.folder / "nats.key")

    async def serve(reader, writer):
        asked.append(await reader.readexactly(8))
        writer.write(answer)
        await writer.drain()
        if answer == b"S":
            await writer.start_tls(shown)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


async def test_a_database_is_asked_for_tls_in_its_own_way(keys):
    async with asked_for_tls(keys, b"S") as (port, asked):
        assert await served_until(LOOPBACK, port, keys.certificate, POSTGRESQL) == end(SOONER)
    length, code = int.from_bytes(asked[0][:4]), divmod(int.from_bytes(asked[0][4:]), 1 << 16)
    assert (length, code) == (8, (1234, 5679))
    async with asked_for_tls(keys, b"N") as (port, _):
        with pytest.raises(ConnectionError, match="offers no TLS"):
            await served_until(LOOPBACK, port, keys.certificate, POSTGRESQL)


async def test_an_address_of_several_servers_is_not_measured_and_ends_nothing(keys):
    several = urlparse(f"postgresql://targets:x@{LOOPBACK}:5432,{LOOPBACK}:5433/linzhang")
    await measure("several", several, 5432, keys.certificate, POSTGRESQL)
    assert 'certificate="several"' not in generate_latest().decode()


async def test_a_service_tells_until_when_the_certificate_of_its_bus_holds(bus, keys):
    dsn = await migrated("targets")
    async with starting("targets", bus, dsn, SSL_CERT_FILE=str(keys.certificate)) as service:

        async def told():
            _, page = await asyncio.to_thread(service.get, "/metrics")
            found = dict(
                re.findall(r'^linzhang_certificate_expiry_timestamp_seconds{certificate="(\w+)"} (\S+)', page, re.M)
            )
            return {server: float(value) for server, value in found.items()} == {"bus": end(SOONER)}

        await until(told)
