"""`linzhang context`: a system that is not on this machine is looked at and its users are managed, over TLS."""

import asyncio
import json
import os
import re
from datetime import UTC, datetime, timedelta

import pytest

from clients.python.connection import connect
from contracts.language.command import OPERATOR
from contracts.wiring.streams import STREAMS
from deploy.keys.certificates import Authority
from deploy.local.private import write_private
from deploy.nats.server import Tls
from deploy.nats.users import Users
from tests.cli.conftest import linzhang
from tests.deploy.shared_bus import SharedBus, provisioned
from tests.waiting import until

pytestmark = pytest.mark.served
NOW = datetime.now(UTC)


class Far:
    """A system far away, and a person with its operator's credentials; `ask` types a command."""

    def __init__(self, folder):
        self.folder, self.keys = folder, authority(folder / "keys")
        self.keys.issue(self.keys.folder / "nats", ("localhost",), NOW)
        self.bus = SharedBus.prepare(folder / "bus", Users(), sync="2m")
        self.bus.tls = Tls(self.keys.folder / "nats.crt", self.keys.folder / "nats.key")
        self.address = f"tls://localhost:{self.bus.port}"

    def credentials(self, user, password=None):
        file = self.folder / f"{user}.json"
        told = {"url": self.address, "user": user, "password": password or self.bus.users.password(user)}
        write_private(file, json.dumps(told))
        return file

    def type(self, *arguments, **more):
        stated = {"XDG_CONFIG_HOME": str(self.folder / "config"), **more}
        status, out, said = linzhang(self.folder / "no-home", *arguments, **{"LINZHANG_HOME": "", **stated})
        return status, out, re.sub(r"\s+", " ", said)

    async def ask(self, *arguments, **more):
        return await asyncio.to_thread(lambda: self.type(*arguments, **more))

    def add(self, name="far", bus=None, ca=None, credentials=()):
        files = credentials or (self.credentials(OPERATOR), self.credentials("reader"))
        named = [word for file in files for word in ("--credentials", str(file))]
        found = (ca or self.keys.certificate,) if ca is not False else ()
        return self.type(
            "context", "add", name, "--bus", bus or self.address, *named, *(w for f in found for w in ("--ca", str(f)))
        )


def authority(folder):
    folder.mkdir(exist_ok=True)
    made = Authority(folder)
    made.make(NOW)
    return made


@pytest.fixture
async def far(tmp_path):
    found = Far(tmp_path)
    found.bus.start()
    yield found
    found.bus.kill()


@pytest.fixture
async def provisioner(far):
    local = {"LINZHANG_CA_FILE": str(far.keys.certificate)}
    urls = {
        "LINZHANG_NATS_URL": far.bus.url("provisioner").replace("127.0.0.1", "localhost"),
        "LINZHANG_SYSTEM_URL": far.bus.url("supervisor").replace("127.0.0.1", "localhost"),
    }
    async with provisioned(far.bus, **local, **urls) as process:
        yield process


async def test_users_are_managed_on_a_bus_that_is_not_on_this_machine(far, provisioner, tmp_path):
    assert far.add()[0] == 0
    out = tmp_path / "acme.json"
    add = ("user", "add", "integrator", "acme", "--format", "json", "--out", str(out))
    assert (await far.ask(*add))[:2] == (0, "")
    me = json.loads(out.read_text())
    assert (me["url"], me["user"], me["ca_file"]) == (far.address, "acme", str(far.keys.certificate))
    assert [one["durable"] for one in me["durables"]] == ["acme"]
    told = {"user": me["user"], "password": me["password"], "inbox_prefix": me["inbox_prefix"].encode()}
    theirs = await connect(me["url"], ca_file=me["ca_file"], allow_reconnect=False, **told)
    receipt = await theirs.jetstream(prefix=me["api_prefix"]).publish("intake.acme.incident.v1", b"{}")
    assert receipt.stream == "INTAKE"
    status, second, said = await far.ask("user", "rotate", "acme", "--format", "json")
    assert (status, json.loads(second)["user"], json.loads(second)["inbox_prefix"]) == (0, "acme~2", "_INBOX.acme")
    assert (await far.ask("user", "retire", "acme"))[0] == 0

    async def is_cut_off():
        return theirs.is_closed

    await until(is_cut_off)
    listed = json.loads((await far.ask("user", "list", "--json"))[1])
    assert [(one["name"], one["logins"]) for one in listed] == [("acme", "acme~2")]
    status, out_again, said = await far.ask("user", "add", "integrator", "acme")
    assert (status, out_again, "keeps its password" in said) == (0, "", True)
    assert (await far.ask("user", "remove", "acme"))[0] == 0
    assert json.loads((await far.ask("user", "list", "--json"))[1]) == []
    told = "".join(provisioner.log) + (far.bus.home / "log").read_text()
    assert [secret for secret in (me["password"], json.loads(second)["password"]) if secret in told] == []


async def test_status_shows_streams_and_durables_of_a_bus_far_away(far, provisioner):
    far.add()
    status, out, said = await far.ask("status", "--json")
    told = json.loads(out)
    assert (status, sorted(told["streams"])) == (1, sorted(one.name for one in STREAMS)), said
    assert [wrong for wrong in told["wrong"] if "does not answer" not in wrong] == []


async def test_a_command_comes_as_the_user_that_it_needs_where_the_context_has_its_credentials(far, provisioner):
    far.add()
    following = asyncio.create_task(far.ask("tail", "cases", "--count", "1", "--json"))
    cases = await connect(
        far.bus.url("cases").replace("127.0.0.1", "localhost"),
        ca_file=far.keys.certificate,
        inbox_prefix=b"_INBOX.cases",
    )
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "cases", "ce-type": "cn.linzhang.cases.opened.v1"}
    while not following.done():
        await cases.publish(
            "cases.opened.v1.36.02.22.104.201", b"{}", headers={**headers, "ce-time": "2020-06-15T02:00:00Z"}
        )
        await asyncio.sleep(0.05)
    await cases.close()
    status, out, said = await following
    assert (status, json.loads(out)["type"]) == (0, "cn.linzhang.cases.opened.v1"), said


async def test_what_is_wrong_with_a_bus_far_away_is_one_line_with_the_option_and_the_remedy(far, tmp_path):
    stranger = authority(tmp_path / "stranger")
    cases = {
        "ca": (
            {"ca": stranger.certificate},
            "nobody who is believed here; name the file of its authority (--ca",
        ),
        "host": ({"bus": f"tls://127.0.0.1:{far.bus.port}"}, "its certificate is for another host"),
        "name": ({"bus": "tls://nowhere.invalid:4222"}, "there is no host of that name (--bus)"),
        "port": ({"bus": "tls://localhost:1"}, "nobody listens there (--bus)"),
        "password": ({"credentials": (far.credentials("acme", "guessed"),)}, "the user or the password is wrong"),
    }
    for name, (how, told) in cases.items():
        assert far.add(name, **how)[0] == 0
        status, out, said = await far.ask("--context", name, "user", "list")
        assert (status, out, told in said, "guessed" in said, "Traceback" in said) == (3, "", True, False, False), said
    far.keys.issue(far.keys.folder / "nats", ("localhost",), NOW - timedelta(days=100))
    far.bus.stop()
    far.bus.start()
    far.add("expired")
    status, _, said = await far.ask("user", "list", LINZHANG_CONTEXT="expired")
    assert (status, "its certificate is not in force any more" in said) == (3, True), said


async def test_no_password_is_said_to_a_bus_that_speaks_no_tls(tmp_path, plain_nats):
    found = Far(tmp_path)
    found.add(bus=plain_nats.replace("nats://", "tls://"))
    status, _, said = await found.ask("user", "list")
    assert (status, "no encrypted connection can be made" in said) == (3, True), said


def test_a_context_holds_paths_for_its_owner_alone_and_no_password(tmp_path):
    found = Far(tmp_path)
    assert found.add()[0] == found.add("other")[0] == 0
    kept = tmp_path / "config" / "linzhang"
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (kept, *kept.rglob("*"))}
    assert modes == {
        **dict.fromkeys(("linzhang", "contexts"), "0o700"),
        **dict.fromkeys(("far.json", "other.json", "context"), "0o600"),
    }
    shown = found.type("context", "show", "far", "--json")[1]
    files = [str(tmp_path / "operator.json"), str(tmp_path / "reader.json")]
    assert json.loads(shown) == {"bus": found.address, "credentials": files, "ca": str(found.keys.certificate)}
    password = found.bus.users.password(OPERATOR)
    assert [file for file in kept.rglob("*") if file.is_file() and password in file.read_text()] == []

    def in_use():
        return [one["name"] for one in json.loads(found.type("context", "list", "--json")[1]) if one["in_use"]]

    assert in_use() == ["far"]
    assert found.type("context", "use", "other")[0] == 0
    assert in_use() == ["other"]
    assert found.type("context", "remove", "other")[0] == 0
    assert (in_use(), os.path.exists(files[0])) == ([], True)


def test_what_is_wrong_with_a_context_is_named_and_none_is_kept(tmp_path):
    found = Far(tmp_path)
    good = found.credentials(OPERATOR)
    open_to_all = tmp_path / "open.json"
    open_to_all.write_text(good.read_text())
    open_to_all.chmod(0o644)
    for how, told in (
        ({"name": "Far Away"}, "a context is 1 to 64 of"),
        ({"bus": "far.example:4222"}, "--bus: must be an address of nats:// or tls://"),
        ({"bus": "tls://operator:s3cret@localhost:1"}, "--bus: must not name a user"),
        ({"bus": "tls://localhost:1,nats://localhost:1"}, "--bus: either every address begins with tls://"),
        (
            {"credentials": (tmp_path / "none.json",)},
            "--credentials: " + str(tmp_path / "none.json") + " cannot be read",
        ),
        ({"credentials": (found.keys.certificate,)}, "--credentials: is neither an address nor a file"),
        ({"credentials": (open_to_all,)}, "--credentials: the file can be read by others; make it 0600"),
        (
            {"ca": tmp_path / "none.crt"},
            "--ca: " + str(tmp_path / "none.crt") + " cannot be read or holds no certificate",
        ),
        ({"bus": "nats://localhost:1"}, "--ca: with it, every address of the bus must begin with tls://"),
        ({"ca": good}, "--ca: " + str(good) + " cannot be read or holds no certificate"),
    ):
        status, out, said = found.add(**how)
        assert (status, out, told in said, "s3cret" in said) == (2, "", True, False), said
    assert json.loads(found.type("context", "list", "--json")[1]) == []
    found.add()
    status, _, said = found.type("--context", "near", "user", "list")
    assert (status, "there is no context near; there are: far" in said) == (2, True), said
    (tmp_path / "config" / "linzhang" / "contexts" / "far.json").write_text("{}")
    status, _, said = found.type("user", "list")
    assert (status, "is no context; make it anew" in said) == (2, True), said


def test_certificates_that_no_server_would_be_asked_for_are_refused_wherever_they_are_stated(tmp_path):
    found = Far(tmp_path)
    told = " must begin with tls://"
    found.add()
    kept = tmp_path / "config" / "linzhang" / "contexts" / "far.json"
    kept.write_text(kept.read_text().replace("tls://", "nats://"))
    status, _, said = found.type("user", "list")
    assert (status, "--ca: with it" in said, told in said) == (2, True, True), said
    found.address = found.address.replace("tls://", "nats://")
    for bus in (found.address, str(found.credentials(OPERATOR))):
        status, _, said = found.type("user", "list", "--bus", bus, LINZHANG_CA_FILE=str(found.keys.certificate))
        assert (status, "LINZHANG_CA_FILE: with it" in said, told in said) == (2, True, True), said


def test_a_home_that_is_stated_is_meant_rather_than_the_context_in_use(tmp_path):
    found = Far(tmp_path)
    found.add()
    home = tmp_path / "home"
    home.mkdir()
    status, out, _ = found.type("user", "list", "--json", "--home", str(home))
    assert (status, json.loads(out)) == (0, [])
