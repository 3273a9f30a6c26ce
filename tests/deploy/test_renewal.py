"""Renewed certificates are served as soon as they are there: nobody types a command, and no message is lost."""

import asyncio
import os
import signal
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, NoStreamResponseError

from clients.python.bus import connected
from clients.python.connection import connect
from contracts.access import BusUser, PutUser, UserKind
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from deploy.database.renewal import Renewal
from deploy.database.roles import RELOADER, make_reloader
from deploy.keys.certificates import Authority
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.private import write_private
from deploy.nats.accounts import SUPERVISOR
from deploy.nats.server import ACCOUNTS_FILE, Node, Tls, server_configuration
from deploy.nats.users import Users, hashed, new_password
from tests.deploy.shared_bus import SharedBus, provisioned
from tests.waiting import until

pytestmark = pytest.mark.served
NOW = datetime.now(UTC)
MEANWHILE = 50


class Member(SharedBus):
    """One server of a cluster; all of them read the accounts of the first."""

    def _configure(self):
        path = super()._configure()
        stated = server_configuration(
            None, self.home / "jetstream", self.port, "2m", self.store_mib, node=self.node, tls=self.tls
        )
        write_private(path, stated)
        return path


@pytest.fixture
def keys(tmp_path):
    (tmp_path / "keys").mkdir()
    made = Authority(tmp_path / "keys")
    made.make(NOW)
    made.issue(made.folder / "nats", (LOOPBACK,), NOW)
    return made


@pytest.fixture
def members(tmp_path, keys):
    ports = [free_port() for _ in range(3)]
    routes, users, found = tuple(f"nats-route://{LOOPBACK}:{port}" for port in ports), Users(), []
    for n, port in enumerate(ports):
        member = Member.prepare(tmp_path / f"member-{n}", users, sync="2m")
        member.node, member.tls = Node(f"n{n}", port, routes), Tls(keys.folder / "nats.crt", keys.folder / "nats.key")
        found.append(member)
        if n:
            (member.home / ACCOUNTS_FILE).symlink_to(found[0].home / ACCOUNTS_FILE)
        member.launch()
    yield found
    for member in found:
        member.kill()


def certified(bus, keys):
    """What a provisioner is told besides."""
    return {
        "LINZHANG_CA_FILE": str(keys.certificate),
        "LINZHANG_BUS_CERTIFICATE": str(keys.folder / "nats.crt"),
        "LINZHANG_SYSTEM_URL": bus.url(SUPERVISOR),
    }


def served(bus, keys):
    """The number of the certificate that whoever comes now is shown."""
    trusting = ssl.create_default_context(cafile=str(keys.certificate))
    with (
        socket.create_connection((LOOPBACK, bus.port), timeout=5) as bare,
        trusting.wrap_socket(bare, server_hostname=LOOPBACK) as encrypted,
    ):
        return encrypted.getpeercert()["serialNumber"]


async def serves_another(bus, keys, before):
    async def so():
        return await asyncio.to_thread(served, bus, keys) != before

    await until(so)


class Posting:
    """Posts one after the other on one connection; what has been acknowledged is counted."""

    def __init__(self, client):
        self.stream, self.acknowledged = client.jetstream(prefix="FOREST.API", timeout=5), 0
        self.told_to_end = False

    async def go_on(self):
        while not self.told_to_end:
            message_id = str(self.acknowledged)
            try:
                await self.stream.publish("intake.acme.incident.v1", b"{}", headers={"Nats-Msg-Id": message_id})
            except (NatsTimeout, NoStreamResponseError, APIError):
                continue
            self.acknowledged += 1

    async def some_more(self):
        before = self.acknowledged

        async def so():
            return self.acknowledged >= before + MEANWHILE

        await until(so)


@asynccontextmanager
async def posting(bus, keys):
    password = new_password()
    async with connected(bus.url(OPERATOR), OPERATOR, ca_file=keys.certificate) as operator:
        asked = PutUser(user=BusUser(name="acme", kind=UserKind.INTEGRATOR), hash=hashed(password))
        await operator.ask(asked, OPERATOR, UNKNOWN, PutUser.answer, timeout=30)
    url = f"tls://acme:{password}@{LOOPBACK}:{bus.port}"
    client = await connect(url, ca_file=keys.certificate, inbox_prefix=b"_INBOX.acme", allow_reconnect=False)
    posts = Posting(client)
    going_on = asyncio.create_task(posts.go_on())
    try:
        yield posts
        assert client.is_connected
    finally:
        # A cancellation may be forgotten: asyncio.wait_for of Python 3.11 does, when what it waited for has just come.
        posts.told_to_end = True
        await going_on
        await client.close()


async def kept(bus, keys):
    async with connected(bus.url("reader"), "reader", api_prefix="$JS.API", ca_file=keys.certificate) as reader:
        return (await reader.stream_info("INTAKE"))["state"]["messages"]


async def test_a_renewed_certificate_is_served_without_a_command_and_without_losing_a_message(tmp_path, keys):
    bus = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    bus.tls = Tls(keys.folder / "nats.crt", keys.folder / "nats.key")
    bus.start()
    try:
        async with provisioned(bus, **certified(bus, keys)), posting(bus, keys) as posts:
            await posts.some_more()
            before = served(bus, keys)
            keys.issue(keys.folder / "nats", (LOOPBACK,), NOW)
            await serves_another(bus, keys, before)
            await posts.some_more()
            acknowledged = posts.acknowledged
        assert 0 <= await kept(bus, keys) - acknowledged <= 1
    finally:
        bus.kill()


async def test_every_server_of_a_cluster_serves_it_also_one_that_stood_still_meanwhile(members, keys):
    first, second, third = members
    more = {**certified(first, keys), "LINZHANG_REPLICAS": "3"}
    async with provisioned(first, **more), posting(second, keys) as posts:
        before = served(first, keys)
        assert [served(one, keys) for one in members] == [before] * 3
        os.kill(third.pid, signal.SIGSTOP)
        try:
            keys.issue(keys.folder / "nats", (LOOPBACK,), NOW)
            for one in (first, second):
                await serves_another(one, keys, before)
        finally:
            os.kill(third.pid, signal.SIGCONT)
        await serves_another(third, keys, before)
        await posts.some_more()
        acknowledged = posts.acknowledged
    assert 0 <= await kept(first, keys) - acknowledged <= 1


async def test_a_certificate_that_the_server_cannot_read_is_named_and_taken_up_when_it_is_whole(tmp_path, keys):
    bus = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    bus.tls = Tls(keys.folder / "nats.crt", keys.folder / "nats.key")
    bus.start()
    try:
        async with provisioned(bus, **certified(bus, keys)) as provisioner:
            before, whole = served(bus, keys), (keys.folder / "nats.key").read_text()
            (keys.folder / "nats.key").write_text("half of a key")
            os.utime(keys.folder / "nats.crt")
            await provisioner.reason("keeps")
            assert served(bus, keys) == before
            (keys.folder / "nats.key").write_text(whole)
            keys.issue(keys.folder / "nats", (LOOPBACK,), NOW)
            await provisioner.answers("/readyz", 200)
            assert served(bus, keys) != before
    finally:
        bus.kill()


async def test_who_lets_the_database_read_its_certificate_anew_may_do_nothing_else(postgres, tmp_path):
    certificate = tmp_path / "postgres.crt"
    certificate.write_text("one")
    admin = await asyncpg.connect(postgres.admin_dsn)
    for password in ("first", "second"):
        await make_reloader(admin, password)
    loaded = "SELECT pg_conf_load_time()"
    before = await admin.fetchval(loaded)
    renewal = Renewal(lambda: postgres.dsn(RELOADER, "second"), certificate)

    async def is_read():
        return await admin.fetchval(loaded) > before

    assert (await renewal.look(), await renewal.look()) == (True, False)
    await until(is_read)
    certificate.write_text("another")
    os.utime(certificate, ns=(renewal.told_at + 1, renewal.told_at + 1))
    assert await renewal.look()
    rights = await admin.fetchrow(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
        " EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member"
        " FROM pg_roles r WHERE rolname = $1",
        RELOADER,
    )
    assert set(rights.values()) == {False}
    theirs = await asyncpg.connect(postgres.dsn(RELOADER, "second"))
    for refused in ("SELECT pg_rotate_logfile()", "SELECT * FROM pg_authid", "CREATE TABLE public.mine (one int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await theirs.execute(refused)
    await theirs.close()
    await admin.close()
