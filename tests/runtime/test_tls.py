"""Connections that are encrypted from the first byte: nobody is told a password who has not proved who he is."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from clients.python.bus import connected
from clients.python.connection import connect
from clients.python.refused import Unreachable
from clients.python.tls import CaUnusable
from deploy.keys.certificates import Authority, ends_at, wants_renewal
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK
from deploy.nats.server import Tls
from deploy.nats.users import Users
from tests.servers import migrated, starting

pytestmark = pytest.mark.served
NOW = datetime.now(UTC)
PASSWORD = b"told-to-nobody"


class TlsBus(Bus):
    """The bus with a certificate, as a containers' system has it."""

    @classmethod
    def prepare(cls, home, users, **how):
        server = super().prepare(home, users, **how)
        server.tls = Tls(home.parent / "keys" / "nats.crt", home.parent / "keys" / "nats.key")
        return server

    def healthy(self):
        return "Server is ready" in (self.home / "log").read_text()


def authority(folder):
    folder.mkdir(exist_ok=True)
    made = Authority(folder)
    made.make(NOW)
    return made


@pytest.fixture
def keys(tmp_path):
    made = authority(tmp_path / "keys")
    made.issue(made.folder / "nats", (LOOPBACK, "localhost"), NOW)
    return made


@pytest.fixture
def tls_bus(tmp_path, keys):
    server = TlsBus.prepare(tmp_path / "nats", Users(), sync="2m")
    server.start()
    yield server
    server.stop()


def trusting(certificate):
    """The settings of a service whose database stands in the clear and whose bus does not."""
    return {"SSL_CERT_FILE": str(certificate)}


async def test_a_service_comes_to_a_bus_that_speaks_tls_from_the_first_byte_on(tls_bus, keys):
    dsn = await migrated("targets")
    async with starting("targets", tls_bus, dsn, **trusting(keys.certificate)) as service:
        await service.answers("/readyz", 503)
        await service.reason("durable")
    assert "password" not in "".join(service.log)
    assert tls_bus.users.password("targets") not in "".join(service.log)


async def test_a_service_that_does_not_know_the_bus_by_its_ca_waits_and_says_so(tls_bus, tmp_path):
    stranger = authority(tmp_path / "stranger")
    dsn = await migrated("targets")
    async with starting("targets", tls_bus, dsn, **trusting(stranger.certificate)) as service:
        await service.reason("LINZHANG_CA_FILE: does not vouch for the bus: ")
        assert "Traceback" not in "".join(service.log)


async def test_an_expired_certificate_is_named_and_a_renewed_one_is_taken_up_by_whoever_waits(tmp_path, keys):
    keys.issue(keys.folder / "nats", (LOOPBACK,), NOW - timedelta(days=100))
    server = TlsBus.prepare(tmp_path / "nats", Users(), sync="2m")
    server.start()
    try:
        dsn = await migrated("targets")
        async with starting("targets", server, dsn, **trusting(keys.certificate)) as service:
            await service.reason("does not vouch for the bus: certificate has expired")
            keys.issue(keys.folder / "nats", (LOOPBACK,), NOW)
            os.kill(server.pid, signal.SIGHUP)
            await service.reason("durable")
    finally:
        server.stop()


async def test_a_refused_password_ends_the_process_with_the_setting_that_is_wrong(bus):
    """STACK row 36."""
    dsn = await migrated("targets")
    wrong = bus.url("targets").replace(bus.users.password("targets"), "wrong")
    async with starting("targets", bus, dsn, LINZHANG_NATS_URL=wrong) as service:
        assert await asyncio.wait_for(service.process.wait(), 30) == 1
    said = "".join(service.log)
    assert "LINZHANG_NATS_URL: the bus refuses the user or the password" in said
    assert "Traceback" not in said


@asynccontextmanager
async def somebody(says):
    """A server without TLS that offers to take a password; what it was told."""
    told = bytearray()

    async def take(reader, writer):
        writer.write(says)
        while chunk := await reader.read(4096):
            told.extend(chunk)
        writer.close()

    server = await asyncio.start_server(take, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], told


@pytest.mark.parametrize("says", [b'INFO {"server_id":"x","max_payload":1048576,"auth_required":true}\r\n', b""])
async def test_a_server_without_tls_gets_no_password(says):
    """STACK row 37."""
    async with somebody(says) as (port, told):
        url = f"tls://cases:{PASSWORD.decode()}@{LOOPBACK}:{port}"
        with pytest.raises((OSError, TimeoutError)):
            await connect(url, allow_reconnect=False, connect_timeout=2)
    assert PASSWORD not in told
    assert b"CONNECT" not in told


async def test_addresses_of_which_only_some_ask_for_tls_are_refused():
    with pytest.raises(ValueError, match="every address"):
        await connect(["tls://a:4222", "nats://b:4222"])


@pytest.mark.parametrize("content", [None, "no certificate\n"])
async def test_a_file_that_vouches_for_nobody_is_named(tmp_path, content):
    file = tmp_path / "ca.crt"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CaUnusable, match=str(file)):
        await connect(f"tls://{LOOPBACK}:1", ca_file=file)
    with pytest.raises(Unreachable) as away:
        async with connected(f"tls://{LOOPBACK}:1", "acme", ca_file=file):
            pass
    assert str(file) in away.value.about["reason"]


@pytest.mark.parametrize("address", [f"nats://{LOOPBACK}:1", f"nats://{LOOPBACK}:1,nats://{LOOPBACK}:2"])
async def test_certificates_that_no_server_would_be_asked_for_are_refused(keys, address):
    with pytest.raises(CaUnusable, match="the address of the bus must begin with tls://"):
        await connect(address, ca_file=keys.certificate)


async def test_a_name_that_the_certificate_does_not_have_is_not_believed(tmp_path, keys):
    keys.issue(keys.folder / "nats", ("elsewhere",), NOW)
    server = TlsBus.prepare(tmp_path / "nats", Users(), sync="2m")
    server.start()
    try:
        with pytest.raises(OSError, match="not valid for"):
            await connect(server.url("cases"), ca_file=keys.certificate, allow_reconnect=False)
    finally:
        server.stop()


def test_a_certificate_is_renewed_thirty_days_before_its_end(keys):
    certificate = keys.folder / "nats.crt"
    ends = ends_at(certificate)
    assert ends.date() == (NOW + timedelta(days=90)).date()
    assert not wants_renewal(certificate, ends - timedelta(days=30))
    assert wants_renewal(certificate, ends - timedelta(days=30) + timedelta(seconds=1))
    assert wants_renewal(keys.folder / "other.crt", NOW)
