"""A change of a department that a crash has cut off: rights and durables agree again, by themselves and when asked."""

import signal

import pytest

from clients.python.bus import connected
from clients.python.refused import NoAnswer, Refused, Unreachable
from contracts.access import ChangeUser, ListUsers, PutUser
from contracts.cases import CaseOpened
from contracts.language.command import OPERATOR
from deploy.local.home import Home
from deploy.nats.accounts import SUPERVISOR
from deploy.nats.server import ACCOUNTS_FILE
from deploy.nats.users import Department, hashed
from deploy.nats.users_file import UsersFile
from tests.cli.conftest import Up, linzhang
from tests.deploy.shared_bus import provisioned
from tests.deploy.test_provisioner import FULIANG, JINGDEZHEN, ask, department
from tests.servers import starting
from tests.waiting import until

pytestmark = pytest.mark.served
BEFORE = {
    "police-opened": "cases.opened.v1.36.02.22.>",
    "police-closed": "cases.closed.v1.36.02.22.>",
    "police-verified": "cases.verified.v1.36.02.22.>",
}
AFTER = {"police-opened": "cases.opened.v1.36.02.>", "police-closed": "cases.closed.v1.36.02.>"}
CHANGE = ChangeUser(user="police", division=JINGDEZHEN, facts=("cases.opened.v1", "cases.closed.v1"))
CUT_OFF_AT = ["police-opened: hears", "police-closed: hears", "police-verified: gone"]
"""After the first durable is moved, after the last is, and when what is no longer wanted has gone."""


async def heard(shared):
    async with connected(shared.url("reader"), "reader", api_prefix="$JS.API") as reader:
        found = {one["name"]: one["config"]["filter_subject"] for one in await reader.consumers("CASES")}
    return {name: hears for name, hears in found.items() if name.startswith("police")}


def rights(shared):
    """The durables that the bus lets the department read, in the order of their names."""
    accounts = (shared.home / ACCOUNTS_FILE).read_text()
    return [name for name in sorted(BEFORE) if f"CONSUMER.MSG.NEXT.CASES.{name}" in accounts]


async def killed_in_the_middle(shared, at):
    settings = {"LINZHANG_SYSTEM_URL": shared.url(SUPERVISOR), "LINZHANG_BUS_DIR": str(shared.home), "ENDS_AT": at}
    async with starting("provisioner", shared, "", "tests.deploy.ends_itself", **settings) as crashing:
        await crashing.answers("/readyz", 200)
        async with connected(shared.url(OPERATOR), OPERATOR) as operator:
            with pytest.raises((NoAnswer, Unreachable)):
                await operator.ask(CHANGE, OPERATOR, FULIANG, type(CHANGE).answer, timeout=5)
        assert await crashing.process.wait() == -signal.SIGKILL


@pytest.fixture
async def stated(shared):
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        user = department("police", "cases.opened.v1", "cases.closed.v1", "cases.verified.v1")
        await ask(operator, PutUser(user=user, hash=hashed("x")))
    assert (await heard(shared), rights(shared)) == (BEFORE, sorted(BEFORE))


@pytest.mark.parametrize("at", CUT_OFF_AT)
async def test_the_next_start_brings_to_its_end_what_a_crash_has_cut_off(shared, stated, at):
    await killed_in_the_middle(shared, at)
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        assert (await heard(shared), rights(shared)) == (AFTER, sorted(AFTER))
        assert (await ask(operator, ListUsers())).left_out == ()
        assert [one.user.division for one in (await ask(operator, ListUsers())).users] == [JINGDEZHEN]
    assert UsersFile(shared.home / "users.json").moving.names() == frozenset()


async def test_asked_again_it_is_done_once(shared, stated):
    await killed_in_the_middle(shared, CUT_OFF_AT[0])
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        kept = await ask(operator, CHANGE)
        assert {one.durable: one.hears for one in kept.shown.durables} == AFTER == await heard(shared)


async def test_what_is_left_to_move_is_moved_by_a_provisioner_that_runs(shared, stated):
    """As one is left that lost the bus in the middle: the file says the new, the durables hear the old."""
    file = UsersFile(shared.home / "users.json")
    async with provisioned(shared):
        with file.alone():
            file.moving.begin("police")
            file.restore(file.text().replace(FULIANG, JINGDEZHEN))

        async def moved():
            try:
                found = await heard(shared)
            except NoAnswer:
                return False  # while the server takes up its accounts
            return found == {name: AFTER.get(name, "cases.verified.v1.36.02.>") for name in BEFORE}

        await until(moved)


async def test_a_change_that_the_bus_refuses_leaves_durables_and_rights_as_they_were(shared, stated):
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as operator:
        configuration = shared.home / "server.conf"
        whole = configuration.read_text()
        configuration.write_text(whole + "max_payload: { nonsense\n")
        with pytest.raises(Refused) as refused:
            await ask(operator, CHANGE)
        assert refused.value.problem.code == "bus_refuses"
        configuration.write_text(whole)
        assert (await heard(shared), rights(shared)) == (BEFORE, sorted(BEFORE))
        assert UsersFile(shared.home / "users.json").moving.names() == frozenset()


async def test_a_change_that_is_written_down_while_nothing_runs_is_made_by_the_next_start(home_path):
    home = Home(home_path)
    home.users_file.write((Department("police", (CaseOpened,), FULIANG),))
    up = await Up(home_path).start()
    await up.end()
    status, _, said = linzhang(home_path, "user", "change", "police", "--region", "3602")
    assert status == 0, said
    up = await Up(home_path).start()
    run = home.running()
    async with connected(run.url("reader"), "reader", api_prefix="$JS.API") as reader:
        found = {one["name"]: one["config"]["filter_subject"] for one in await reader.consumers("CASES")}
    await up.end()
    assert (found["police-opened"], run.left_out, "police" in run.passwords) == ("cases.opened.v1.36.02.>", [], True)
