"""What a service does while its database or its bus is away, and when its settings are wrong."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import asyncpg
import pytest

from contracts.every_service import ShowStatus, operation_subject
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.targets import ProgressReport
from deploy.database.roles import make_roles
from deploy.local.bus import Bus
from deploy.local.postgres import Postgres
from deploy.nats.provision import provision
from deploy.nats.users import Users
from services.runtime.ids import uuid7
from services.runtime.tables.migrate import migrate_async
from tests.faults.proxy import Proxy, Trap
from tests.runtime.obeying_targets import TABLE
from tests.runtime.parts_of_targets import progress
from tests.runtime.running_targets import MODULE
from tests.servers import PASSWORD, database, running, starting
from tests.telling import connect


@pytest.fixture
async def own_postgres(home, tmp_path):
    """A server that a test may stop."""
    server = await asyncio.to_thread(Postgres.prepare, home / f"own-{tmp_path.name}")
    await asyncio.to_thread(server.start, fsync="off")
    yield server
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def dsn(own_postgres):
    admin = await asyncpg.connect(own_postgres.admin_dsn)
    await make_roles(admin, {"targets": PASSWORD})
    await admin.close()
    dsn = own_postgres.dsn("targets", PASSWORD)
    await migrate_async("targets", dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    await connection.close()
    return dsn


async def post(acme, body):
    told = to_headers(Envelope(uuid7(), "acme", ProgressReport.type(), datetime.now(UTC)))
    subject = intake_subject(ProgressReport, "acme")
    await acme.jetstream(prefix="FOREST.API").publish(subject, json.dumps(body).encode(), headers=told)


async def asked_status(operator):
    type_ = ShowStatus.type().replace("*", "targets")
    told = to_headers(Envelope(uuid7(), OPERATOR, type_, datetime.now(UTC)))
    subject = operation_subject(ShowStatus, "targets", OPERATOR, UNKNOWN)
    return json.loads((await operator.request(subject, b"{}", headers=told, timeout=10)).data)


async def test_while_the_database_is_away_nothing_is_fetched_no_attempt_is_burnt_and_askers_are_told(
    bus, own_postgres, dsn
):
    acme, operator = await connect(bus, "acme"), await connect(bus, OPERATOR)
    async with running("targets", bus, dsn, MODULE) as service:
        await post(acme, progress("before"))
        await asyncio.to_thread(own_postgres.stop)
        await post(acme, progress("meanwhile"))
        await service.answers("/readyz", 503)
        assert "database away" in service.get("/readyz")[1]
        assert service.get("/livez")[0] == 200
        problem = await asked_status(operator)
        assert (problem["status"], problem["type"]) == (503, "urn:linzhang:problem:unavailable")
        await asyncio.to_thread(own_postgres.start)
        await service.answers("/readyz", 200)
        connection = await asyncpg.connect(dsn)
        async with asyncio.timeout(10):
            while await connection.fetchval("SELECT count(*) FROM seen") < 2:  # noqa: ASYNC110  in another process
                await asyncio.sleep(0.05)
        assert await connection.fetchval("SELECT count(*) FROM attempts") == 0
        await connection.close()
        assert (await asked_status(operator))["ready"] is True
    await acme.close()
    await operator.close()


async def test_a_bus_that_hangs_is_noticed_within_seconds(bus, dsn):
    """STACK row 17: at the default ping interval it takes minutes."""
    async with running("targets", bus, dsn, MODULE) as service:
        os.kill(bus.pid, signal.SIGSTOP)
        try:
            await service.answers("/readyz", 503)
            assert service.get("/livez")[0] == 200
        finally:
            os.kill(bus.pid, signal.SIGCONT)
        await service.answers("/readyz", 200)


async def test_a_service_that_is_started_before_its_bus_waits_for_it(tmp_path, dsn):
    later = Bus.prepare(tmp_path / "later", Users(), sync="2m")
    try:
        async with starting("targets", later, dsn, MODULE) as service:
            await service.answers("/readyz", 503)
            assert service.get("/readyz")[1].startswith("starting: connecting")
            await asyncio.to_thread(later.start)
            provisioner = await connect(later, "provisioner")
            await provision(provisioner.jetstream(timeout=10), say=lambda _: None)
            await provisioner.close()
            await service.answers("/readyz", 200)
            assert service.get("/readyz") == (200, "ready\n")
    finally:
        later.stop()


@pytest.mark.parametrize("said", [rb"FROM alembic_version", rb"FROM view_version"])
async def test_a_service_whose_database_goes_away_while_it_starts_waits_for_it(bus, said):
    dsn = (await database("cases"))["cases"]
    proxy = Proxy(int(re.search(r":(\d+)/", dsn)[1]))
    await proxy.start()
    proxy.trap = Trap(re.compile(said), passes=False)
    async with running("cases", bus, re.sub(r":\d+/", f":{proxy.port}/", dsn)) as service:
        assert proxy.trap.sprung.is_set()
        assert service.get("/readyz") == (200, "ready\n")
    await proxy.stop()


@pytest.mark.served
@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("LINZHANG_NATS_URL", "http://somewhere", "LINZHANG_NATS_URL: must begin with nats:// or tls://"),
        ("LINZHANG_DATABASE_URL", "mysql://x", "LINZHANG_DATABASE_URL: must begin with postgresql://"),
        ("LINZHANG_HTTP_PORT", "70000", "LINZHANG_HTTP_PORT: must be at most 65535"),
        ("LINZHANG_CLOCK", "sundial", "LINZHANG_CLOCK: must be one of: system, bus"),
        ("LINZHANG_MAX_ATTEMPTS", "0", "LINZHANG_MAX_ATTEMPTS: must be at least 1"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_runs(setting, value, said):
    environment = {
        **os.environ,
        "LINZHANG_NATS_URL": "nats://targets:x@127.0.0.1:1",
        "LINZHANG_DATABASE_URL": "postgresql://targets:x@127.0.0.1:1/x",
        setting: value,
    }
    done = subprocess.run([sys.executable, "-m", "services.targets"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (2, said)


@pytest.mark.served
async def test_several_starters_migrate_once_and_none_fails():
    dsn = (await database("targets"))["targets"]
    environment = {**os.environ, "LINZHANG_MIGRATE": f"targets={dsn}"}
    command = (sys.executable, "-m", "services.runtime.tables.migrate")
    starters = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]
    assert [await starter.wait() for starter in starters] == [0, 0, 0]
