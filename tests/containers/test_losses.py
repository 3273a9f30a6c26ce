"""What is lost of a system of containers, and comes back: reports are posted all the time, and none may be missing."""

import asyncio
import time

import pytest

from tests.containers.composed import KEPT_UP, SERVICES, Failed
from tests.containers.traffic import asked, astray, let_in, load_town, settled, traffic
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


async def test_certificates_are_renewed_and_nothing_is_lost(composed, acme, ca):
    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        before = [composed.inspect(one)["State"]["StartedAt"] for one in KEPT_UP]
        await asyncio.to_thread(composed.compose, "run", "--rm", "keys", "deploy.keys", "--renew")
        await asyncio.to_thread(composed.compose, "exec", "-T", "nats", "nats-server", "--signal", "reload=1")
        await asyncio.to_thread(composed.compose, "exec", "-T", "postgres", "pg_ctl", "reload")
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


async def test_when_bus_database_and_disk_are_gone_all_is_back_up_to_the_last_archived_log(composed, acme, ca):
    """Every volume is taken away but the one of backups; what the log had is there again, and told again."""

    async def do(*arguments):
        return await asyncio.to_thread(composed.compose, *arguments)

    async with traffic(composed, acme, ca) as posted:
        await posted_meanwhile(composed, posted)
        await do("run", "--rm", "backup")
        await do("run", "--rm", "keep-keys")
        await posted_meanwhile(composed, posted)
    await settled(composed, posted)
    cases = asked(composed, "SELECT count(*) FROM cases.cases")
    # The moment up to which all is to be back.
    (segment,) = asked(composed, "SELECT pg_walfile_name(pg_switch_wal())")

    async def archived():
        kept = await asyncio.to_thread(asked, composed, "SELECT last_archived_wal FROM pg_stat_archiver")
        return kept[0] >= segment

    await until(archived, BACK_WITHIN_S)
    base = (await do("exec", "-T", "postgres", "ls", "/backups/base")).split()
    (keys,) = (await do("run", "--rm", "--entrypoint", "ls", "open-keys", "/backups/keys")).split()
    with pytest.raises(Failed, match="Permission denied"):
        await do("exec", "-T", "postgres", "ls", "/backups/keys")
    await do("down")
    for volume in ("keys", "nats", "postgres"):
        composed.docker("volume", "rm", f"{composed.project}_{volume}")
    began = time.monotonic()
    await do("run", "--rm", "open-keys", keys)
    await do("run", "--rm", "restore", max(base))
    composed.up()
    print(f"all gone: back after {time.monotonic() - began:.1f} s")
    await settled(composed, posted)
    assert asked(composed, "SELECT count(*) FROM cases.cases") == cases
    assert astray(composed) == []
    # Whoever had a password has it still.
    async with traffic(composed, acme, ca) as again:
        await posted_meanwhile(composed, again)
    await books(composed, again, "after it came back")
