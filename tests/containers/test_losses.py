"""What is lost of a system of containers, and comes back: reports are posted all the time, and none may be missing."""

import asyncio
import re
import time
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from clients.python.bus import connected
from clients.python.refused import Unreachable
from deploy.local.ports import LOOPBACK
from tests.containers.composed import KEPT_UP, SERVICES, Failed
from tests.containers.traffic import asked, astray, let_in, load_town, settled, traffic
from tests.streams import read_stream
from tests.waiting import until

pytestmark = [pytest.mark.served, pytest.mark.timeout(1200)]
BACK_WITHIN_S = 120.0


@pytest.fixture(scope="module")
async def ca(composed, tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "ca.crt"
    file.write_text(composed.secret("operator", "ca.crt"))
    await load_town(composed, str(file))
    return str(file)


@pytest.fixture(scope="module")
async def acme(composed, ca):
    return await let_in(composed, ca, "watcher")


async def well_again(composed):
    async def so():
        return await asyncio.to_thread(composed.unwell) == []

    await until(so, BACK_WITHIN_S, every_s=0.2)


async def posted_meanwhile(composed, posted, more=20):
    """Wait until some more reports have been acknowledged."""
    before = len(posted.acknowledged)

    async def so():
        return len(posted.acknowledged) >= before + more

    await until(so, BACK_WITHIN_S)


async def books(composed, posted, what):
    await settled(composed, posted)
    print(f"{what}: {len(posted.acknowledged)} acknowledged, the longest took {posted.longest_s:.1f} s")
    assert astray(composed) == []


async def test_whoever_is_killed_comes_back_and_nothing_is_lost(composed, acme, ca):
    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        for part in KEPT_UP:
            before = composed.inspect(part)["RestartCount"]
            composed.kill(part)

            async def started_anew(part=part, before=before):
                return (await asyncio.to_thread(composed.inspect, part))["RestartCount"] > before

            await until(started_anew, BACK_WITHIN_S)
            await well_again(composed)
            await posted_meanwhile(composed, posted)
    await books(composed, posted, "killed one after the other")


PORTS = {"nats": 4222, "postgres": 5432}
_LOOK = """
import asyncio, ssl, sys
async def look(server, port):
    trusting = ssl.create_default_context(cafile="/run/secrets/ca.crt")
    reader, writer = await asyncio.open_connection(server, port)
    if server == "postgres":
        writer.write(bytes.fromhex("0000000804d2162f"))
        assert await reader.readexactly(1) == b"S"
    await writer.start_tls(trusting, server_hostname=server)
    print(writer.get_extra_info("ssl_object").getpeercert()["serialNumber"])
asyncio.run(look(sys.argv[1], int(sys.argv[2])))
"""


def served(composed, server):
    """The number of the certificate that whoever comes to a server now is shown."""
    look = ("exec", "-T", "provisioner", "python", "-c", _LOOK, server, str(PORTS[server]))
    return composed.compose(*look).strip()


_METRICS = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8100/metrics').read().decode())"


def measured(composed):
    """Whose certificates a service sees, and that each is in force."""
    page = composed.compose("exec", "-T", "cases", "python", "-c", _METRICS)
    told = re.findall(r'^linzhang_certificate_expiry_timestamp_seconds{certificate="(\w+)"} (\S+)', page, re.MULTILINE)
    return {server: float(ends_at_s) > time.time() for server, ends_at_s in told}


async def test_certificates_are_renewed_and_nothing_is_lost(composed, acme, ca):
    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        before = [composed.inspect(one)["State"]["StartedAt"] for one in KEPT_UP]
        shown = {server: await asyncio.to_thread(served, composed, server) for server in PORTS}
        await asyncio.to_thread(composed.compose, "run", "--rm", "keys", "deploy.keys", "--renew")

        async def renewed(server):
            return await asyncio.to_thread(served, composed, server) != shown[server]

        assert measured(composed) == {"bus": True, "database": True}
        for server in PORTS:
            await until(lambda server=server: renewed(server), BACK_WITHIN_S, every_s=0.2)
        await posted_meanwhile(composed, posted)
        assert [composed.inspect(one)["State"]["StartedAt"] for one in KEPT_UP] == before
    await books(composed, posted, "certificates renewed")


async def test_a_service_is_given_other_passwords_and_nothing_is_lost(composed, acme, ca):
    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        before = composed.secret("cases", "nats_url")
        await asyncio.to_thread(composed.compose, "run", "--rm", "keys", "deploy.keys", "--new-password", "cases")
        await asyncio.to_thread(composed.compose, "run", "--rm", "database")
        assert composed.secret("cases", "nats_url") != before
        await posted_meanwhile(composed, posted)
        await well_again(composed)
    await books(composed, posted, "another password")


async def test_the_system_goes_from_one_release_to_the_next_under_load_and_back(composed, images, acme, ca):
    images("next")
    async with traffic(composed, acme, ca) as posted:
        for version in ("next", "now"):
            composed.version = version
            await posted_meanwhile(composed, posted)
            for service in reversed(SERVICES):
                await asyncio.to_thread(composed.compose, "up", "--detach", "--wait", service)
                await posted_meanwhile(composed, posted, more=5)
            assert composed.inspect("cases")["Config"]["Image"].endswith(f":{version}")
    await books(composed, posted, "upgraded and back")


async def told(composed, ca, stream="CASES"):
    """The highest number that each aggregate has on the bus."""
    address = urlsplit(composed.secret("provisioner", "nats_url"))
    url = f"tls://{address.username}:{address.password}@{LOOPBACK}:{composed.port}"
    highest = {}
    async with connected(url, "provisioner", api_prefix="$JS.API", ca_file=ca) as bus:
        for fact in await read_stream(bus.client, stream, ">"):
            highest[fact["key"]] = max(fact["sequence"], highest.get(fact["key"], 0))
    return highest


def counted(composed):
    """The same as the record has it."""
    rows = asked(composed, "SELECT partitionkey || ' ' || sequence FROM cases.aggregates")
    return {key: int(number) for key, number in (row.rsplit(" ", 1) for row in rows)}


async def let_in_again(composed, posted):
    """Wait for the first report that is acknowledged."""

    async def so():
        return posted.acknowledged

    await until(so, BACK_WITHIN_S)


async def archived(composed):
    """Wait until all that is done by now is in the archived log."""
    (segment,) = asked(composed, "SELECT pg_walfile_name(pg_switch_wal())")

    async def so():
        kept = await asyncio.to_thread(asked, composed, "SELECT last_archived_wal FROM pg_stat_archiver")
        return kept[0] >= segment

    await until(so, BACK_WITHIN_S)


async def test_a_bus_that_lost_everything_is_told_it_again_before_anybody_outside_comes_in(composed, acme, ca):
    async with traffic(composed, acme, ca) as before:
        await posted_meanwhile(composed, before)
    await settled(composed, before)
    had = await told(composed, ca)
    assert had != {}
    await asyncio.to_thread(composed.compose, "--profile", "backup", "down")
    composed.docker("volume", "rm", f"{composed.project}_nats")
    async with traffic(composed, acme, ca) as posted:
        began = time.monotonic()
        await asyncio.to_thread(composed.up)
        await let_in_again(composed, posted)
        print(f"the bus gone: back after {time.monotonic() - began:.1f} s")
        now = await told(composed, ca)
        assert {key: number for key, number in had.items() if now.get(key, 0) < number} == {}
        await posted_meanwhile(composed, posted)
    await books(composed, posted, "without its bus")
    assert "outsiders may come in" in composed.logs("provisioner")


async def test_a_database_that_is_older_than_the_bus_agrees_with_it_before_anybody_outside_comes_in(composed, acme, ca):
    async def do(*arguments):
        return await asyncio.to_thread(composed.compose, *arguments)

    async with traffic(composed, acme, ca) as before:
        await posted_meanwhile(composed, before)
        await do("run", "--rm", "backup")
    await settled(composed, before)
    await archived(composed)
    async with traffic(composed, acme, ca) as since:
        await posted_meanwhile(composed, since, more=40)
    await settled(composed, since)
    had = await told(composed, ca)
    # What is stopped in peace hands its last log over.
    composed.docker("kill", f"{composed.project}-postgres-1")
    base = (await do("run", "--rm", "--entrypoint", "ls", "backup", "/backups/base")).split()
    await do("--profile", "backup", "down")
    composed.docker("volume", "rm", f"{composed.project}_postgres")
    began = time.monotonic()
    await do("run", "--rm", "restore", max(base))
    async with traffic(composed, acme, ca) as posted:
        await do("up", "--detach", "--wait", "nats")
        with pytest.raises(Unreachable):
            async with connected(acme, "watcher", ca_file=ca):
                pass
        await asyncio.to_thread(composed.up)
        await let_in_again(composed, posted)
        print(f"the database gone: back after {time.monotonic() - began:.1f} s")
        await posted_meanwhile(composed, posted)
    await settled(composed, before)
    await settled(composed, since)
    await books(composed, posted, "with an older database")
    now = counted(composed)
    assert {key: number for key, number in had.items() if now.get(key, 0) < number} == {}
    assert composed.compose("logs", "--no-log-prefix", "comeback").count("aggregates more was told") == len(SERVICES)


def _passphrase(folder, name):
    file = folder / name
    file.write_text(f"{name} words of no poem\n")
    return {"LINZHANG_PASSPHRASE_FILE": str(file)}


async def test_when_bus_database_and_disk_are_gone_all_is_back_up_to_the_last_archived_log(
    composed, acme, ca, tmp_path
):
    """Every volume is taken away but the one of backups, which is sealed; what the log had is there, and told again."""
    by = {name: replace(composed, engine=composed.engine | _passphrase(tmp_path, name)) for name in ("right", "wrong")}

    async def do(*arguments, who=by["right"]):
        return await asyncio.to_thread(who.compose, *arguments)

    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        await do("run", "--rm", "backup")
        await do("run", "--rm", "keep-keys")
        await posted_meanwhile(composed, posted)
    await settled(composed, posted)
    cases = asked(composed, "SELECT count(*) FROM cases.cases")
    # The moment up to which all is to be back.
    await archived(composed)
    base = (await do("exec", "-T", "postgres", "ls", "/backups/base")).split()
    (keys,) = (await do("run", "--rm", "--entrypoint", "ls", "open-keys", "/backups/keys")).split()
    assert re.search(r"sealed [1-9]", await do("run", "--rm", "seal"))
    left = await do("run", "--rm", "--entrypoint", "find", "seal", "/backups/base", "-type", "f")
    assert {line.rpartition("/")[2] for line in left.split()} == {"backup.json", "database.sealed"}
    with pytest.raises(Failed, match="Permission denied"):
        await do("exec", "-T", "postgres", "ls", "/backups/keys")
    await do("--profile", "backup", "down")
    for volume in ("keys", "nats", "postgres"):
        composed.docker("volume", "rm", f"{composed.project}_{volume}")
    began = time.monotonic()
    with pytest.raises(Failed, match="the data was not taken: wrong"):
        await do("run", "--rm", "open", max(base), who=by["wrong"])
    await do("run", "--rm", "open-keys", keys)
    await do("run", "--rm", "open", max(base))
    await do("run", "--rm", "restore", max(base))
    composed.up()
    await do("run", "--rm", "shut")
    print(f"all gone: back after {time.monotonic() - began:.1f} s")
    await settled(composed, posted)
    assert asked(composed, "SELECT count(*) FROM cases.cases") == cases
    assert astray(composed) == []
    # Whoever had a password has it still.
    async with traffic(composed, acme, ca) as again:
        await posted_meanwhile(composed, again)
    await books(composed, again, "after it came back")
