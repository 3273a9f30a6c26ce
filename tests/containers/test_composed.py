"""The system of compose.yaml, run as an operator runs it."""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from clients.python.connection import connect
from deploy.local.ports import LOOPBACK
from deploy.local.private import write_private
from tests.cli.conftest import linzhang
from tests.cli.pasted import examples
from tests.containers.composed import KEPT_UP, SERVICES, Failed
from tests.containers.traffic import asked, load_town
from tests.waiting import until

ROOT = Path(__file__).parents[2]
TARGETS = "http://127.0.0.1:9090/api/v1/targets"
SEEN_WITHIN_S = 120
pytestmark = [pytest.mark.served, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def ca(composed, tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "ca.crt"
    file.write_text(composed.secret("operator", "ca.crt"))
    return str(file)


def test_all_of_it_is_well_and_a_second_start_changes_nothing(composed):
    assert composed.unwell() == []
    before = {one: composed.inspect(one)["Id"] for one in KEPT_UP}
    print(f"started anew: {composed.up():.1f} s")
    assert {one: composed.inspect(one)["Id"] for one in KEPT_UP} == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_that_it_is_ready_after_its_container_has_started(composed, service):
    container = f"{composed.project}-{service}-1"
    before = composed.inspect(service)["State"]["StartedAt"]
    composed.docker("restart", container)
    composed.up()
    started = composed.inspect(service)["State"]["StartedAt"]
    assert started > before
    told = composed.docker("logs", "--timestamps", "--since", started, container, stderr=True)
    (ready,) = re.findall(r'^(\S+) .*"event": ?"ready"', told, re.MULTILINE)
    took = datetime.fromisoformat(ready) - datetime.fromisoformat(started)
    print(f"{service}: ready {took.total_seconds():.2f} s after its container was started")


@pytest.mark.parametrize("part", KEPT_UP)
def test_a_container_may_do_no_more_than_it_must(composed, part):
    found = composed.inspect(part)
    host = found["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Memory"] > 0
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", found["Config"]["User"])


@pytest.mark.parametrize("part", KEPT_UP)
def test_no_secret_stands_where_the_engine_or_a_list_of_processes_shows_it(composed, part):
    shown = json.dumps(composed.inspect(part))
    told = composed.logs(part)
    assert told
    pid = composed.inspect(part)["State"]["Pid"]
    with open(f"/proc/{pid}/environ", "rb") as environment, open(f"/proc/{pid}/cmdline", "rb") as command:
        seen = shown + told + (environment.read() + command.read()).decode(errors="replace")
    for service in SERVICES:
        for file in ("nats_url", "database_url"):
            password = re.search(r":([^:@/]+)@", composed.secret(service, file))[1]
            assert password not in seen
    assert composed.secret("postgres", "admin_password") not in seen


def test_the_bus_keeps_no_password_in_the_clear(composed):
    accounts = composed.secret("bus", "accounts.conf")
    for service in SERVICES:
        assert re.search(r":([^:@/]+)@", composed.secret(service, "nats_url"))[1] not in accounts
    assert accounts.count("password: ") >= len(SERVICES)
    assert re.findall(r'password: "(.{7})', accounts) == ["$2a$04$"] * accounts.count("password: ")


async def test_nobody_comes_to_the_bus_without_tls(composed):
    with pytest.raises((OSError, TimeoutError)):
        await connect(f"nats://{LOOPBACK}:{composed.port}", allow_reconnect=False, connect_timeout=2)


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_the_database_is_reached_by_tls_alone(composed, mode):
    code = (
        "import asyncio, asyncpg, ssl\n"
        "dsn = open('/run/secrets/database_url').read()\n"
        f"print(asyncio.run(asyncpg.connect(dsn, ssl={mode!r})).is_closed())\n"
    )
    asked_it = ("exec", "-T", "cases", "python", "-c", code)
    if mode == "require":
        assert composed.compose(*asked_it).strip() == "False"
    else:
        with pytest.raises(Failed, match="no encryption"):
            composed.compose(*asked_it)


def test_each_service_is_locked_out_of_what_is_anothers(composed):
    inside = composed.compose("exec", "-T", "cases", "ls", "/run/secrets").split()
    assert inside == ["ca.crt", "database_url", "nats_url"]
    ways = asked(
        composed,
        "SELECT DISTINCT version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL",
    )
    assert ways == ["TLSv1.3"]


@pytest.fixture(scope="module")
async def town(composed, ca):
    await load_town(composed, ca)


@pytest.fixture(scope="module")
def user(composed, ca):
    """Adds a user by the command line; what it prints, as it is reached from this machine."""

    def add(*arguments):
        told = json.loads(composed.linzhang("user", "add", *arguments, "--format", "json"))
        return told | {"url": f"tls://{LOOPBACK}:{composed.port}", "ca_file": ca}

    return add


def pasted(name, folder):
    """What the README has an outsider paste, run where the credentials are."""
    (program,) = re.findall(r"<<'EOF'\n(.*?)\nEOF", examples(ROOT / "README.md")[name], re.S)
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=60)


def test_what_an_integrator_posts_becomes_a_case_that_a_department_hears_of(town, user, tmp_path):
    hears = ("--region", "360222", "--fact", "cases.opened.v1")
    for name, kind, more in (("acme", "integrator", ()), ("police", "department", hears)):
        (tmp_path / f"{name}.credentials.json").write_text(json.dumps(user(kind, name, *more)))
    posted = pasted("integrator", tmp_path)
    assert re.fullmatch(r"taken as number \d+\ntaken as number \d+\nrefused: .*datum.*\n", posted.stdout), posted.stderr
    heard = pasted("department", tmp_path)
    assert re.match(r"cases\.opened\.v1\.36\.02\.22\.\S+ \S+ .*felling\n", heard.stdout), heard.stderr


def test_an_integrator_far_away_reports_by_its_context_and_hears_of_its_refusal(town, user, ca, tmp_path):
    """By the command line of another machine, over TLS, with an integrator's credentials and nothing else."""
    file = tmp_path / "afar.json"
    write_private(file, json.dumps(user("integrator", "afar")))
    config = {"XDG_CONFIG_HOME": str(tmp_path), "LINZHANG_HOME": ""}
    address = json.loads(file.read_text())["url"]
    added = linzhang(
        tmp_path, "context", "add", "far", "--bus", address, "--credentials", str(file), "--ca", ca, **config
    )
    assert added[0] == 0, added
    here = ("--kind", "felling", "--lon", "117.19", "--lat", "29.75")
    for more, status, told in (((), 0, "not refused"), (("--seen-at", "2099-01-01T00:00:00Z"), 1, "seen_at")):
        wait = ("--wait", "60" if status else "1")
        found = linzhang(tmp_path, "--context", "far", "report", *here, *more, *wait, **config)
        assert (found[0], "taken: number" in found[2], told in found[2]) == (status, True, True), found


def test_the_operator_sees_that_all_is_well(composed):
    told = json.loads(composed.linzhang("status", "--json"))
    assert told["wrong"] == []
    assert {name: one["ready"] for name, one in told["services"].items()} == dict.fromkeys(SERVICES, True)
    assert {*told["streams"]} >= {"ROSTER", "PATROL", "CASES", "TARGETS", "NOTIFY"}


async def test_what_watches_the_system_sees_every_part_of_it(composed):
    composed.compose("--profile", "observe", "up", "--detach", "prometheus", "alertmanager")

    async def seen():
        try:
            told = json.loads(composed.compose("exec", "-T", "prometheus", "wget", "-q", "-O", "-", TARGETS))
        except Failed:  # while it starts
            return False
        found = told["data"]["activeTargets"]
        health = {one["labels"]["service"]: one["health"] for one in found if "service" in one["labels"]}
        return health == dict.fromkeys((*SERVICES, "provisioner"), "up")

    await until(seen, SEEN_WITHIN_S, every_s=1)
