"""What is lost of a system of containers, and comes back: reports are posted all the time, and none may be missing."""

import asyncio

import pytest

from tests.containers.composed import KEPT_UP, SERVICES
from tests.containers.traffic import let_in, load_town, settled, traffic, twice
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
    return await let_in(composed, ca, "acme")


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
    assert twice(composed) == []


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
