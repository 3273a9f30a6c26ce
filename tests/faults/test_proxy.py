"""A trap ends a connection before the answer: what was passed on is done, what was torn is not."""

import contextlib

import asyncpg
import nats
import pytest

from deploy.local.ports import LOOPBACK
from tests.faults.faults import ACKNOWLEDGE, COMMIT, PUBLISH
from tests.faults.proxy import Proxy, Trap
from tests.telling import connect
from tests.waiting import until

QUICK = 2.0


@contextlib.asynccontextmanager
async def trapped(port, said, passes):
    proxy = Proxy(port)
    await proxy.start()
    proxy.trap = Trap(said, passes)
    yield proxy
    await proxy.stop()


@pytest.mark.parametrize("passes", [True, False])
async def test_a_commit_without_an_answer_is_done_or_not(postgres, passes):
    admin = await asyncpg.connect(postgres.admin_dsn)
    await admin.execute("DROP TABLE IF EXISTS trapped; CREATE TABLE trapped (n int)")
    async with trapped(postgres.port, COMMIT, passes) as proxy:
        through = await asyncpg.connect(postgres.admin_dsn.replace(f":{postgres.port}/", f":{proxy.port}/"))
        with pytest.raises(asyncpg.PostgresConnectionError):
            async with through.transaction():
                await through.execute("INSERT INTO trapped VALUES (1)")
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"

    async def ended():
        return await admin.fetchval(others + " AND query ILIKE '%trapped%' OR query = 'COMMIT;'") == 0

    await until(ended)
    assert await admin.fetchval("SELECT count(*) FROM trapped") == (1 if passes else 0)
    await admin.execute("DROP TABLE trapped")
    await admin.close()


async def _through(bus, proxy, user):
    address = f"nats://{user}:{bus.users.password(user)}@{LOOPBACK}:{proxy.port}"
    prefix = f"_INBOX.{user}".encode()
    return await nats.connect(address, inbox_prefix=prefix, allow_reconnect=False, error_cb=_quiet, connect_timeout=2)


async def _quiet(error):
    pass


async def _gone(client):
    async def closed():
        return client.is_closed

    await until(closed)


@pytest.mark.parametrize("passes", [True, False])
async def test_a_publish_without_a_receipt_is_done_or_not(bus, passes):
    provisioner = await connect(bus, "provisioner")
    async with trapped(bus.port, PUBLISH, passes) as proxy:
        client = await _through(bus, proxy, "cases")
        await client.publish("cases.opened.v1.36.02.22.104.201", b"{}", headers={"Nats-Msg-Id": "1"})
        await _gone(client)
    assert (await provisioner.jetstream().stream_info("CASES")).state.messages == (1 if passes else 0)
    await provisioner.close()


@pytest.mark.parametrize("passes", [True, False])
async def test_an_acknowledgement_before_a_cut_is_heard_or_not(bus, passes):
    provisioner, cases = await connect(bus, "provisioner"), await connect(bus, "cases")
    await cases.jetstream().publish("cases.opened.v1.36.02.22.104.201", b"{}")
    async with trapped(bus.port, ACKNOWLEDGE, passes) as proxy:
        client = await _through(bus, proxy, "notify")
        asking = await client.jetstream().pull_subscribe_bind("notify-opened", "CASES")
        [message] = await asking.fetch(1, timeout=QUICK)
        await client.publish(message.reply, b"+ACK")
        await _gone(client)
    info = await provisioner.jetstream().consumer_info("CASES", "notify-opened")
    assert info.num_ack_pending == (0 if passes else 1)
    for one in (provisioner, cases):
        await one.close()
