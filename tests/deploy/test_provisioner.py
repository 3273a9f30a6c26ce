"""The provisioner as a process: what the operator asks of it over the bus, on real servers."""

import asyncio
import json

import pytest

from clients.python.bus import connected
from clients.python.refused import Refused, Unreachable
from contracts.access import (
    BusUser,
    ChangeUser,
    ListUsers,
    PutUser,
    RemoveUser,
    RetireUser,
    RotateUser,
    ShowStreams,
    UserKind,
    UsersShown,
)
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN, Division
from contracts.patrol import IncidentReport
from contracts.wiring.streams import STREAMS
from deploy.local.ports import LOOPBACK
from deploy.nats.server import ACCOUNTS_FILE
from deploy.nats.users import Users, hashed, new_password
from tests.deploy.shared_bus import SharedBus, provisioned
from tests.waiting import until

pytestmark = pytest.mark.served
FULIANG, LEPING, JINGDEZHEN = Division("360222000000"), Division("360281000000"), Division("360200000000")
CUT_OFF_WITHIN_S = 5


@pytest.fixture
async def operator(shared):
    async with provisioned(shared), connected(shared.url(OPERATOR), OPERATOR) as asking:
        yield asking


async def ask(bus, command):
    return await bus.ask(command, OPERATOR, UNKNOWN, type(command).answer, timeout=20)


def user(name, kind=UserKind.INTEGRATOR, **more):
    return BusUser(name=name, kind=kind, **more)


def department(name, *facts, division=FULIANG):
    return user(name, UserKind.DEPARTMENT, division=division, facts=facts or ("cases.opened.v1",))


def come(shared, login, password, name=None):
    return connected(f"nats://{login}:{password}@{LOOPBACK}:{shared.port}", name or login.removesuffix("~2"))


async def comes_in(shared, login, password):
    try:
        async with come(shared, login, password):
            return True
    except Unreachable:
        return False


async def test_it_makes_every_stream_and_durable_and_is_ready_then(shared, operator):
    shown = await ask(operator, ShowStreams())
    assert [(one.stream, one.missing, one.error) for one in shown.streams] == [(one.name, (), None) for one in STREAMS]


async def test_a_user_comes_in_by_the_password_that_its_operator_made_and_no_file_holds_it(shared, operator):
    password = new_password()
    kept = await ask(operator, PutUser(user=department("police"), hash=hashed(password)))
    assert (kept.login, kept.shown.logins, kept.enrolled) == ("police", ("police",), False)
    assert [(one.stream, one.durable) for one in kept.shown.durables] == [("CASES", "police-opened")]
    async with come(shared, "police", password) as police:
        told = await police.request("FOREST.API.CONSUMER.INFO.CASES.police-opened", b"", {}, 5)
        assert json.loads(told.data)["config"]["filter_subject"] == "cases.opened.v1.36.02.22.>"
    files = {one.name: one.stat().st_mode & 0o777 for one in shared.home.iterdir() if one.is_file()}
    assert (files["users.json"], files[ACCOUNTS_FILE]) == (0o600, 0o640)
    assert [name for name in files if password in (shared.home / name).read_text(errors="replace")] == []


async def test_a_user_that_is_put_again_keeps_its_password_and_hears_more(shared, operator):
    password = new_password()
    await ask(operator, PutUser(user=department("police"), hash=hashed(password)))
    again = await ask(operator, PutUser(user=department("police", "cases.closed.v1"), hash=hashed(new_password())))
    assert (again.login, again.shown.user.facts) == (None, ("cases.opened.v1", "cases.closed.v1"))
    assert await comes_in(shared, "police", password)


async def test_who_is_removed_is_cut_off_at_once_and_others_stay(shared, operator):
    passwords = {name: new_password() for name in ("acme", "other")}
    for name, password in passwords.items():
        await ask(operator, PutUser(user=user(name), hash=hashed(password)))
    async with come(shared, "acme", passwords["acme"]) as acme, come(shared, "other", passwords["other"]) as other:
        assert await ask(operator, RemoveUser(user="acme")) == Done(changed=1)
        async with asyncio.timeout(CUT_OFF_WITHIN_S):
            await acme.broken.get()
        assert (other.client.is_connected, operator.client.is_connected) == (True, True)
    assert not await comes_in(shared, "acme", passwords["acme"])
    with pytest.raises(Refused, match="404"):
        await ask(operator, RemoveUser(user="acme"))


async def test_a_second_password_comes_beside_the_first_until_that_is_retired(shared, operator):
    first, second = new_password(), new_password()
    await ask(operator, PutUser(user=user("acme"), hash=hashed(first)))
    rotated = await ask(operator, again := RotateUser(user="acme", hash=hashed(second)))
    assert (rotated.login, rotated.shown.logins) == ("acme~2", ("acme", "acme~2"))
    assert await ask(operator, again) == rotated
    with pytest.raises(Refused) as refused:
        await ask(operator, RotateUser(user="acme", hash=hashed(new_password())))
    assert (refused.value.problem.status, refused.value.problem.code) == (409, "user_two_passwords")
    async with come(shared, "acme", first) as old, come(shared, "acme~2", second, "acme") as new:
        retired = await ask(operator, RetireUser(user="acme"))
        assert retired.shown.logins == ("acme~2",)
        async with asyncio.timeout(CUT_OFF_WITHIN_S):
            await old.broken.get()
        assert (await new.post(IncidentReport, "acme", {})).stream == "INTAKE"
    with pytest.raises(Refused) as refused:
        await ask(operator, RetireUser(user="acme"))
    assert refused.value.problem.code == "user_last_password"
    third = new_password()
    assert (await ask(operator, RotateUser(user="acme", hash=hashed(third)))).login == "acme"
    assert (await ask(operator, RetireUser(user="acme", login="acme"))).shown.logins == ("acme~2",)
    assert [await comes_in(shared, *who) for who in (("acme", third), ("acme~2", second))] == [False, True]


async def test_an_officials_region_changes_while_it_is_connected(shared, operator):
    password = new_password()
    official = user("zhang", UserKind.OFFICIAL, division=FULIANG)
    await ask(operator, PutUser(user=official, hash=hashed(password)))
    kept = await ask(operator, ChangeUser(user="zhang", division=LEPING))
    assert (kept.shown.user.division, kept.shown.logins) == (LEPING, ("zhang",))
    accounts = (shared.home / ACCOUNTS_FILE).read_text()
    assert ("zhang.36.02.81.*.*" in accounts, "zhang.36.02.22.*.*" in accounts) == (True, False)
    assert await comes_in(shared, "zhang", password)


async def test_a_department_hears_another_region_from_now_on_and_what_it_no_longer_wants_is_gone(shared, operator):
    await ask(operator, PutUser(user=department("police", "cases.opened.v1", "cases.closed.v1"), hash=hashed("x")))
    changed = ChangeUser(user="police", division=JINGDEZHEN, facts=("cases.opened.v1",))
    kept = await ask(operator, changed)
    assert [(one.durable, one.hears) for one in kept.shown.durables] == [("police-opened", "cases.opened.v1.36.02.>")]
    async with connected(shared.url("reader"), "reader", api_prefix="$JS.API") as reader:
        found = {one["name"]: one["config"]["filter_subject"] for one in await reader.consumers("CASES")}
    assert {name: hears for name, hears in found.items() if name.startswith("police")} == {
        "police-opened": "cases.opened.v1.36.02.>"
    }
    assert (await ask(operator, ListUsers())).left_out == ()


@pytest.mark.parametrize(
    ("command", "status", "code", "field"),
    [
        (PutUser(user=user("acme")), 422, "user_needs_hash", "hash"),
        (PutUser(user=user("cases"), hash=hashed("x")), 422, "user_reserved", "user.name"),
        (PutUser(user=department("p", "cases.danced.v1"), hash=hashed("x")), 422, "user_no_fact", "user.facts"),
        (PutUser(user=user("p", UserKind.DEPARTMENT), hash=hashed("x")), 422, "user_hears_nothing", "user.facts"),
        (PutUser(user=user("p", facts=("cases.opened.v1",)), hash=hashed("x")), 422, "user_hears", "user.facts"),
        (PutUser(user=user("p", division=FULIANG), hash=hashed("x")), 422, "user_everywhere", "user.division"),
        (ChangeUser(user="nobody", division=FULIANG), 404, "user_unknown", "user"),
        (RotateUser(user="nobody", hash=hashed("x")), 404, "user_unknown", "user"),
        (RetireUser(user="nobody"), 404, "user_unknown", "user"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field_and_rule(operator, command, status, code, field):
    with pytest.raises(Refused) as refused:
        await ask(operator, command)
    problem = refused.value.problem
    assert (problem.status, [(one["field"], one["code"]) for one in problem.errors]) == (status, [(field, code)])
    assert (await ask(operator, ListUsers())).users == ()


async def test_a_password_in_the_place_of_its_hash_is_refused_and_repeated_nowhere(shared, operator):
    secret = "not-a-hash-but-a-password"
    command = PutUser.model_construct(user=user("acme"), hash=secret)
    with pytest.raises(Refused) as refused:
        await ask(operator, command)
    assert [one["code"] for one in refused.value.problem.errors] == ["bcrypt_hash"]
    assert secret not in refused.value.problem.model_dump_json()


async def test_what_many_ask_at_once_all_stands(shared, operator):
    names = [f"i{n}" for n in range(8)]
    await asyncio.gather(*(ask(operator, PutUser(user=user(name), hash=hashed("x"))) for name in names))
    shown = await ask(operator, ListUsers())
    assert sorted(one.user.name for one in shown.users) == names


async def test_a_configuration_that_the_server_refuses_reaches_who_asked_and_changes_nothing(shared, operator):
    await ask(operator, PutUser(user=user("acme"), hash=hashed("x")))
    whole, accounts = shared.home / "server.conf", (shared.home / ACCOUNTS_FILE).read_text()
    stated = whole.read_text()
    whole.write_text(stated + "max_payload: { nonsense\n")
    with pytest.raises(Refused) as refused:
        await ask(operator, PutUser(user=user("late"), hash=hashed("x")))
    assert (refused.value.problem.status, refused.value.problem.code) == (500, "bus_refuses")
    assert (shared.home / ACCOUNTS_FILE).read_text() == accounts
    whole.write_text(stated)
    assert [one.user.name for one in (await ask(operator, ListUsers())).users] == ["acme"]
    await ask(operator, PutUser(user=user("late"), hash=hashed("x")))


async def test_only_the_operator_is_heard(shared, operator):
    await ask(operator, PutUser(user=user("zhang", UserKind.OFFICIAL, division=FULIANG), hash=hashed("secret")))
    async with come(shared, "zhang", "secret") as zhang:
        with pytest.raises(Exception, match="forbidden"):
            await zhang.ask(ListUsers(), "zhang", UNKNOWN, UsersShown, timeout=5)


async def test_it_waits_for_a_bus_that_is_away_says_why_and_comes_back_with_it(tmp_path):
    server = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    server._configure()
    async with provisioned(server, ready=503) as provisioner:
        await provisioner.reason("LINZHANG_NATS_URL")
        assert await asyncio.to_thread(provisioner.get, "/livez") == (200, "ok\n")
        server.start()
        await provisioner.answers("/readyz", 200)
        server.kill()
        await provisioner.reason("the bus is away")
        server.start()
        await provisioner.answers("/readyz", 200)
        async with connected(server.url(OPERATOR), OPERATOR) as asking:
            await ask(asking, PutUser(user=user("acme"), hash=hashed("x")))
    assert "Traceback" not in "".join(provisioner.log)
    server.kill()


async def test_a_refused_password_is_named_and_taken_up_when_it_is_right_again(tmp_path):
    server = SharedBus.prepare(tmp_path / "bus", Users(), sync="2m")
    server.start()
    file = tmp_path / "url"
    right = server.url("provisioner")
    file.write_text(right.replace(server.users.password("provisioner"), "wrong"))
    settings = {"LINZHANG_NATS_URL_FILE": str(file), "LINZHANG_NATS_URL": ""}
    async with provisioned(server, ready=503, **settings) as provisioner:
        await provisioner.reason("the bus refuses the user or the password")
        file.write_text(right)
        await provisioner.answers("/readyz", 200)
    assert "wrong" not in "".join(provisioner.log)
    server.kill()


async def test_users_written_down_by_hand_and_new_hashes_of_our_own_are_taken_up(shared, operator):
    acme = {"name": "acme", "logins": [{"user": "acme", "hash": hashed("secret")}]}
    (shared.home / "users.json").write_text(json.dumps({"integrators": [acme, {"name": "!"}]}))

    async def so():
        return await comes_in(shared, "acme", "secret")

    await until(so)
    assert [one.startswith("integrators.1.name") for one in (await ask(operator, ListUsers())).left_out] == [True]
    shared.users.passwords["reader"] = "another"
    shared.keep_hashes()

    async def reads():
        return await comes_in(shared, "reader", "another")

    await until(reads)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"LINZHANG_BUS_DIR": ""}, "LINZHANG_BUS_DIR: must be the directory of the bus server"),
        ({"LINZHANG_BUS_DIR": "/nowhere"}, "LINZHANG_BUS_DIR: must be the directory of the bus server"),
        ({"LINZHANG_SYSTEM_URL": ""}, "LINZHANG_SYSTEM_URL: is required"),
        ({"LINZHANG_NATS_URL": "http://x"}, "LINZHANG_NATS_URL: is required"),
        ({"LINZHANG_CA_FILE": "/nowhere"}, "LINZHANG_CA_FILE: /nowhere cannot be read"),
        ({"LINZHANG_SYSTEM_URL": "", "LINZHANG_SYSTEM_URL_FILE": "/nowhere"}, "LINZHANG_SYSTEM_URL_FILE: /nowhere"),
    ],
)
async def test_a_wrong_setting_is_named_at_start(shared, settings, told):
    from tests.servers import starting

    stated = {"LINZHANG_SYSTEM_URL": shared.url("supervisor"), "LINZHANG_BUS_DIR": str(shared.home), **settings}
    async with starting("provisioner", shared, "", "deploy.nats.provisioner", **stated) as process:
        assert await asyncio.wait_for(process.process.wait(), 30) == 2
    assert ("".join(process.log).startswith(told), len(process.log)) == (True, 1), process.log
