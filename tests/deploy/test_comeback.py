"""While a system comes back from a loss, nobody from outside is let in, whatever is changed meanwhile."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress

import nats
import pytest

from clients.python.bus import connected
from clients.python.refused import Refused, Unreachable
from contracts.access import BusUser, ListUsers, PutUser, RemoveUser, UserKind
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from deploy.comeback.lost import LOST_FILE, Loss, Lost
from deploy.local.ports import LOOPBACK
from deploy.nats.server import ACCOUNTS_FILE
from deploy.nats.users import hashed
from tests.deploy.shared_bus import provisioned
from tests.waiting import until

pytestmark = pytest.mark.served
ACME = PutUser(user=BusUser(name="acme", kind=UserKind.INTEGRATOR), hash=hashed("secret"))
LATE = PutUser(user=BusUser(name="late", kind=UserKind.INTEGRATOR), hash=hashed("secret"))


@pytest.fixture
def lost(shared):
    return Lost(shared.home / LOST_FILE)


async def ask(shared, command):
    async with connected(shared.url(OPERATOR), OPERATOR) as operator:
        return await operator.ask(command, OPERATOR, UNKNOWN, type(command).answer, timeout=20)


async def comes_in(shared, name):
    try:
        async with connected(f"nats://{name}:secret@{LOOPBACK}:{shared.port}", name):
            return True
    except Unreachable:
        return False


async def streams(shared):
    async with connected(shared.url("provisioner"), "provisioner", api_prefix="$JS.API") as bus:
        return [one.config.name for one in await bus.client.jetstream().streams_info()]


def ran(folder, *arguments):
    """One of the jobs."""
    told = {**os.environ, "LINZHANG_BUS_DIR": str(folder)}
    command = [sys.executable, "-m", "deploy.comeback", *arguments]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=False)


async def let_in(shared, *names):
    async def so():
        return all([await comes_in(shared, name) for name in names])

    await until(so)


async def shut_out(shared, name):
    async def so():
        return not await comes_in(shared, name)

    await until(so)


async def test_a_user_that_is_added_or_changed_meanwhile_comes_in_when_all_is_over(shared, lost):
    async with provisioned(shared) as provisioner:
        await ask(shared, ACME)
        await let_in(shared, "acme")
        lost.note(Loss.BUS)
        await shut_out(shared, "acme")
        assert (await ask(shared, LATE)).login == "late"
        assert [await comes_in(shared, name) for name in ("acme", "late")] == [False, False]
        shown = await ask(shared, ListUsers())
        assert [one.user.name for one in shown.users] == ["acme", "late"]
        assert shown.left_out == tuple(
            f"{name}: comes in when what the bus lost is told again" for name in ("acme", "late")
        )
        await provisioner.answers("/readyz", 200)
        lost.forget()
        await let_in(shared, "acme", "late")
        assert (await ask(shared, ListUsers())).left_out == ()


async def test_a_bus_that_was_emptied_keeps_everybody_out_who_was_in_over_a_restart_of_the_provisioner(shared, lost):
    async with provisioned(shared):
        await ask(shared, ACME)
        await let_in(shared, "acme")
        shared.kill()
        shutil.rmtree(shared.home / "jetstream")
        shared.start()

        async def noticed():
            # A bus that starts may take a request and answer none.
            with suppress(nats.errors.Error):
                return lost.what() is Loss.BUS and await streams(shared) != []
            return False

        await until(noticed)
        assert not await comes_in(shared, "acme")
    async with provisioned(shared):
        assert not await comes_in(shared, "acme")
        # No service tells anything again, and none says that nothing is left.
        assert (lost.what(), lost.agreed()) == (Loss.BUS, False)


async def test_a_first_start_is_no_loss(shared, lost):
    async with provisioned(shared):
        await ask(shared, ACME)
        await let_in(shared, "acme")
    assert lost.what() is None


async def test_before_a_restored_database_and_the_bus_agree_no_stream_is_made_and_no_user_changed(shared, lost):
    lost.note(Loss.DATABASE)
    async with provisioned(shared, ready=503) as provisioner:
        await provisioner.reason("a database was put back")
        for command in (ACME, RemoveUser(user="acme")):
            with pytest.raises(Refused) as refused:
                await ask(shared, command)
            assert (refused.value.problem.status, refused.value.problem.code) == (503, "comes_back")
        assert await streams(shared) == []
        assert not (shared.home / "users.json").exists()
        lost.note(Loss.DATABASE, agreed=True)
        await provisioner.answers("/readyz", 200)
        await ask(shared, ACME)
        assert not await comes_in(shared, "acme")


async def test_the_job_before_a_restore_shuts_everybody_out_who_was_in(shared, lost):
    async with provisioned(shared):
        await ask(shared, ACME)
        await let_in(shared, "acme")
    assert ran(shared.home, "agree").returncode == 0
    assert (lost.what(), "acme" in (shared.home / ACCOUNTS_FILE).read_text()) == (None, True)
    assert ran(shared.home, "hold").returncode == 0
    assert (lost.disagrees(), "acme" in (shared.home / ACCOUNTS_FILE).read_text()) == (True, False)
    users = json.loads((shared.home / "users.json").read_text())
    assert [one["name"] for one in users["integrators"]] == ["acme"]
    shared.kill()
    shared.start()
    assert not await comes_in(shared, "acme")


@pytest.mark.parametrize(("arguments", "folder"), [(["hold"], "/nowhere"), ([], "."), (["hold", "on"], ".")])
def test_a_job_that_cannot_be_says_why_in_one_line(arguments, folder):
    done = ran(folder, *arguments)
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
