"""`linzhang user add`: a wrong one is refused before anything is written, and no running system stumbles over it."""

import asyncio
import json
import re
from urllib.parse import urlsplit

import pytest

from clients.python.bus import connected
from clients.python.refused import Unreachable
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.roster import Area, EnrolAreas
from contracts.wiring.table import SERVICES
from deploy.local.home import Home
from tests.cli.conftest import linzhang
from tests.waiting import until


async def run(up, *arguments):
    return await asyncio.to_thread(linzhang, up.home, *arguments)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("integrator", "Bad Name"), "a name is 1 to 64 of a-z, 0-9, _ and -, unlike 'Bad Name'"),
        *((("integrator", name), f"{name} is a user of the system itself") for name in ("operator", *SERVICES)),
        (("official", "provisioner", "--region", "36"), "provisioner is a user of the system itself"),
        (("official", "li", "--region", "36x"), "a division code has 2, 4, 6, 9 or 12 digits"),
        (("department", "guards", "--fact", "cases.danced.v1"), "there is no fact cases.danced.v1"),
    ],
)
async def test_a_wrong_user_is_named_and_nothing_is_written(up, arguments, told):
    before = Home(up.home).outsiders()
    status, out, said = await run(up, "user", "add", *arguments)
    assert (status, out, told in re.sub(r"\s+", " ", said)) == (2, "", True), said
    assert Home(up.home).outsiders() == before


async def test_nobody_turns_into_somebody_else(up):
    before = Home(up.home).outsiders()
    status, out, said = await run(up, "user", "add", "department", "desk", "--fact", "cases.opened.v1")
    told = "desk is an outsider of another kind already (integrator); choose another name"
    assert (status, out, told in re.sub(r"\s+", " ", said)) == (1, "", True), said
    assert Home(up.home).outsiders() == before


async def test_a_department_hears_more_but_not_elsewhere(up):
    add = ("user", "add", "department", "guards")
    first = await run(up, *add, "--region", "360222", "--fact", "cases.opened.v1")
    again = await run(up, *add, "--region", "360222", "--fact", "cases.closed.v1")
    assert (first[0], again) == (0, first)
    _, out, _ = await run(up, "user", "list", "--json")
    assert [one["durables"] for one in json.loads(out) if one["name"] == "guards"] == ["guards-opened guards-closed"]
    status, _, said = await run(
        up, "user", "add", "department", "guards", "--region", "36", "--fact", "cases.opened.v1"
    )
    assert (status, "the department guards has the region 360222000000, which adding cannot change" in said) == (
        1,
        True,
    )


async def test_what_would_lose_messages_is_not_taken_up_and_the_system_goes_on(up):
    await run(up, "user", "add", "department", "wardens", "--region", "360222", "--fact", "cases.opened.v1")
    home = Home(up.home)
    stated = home.users_file.path.read_text("utf-8")
    changed = json.loads(stated)
    for one in changed["departments"]:
        if one["name"] == "wardens":
            one["division"] = "360281000000"
    home.users_file.path.write_text(json.dumps(changed))

    async def refused():
        return any("left out: wardens" in line for line in up.said)

    await until(refused)
    home.users_file.path.write_text(stated)
    status, out, _ = await run(up, "user", "add", "integrator", "hotline")
    assert (status, out.startswith("nats://hotline:")) == (0, True)
    assert "Traceback" not in "".join(up.said)


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("999999", "no province has the code of 999999"),
        ("36022", "a division code has 2, 4, 6, 9 or 12 digits"),
        ("360022", "a division code has 2, 4, 6, 9 or 12 digits"),
        ("３６", "a division code has 2, 4, 6, 9 or 12 digits"),
    ],
)
async def test_a_region_that_is_no_code_of_a_division_is_refused(up, region, told):
    await refused(up, region, 2, told)


@pytest.mark.parametrize(
    ("region", "told"),
    [
        ("360222600", "there is no division 360222600000; near it: 360222"),
        ("360299", "there is no division 360299000000; near it: 360281000000"),
    ],
)
async def test_a_region_that_no_division_has_is_refused_with_what_lies_near(up, region, told):
    await refused(up, region, 1, told)


async def test_a_region_that_is_revoked_is_refused_with_what_became_of_it_and_looked_at_with_a_word(up):
    place = [[[117.2, 29.5], [117.21, 29.5], [117.21, 29.51], [117.2, 29.51], [117.2, 29.5]]]
    about = {"kind": "division", "name": "某垦殖场", "division": "360222700000", "parent_id": "360222000000"}
    days = {"in_force_from": "2018-01-01", "ended_on": "2019-12-31", "became": ["360222104000"]}
    area = Area(id="360222700000", boundary={"coordinates": [place]}, area_mu="0", **about, **days)
    async with connected(Home(up.home).running().url(OPERATOR), OPERATOR) as operator:
        await operator.ask(EnrolAreas(areas=(area,)), OPERATOR, UNKNOWN, Done)

    async def told():
        return "某垦殖场" in (await run(up, "ledger", "sheet", "--region", "360222700"))[2]

    await until(told)
    _, _, said = await run(up, "ledger", "sheet", "--region", "360222700")
    said = re.sub(r"\s+", " ", said)
    assert "360222700000 (某垦殖场) was revoked on 2019-12-31 and became 360222104000" in said
    await refused(up, "360222700", 1, "360222700000 (某垦殖场) was revoked on 2019-12-31 and became 360222104000")


async def refused(up, region, ended, told):
    before = Home(up.home).outsiders()
    for add in (("official", "li"), ("department", "guards2", "--fact", "cases.opened.v1")):
        status, out, said = await run(up, "user", "add", *add, "--region", region)
        assert (status, out, told in re.sub(r"\s+", " ", said)) == (ended, "", True), said
    assert Home(up.home).outsiders() == before


async def test_a_region_of_which_nothing_is_enrolled_yet_is_taken_with_a_word(up):
    status, out, said = await run(up, "user", "add", "official", "wang", "--region", "4401")
    assert (status, out.startswith("nats://wang:"), "no area of 440100000000 is enrolled yet" in said) == (
        0,
        True,
        True,
    )


async def test_two_who_add_at_once_lose_nobody(up):
    added = [f"twin{n}" for n in range(4)]
    done = await asyncio.gather(*(run(up, "user", "add", "integrator", name) for name in added))
    assert [status for status, _, _ in done] == [0] * 4
    assert [out.split(":")[1] for _, out, _ in done] == [f"//{name}" for name in added]
    assert set(added) <= {one.name for one in Home(up.home).outsiders()}


async def test_dead_letters_of_two_services_are_heard_by_one_department(up):
    """STACK row 34."""
    facts = ("--fact", "patrol.dead_lettered.v1", "--fact", "cases.dead_lettered.v1")
    status, out, said = await run(up, "user", "add", "department", "dl", *facts)
    assert (status, out.startswith("nats://dl:")) == (0, True), said
    async with connected(Home(up.home).running().url("reader"), "reader", api_prefix="$JS.API") as reader:
        found = [one["name"] for one in await reader.consumers("ADVISORY") if one["name"].startswith("dl-")]
    assert found == ["dl-cases_dead_lettered", "dl-patrol_dead_lettered"]


async def test_a_wrong_entry_is_named_and_whoever_comes_after_it_is_served(up):
    home = Home(up.home)
    document = json.loads(home.users_file.path.read_text("utf-8"))
    wrong = {"name": "broken", "facts": ["cases.danced.v1"]}
    home.users_file.path.write_text(json.dumps({**document, "departments": [wrong, *document.get("departments", [])]}))
    status, out, _ = await run(up, "user", "add", "integrator", "after")
    assert (status, out.startswith("nats://after:")) == (0, True)
    _, _, said = await run(up, "user", "list")
    assert "left out: departments.0.facts: there is no fact cases.danced.v1" in said
    assert (await run(up, "user", "remove", "broken"))[0] == 0
    _, _, said = await run(up, "user", "list")
    assert "left out" not in said


async def test_who_is_removed_is_cut_off_and_what_was_made_for_it_is_gone(up):
    await run(up, "user", "add", "department", "gone", "--region", "360222", "--fact", "cases.opened.v1")
    running = Home(up.home).running()
    async with connected(running.url("gone"), "gone") as theirs:
        assert (await run(up, "user", "remove", "gone"))[:2] == (0, "")
        await until(_is_false(lambda: theirs.client.is_connected))
    with pytest.raises(Unreachable):
        async with connected(running.url("gone"), "gone"):
            pass
    async with connected(running.url("reader"), "reader", api_prefix="$JS.API") as reader:
        assert [one["name"] for one in await reader.consumers("CASES") if "gone" in one["name"]] == []
    assert "gone" not in (up.home / "passwords.json").read_text() + (up.home / "run.json").read_text()
    status, _, said = await run(up, "user", "remove", "gone")
    assert (status, "the bus has no user gone" in said) == (1, True)


def _is_false(what):
    async def so():
        return not what()

    return so


async def test_a_second_password_is_shown_once_and_the_first_goes_when_it_is_retired(up):
    await run(up, "user", "add", "integrator", "turns")
    first = Home(up.home).running().url("turns")
    status, second, said = await run(up, "user", "rotate", "turns")
    assert (status, second.startswith("nats://turns~2:"), "turns comes in as turns~2 too" in said) == (0, True, True)
    password = urlsplit(second.strip()).password
    assert [file.name for file in up.home.iterdir() if file.is_file() and password in file.read_text("utf-8")] == []
    async with connected(first, "turns") as old, connected(second.strip(), "turns") as new:
        assert (await run(up, "user", "retire", "turns"))[:2] == (0, "")
        await until(_is_false(lambda: old.client.is_connected))
        assert new.client.is_connected
    status, _, said = await run(up, "user", "show", "turns")
    assert (status, "was shown once, when it was made" in said) == (1, True)
    assert "turns" not in Home(up.home).running().passwords
    status, _, said = await run(up, "user", "retire", "turns")
    assert (status, "turns has no other password" in said) == (1, True)


async def test_a_region_is_changed_and_what_is_heard_too(up):
    await run(up, "user", "add", "department", "moves", "--region", "360222", "--fact", "cases.opened.v1")
    assert (await run(up, "user", "change", "moves", "--region", "3602", "--fact", "cases.closed.v1"))[0] == 0
    told = json.loads((await run(up, "user", "show", "moves", "--format", "json"))[1])
    assert told["durables"] == [{"stream": "CASES", "durable": "moves-closed", "hears": "cases.closed.v1.36.02.>"}]
    status, _, said = await run(up, "user", "change", "moves", "--region", "360222600")
    assert (status, "there is no division 360222600000" in said) == (1, True)
    status, _, said = await run(up, "user", "change", "moves")
    assert (status, "name a --region, a --fact or an --all-of" in said) == (2, True)


async def test_no_password_is_made_for_a_file_that_cannot_be_written(up, tmp_path):
    before = Home(up.home).users_file.path.read_text()
    status, out, _ = await run(up, "user", "rotate", "desk", "--out", str(tmp_path / "nowhere" / "desk.json"))
    assert (status, out, Home(up.home).users_file.path.read_text()) == (2, "", before)


@pytest.mark.served
def test_what_is_written_down_while_nothing_runs_obeys_the_same_rules(tmp_path):
    home = Home(tmp_path)
    home.users_file.write(())
    assert linzhang(tmp_path, "user", "add", "integrator", "acme")[0] == 0
    status, out, said = linzhang(tmp_path, "user", "rotate", "acme")
    assert (status, out.startswith("nats://acme~2:"), "takes effect when the system starts" in said) == (0, True, True)
    assert [one.user for one in home.outsiders()[0].logins] == ["acme", "acme~2"]
    for arguments in (("rotate", "acme"), ("remove", "nobody"), ("add", "official", "acme", "--region", "36")):
        assert linzhang(tmp_path, "user", *arguments)[0] == 1
    assert linzhang(tmp_path, "user", "retire", "acme")[0] == 0
    assert [one.user for one in home.outsiders()[0].logins] == ["acme~2"]


async def test_a_list_of_users_shows_no_password_and_one_is_shown_when_asked_for(up):
    await run(up, "user", "add", "integrator", "shown")
    passwords = Home(up.home).running().passwords
    for how in ((), ("--json",)):
        status, out, said = await run(up, "user", "list", *how)
        assert (status, "shown" in out, [name for name in passwords if passwords[name] in out + said]) == (0, True, [])
    assert (await run(up, "user", "show", "shown"))[1].strip() == Home(up.home).running().url("shown")


async def test_every_kind_of_client_is_told_what_it_needs(up, tmp_path):
    add = ("user", "add", "department", "clients", "--region", "360222", "--fact", "cases.opened.v1", "--format")
    told = {form: (await run(up, *add, form))[1] for form in ("address", "env", "json", "nats-context")}
    running = Home(up.home).running()
    server, password = f"nats://127.0.0.1:{running.nats_port}", running.passwords["clients"]
    assert told["address"].strip() == running.url("clients")
    assert json.loads(told["json"]) == {
        "url": server,
        "user": "clients",
        "password": password,
        "inbox_prefix": "_INBOX.clients",
        "api_prefix": "FOREST.API",
        "durables": [{"stream": "CASES", "durable": "clients-opened", "hears": "cases.opened.v1.36.02.22.>"}],
    }
    assert told["env"].splitlines() == [
        f"NATS_URL={server}",
        "NATS_USER=clients",
        f"NATS_PASSWORD={password}",
        "NATS_INBOX_PREFIX=_INBOX.clients",
        "NATS_API_PREFIX=FOREST.API",
        "NATS_STREAMS=CASES",
        "NATS_DURABLES=clients-opened",
    ]
    assert json.loads(told["nats-context"]) == {
        "url": server,
        "user": "clients",
        "password": password,
        "inbox_prefix": "_INBOX.clients",
        "jetstream_api_prefix": "FOREST.API",
    }
    file = tmp_path / "clients.json"
    file.touch(mode=0o644)
    status, out, _ = await run(up, *add, "json", "--out", str(file))
    assert (status, out, oct(file.stat().st_mode & 0o777)) == (0, "", "0o600")
    assert file.read_text() == told["json"]


def test_in_a_shell_that_knows_no_home_it_says_where_a_system_runs_and_makes_nothing(up, tmp_path):
    for home in (str(tmp_path / "new"), str(tmp_path)):
        status, out, said = linzhang(home, "user", "add", "integrator", "lost")
        assert (status, out, str(up.home) in said) == (3, "", True), said
        assert "no system runs in" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "bus",
    [
        "nats://operator:s3cret@127.0.0.1:1",
        "nats://operator:s3cret@[::1",
        "nats://operator:s3cret@127.0.0.1:s3cret",
        "nats://operator:s3cret/x@127.0.0.1",
        "http://operator:s3cret@127.0.0.1:1",
        "nats://:s3cret@",
    ],
)
def test_a_password_is_never_repeated_whatever_is_wrong_with_its_address(tmp_path, bus):
    for stated in ((("--bus", bus), {}), ((), {"LINZHANG_BUS": bus})):
        status, out, said = linzhang(tmp_path, "status", *stated[0], **stated[1])
        assert (status in (2, 3), "s3cret" in out + said, "Traceback" in said) == (True, False, False), said


def test_an_address_with_a_password_is_taken_from_a_variable_or_a_private_file_and_not_from_an_argument(up, tmp_path):
    url = Home(up.home).running().url("operator")
    status, _, said = linzhang(tmp_path, "status", "--bus", url)
    assert (status, "everybody on this machine can read an argument" in said) == (2, True)
    assert linzhang(tmp_path, "status", LINZHANG_BUS=url)[0] == 0
    parts = urlsplit(url)
    told = {"url": f"nats://{parts.hostname}:{parts.port}", "user": parts.username, "password": parts.password}
    file = tmp_path / "operator.json"
    file.write_text(json.dumps(told))
    file.chmod(0o644)
    status, _, said = linzhang(tmp_path, "status", "--bus", str(file))
    assert (status, "make it 0600" in said) == (2, True)
    file.chmod(0o600)
    assert linzhang(tmp_path, "status", "--bus", str(file))[0] == 0
