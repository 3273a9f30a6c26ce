"""What can go wrong: each fault breaks something for a while and mends it again."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from cli.bus import connected as asking
from contracts.commands import OPERATOR, Done, RefillBus
from contracts.division import UNKNOWN
from contracts.wiring import DURABLES, SERVICES
from deploy.local.bus import Bus
from tests.faults.cluster import STREAM_NAMES, connected
from tests.faults.load import Load
from tests.faults.proxy import Proxy
from tests.faults.rig import Rig

Fault = Callable[[Rig, Load, random.Random], Awaitable[None]]


async def kill_service(rig: Rig, load: Load, draw: random.Random) -> None:
    replica = draw.choice(rig.replicas)
    replica.kill()
    await asyncio.sleep(draw.uniform(0.1, 0.5))
    replica.start()


async def pause_service(rig: Rig, load: Load, draw: random.Random) -> None:
    await draw.choice(rig.replicas).hold(draw.uniform(1.0, 2.5))


async def _some_node(rig: Rig, draw: random.Random) -> Bus:
    """The leader of a stream by preference."""
    if draw.random() < 0.7:
        return await rig.cluster.leader(draw.choice(STREAM_NAMES))
    return draw.choice(rig.cluster.nodes)


async def kill_bus_node(rig: Rig, load: Load, draw: random.Random) -> None:
    node = await _some_node(rig, draw)
    node.kill()
    await asyncio.sleep(draw.uniform(0.3, 1.0))
    node.launch()
    await rig.cluster.healthy()


async def pause_bus_node(rig: Rig, load: Load, draw: random.Random) -> None:
    node = await _some_node(rig, draw)
    assert node.pid is not None
    os.kill(node.pid, signal.SIGSTOP)
    await asyncio.sleep(draw.uniform(0.5, 2.0))
    os.kill(node.pid, signal.SIGCONT)
    await rig.cluster.healthy()


async def kill_database(rig: Rig, load: Load, draw: random.Random) -> None:
    """SIGQUIT ends PostgreSQL as a crash does: nothing is written out, it recovers from its log."""
    assert rig.postgres.process is not None
    rig.postgres.process.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(rig.postgres.process.wait)
    await asyncio.to_thread(rig.postgres.start, max_connections="60")
    rig.database_proxy.target_port = rig.postgres.port


async def fill_database(rig: Rig, load: Load, draw: random.Random) -> None:
    """Every connection that PostgreSQL gives is taken, and those of the services are cut."""
    taken = []
    try:
        rig.database_proxy.cut()
        while True:
            try:
                taken.append(await asyncpg.connect(rig.admin_dsn))
            except asyncpg.TooManyConnectionsError:
                break
        await asyncio.sleep(1.0)
    finally:
        for one in taken:
            await one.close()


async def cut_database(rig: Rig, load: Load, draw: random.Random) -> None:
    rig.database_proxy.cut(reset=draw.random() < 0.5)


async def cut_bus(rig: Rig, load: Load, draw: random.Random) -> None:
    draw.choice(rig.cluster.proxies).cut(reset=draw.random() < 0.5)


def _any_proxy(rig: Rig, draw: random.Random) -> Proxy:
    return draw.choice((*rig.cluster.proxies, rig.database_proxy))


async def delay(rig: Rig, load: Load, draw: random.Random) -> None:
    proxy = _any_proxy(rig, draw)
    proxy.delay_s = draw.uniform(0.05, 0.2)
    await asyncio.sleep(1.5)
    proxy.delay_s = 0.0


async def swallow(rig: Rig, load: Load, draw: random.Random) -> None:
    """Bytes go in and nothing comes out; then the connections end."""
    proxy = _any_proxy(rig, draw)
    proxy.swallow(on=True)
    await asyncio.sleep(draw.uniform(0.5, 2.0))
    if draw.random() < 0.5:
        proxy.cut()
    proxy.swallow(on=False)


async def delete_durable(rig: Rig, load: Load, draw: random.Random) -> None:
    """The provisioner makes it anew; it begins with the first message of the stream."""
    durable = draw.choice([one for of_service in DURABLES.values() for one in of_service])
    async with connected(rig.cluster, "provisioner") as bus:
        await bus.request(f"$JS.API.CONSUMER.DELETE.{durable.stream}.{durable.name}", b"", timeout=5)
    await rig.cluster.provision()


async def fill_disk(rig: Rig, load: Load, draw: random.Random) -> None:
    """What PostgreSQL says when its disk is full, said by a trigger: a small disk cannot be made everywhere."""
    schema = draw.choice(("patrol", "cases", "notify"))
    admin = await asyncpg.connect(rig.admin_dsn)
    await admin.execute(
        f"""
        CREATE FUNCTION {schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.outbox EXECUTE FUNCTION {schema}.full_disk();
        """
    )
    await asyncio.sleep(2.0)
    await admin.execute(f"DROP TRIGGER full_disk ON {schema}.outbox; DROP FUNCTION {schema}.full_disk()")
    await admin.close()


async def shift_clock(rig: Rig, load: Load, draw: random.Random) -> None:
    """One replica of cases believes that it is two hours later."""
    replica = draw.choice(rig.of("cases"))
    await replica.stop()
    replica.start(LINZHANG_CLOCK="bus")
    async with connected(rig.cluster, "demo") as demo:
        for _ in range(8):
            await demo.publish("clock.now", (datetime.now(UTC) + timedelta(hours=2)).isoformat().encode())
            await demo.flush()
            await asyncio.sleep(0.2)
    await replica.stop()
    replica.start()


async def poison(rig: Rig, load: Load, draw: random.Random) -> None:
    await load.poison(3)


async def repeat_facts(rig: Rig, load: Load, draw: random.Random) -> None:
    """Some facts come again, the last first."""
    service = draw.choice(("patrol", "cases"))
    sql = await asyncpg.connect(rig.dsn(service))
    rows = await sql.fetch(
        "SELECT subject, headers, body FROM outbox WHERE subject NOT LIKE 'rejected.%' ORDER BY id DESC LIMIT 30"
    )
    await sql.close()
    await load.again([(row["subject"], row["body"], json.loads(row["headers"])) for row in rows], service)


async def upgrade_under_load(rig: Rig, load: Load, draw: random.Random) -> None:
    """The replicas of cases go over to the next version of a fact, one after the other."""
    for replica in rig.of("cases"):
        await replica.stop()
        replica.module = "tests.faults.next_version"
        replica.start()
        await rig.ready()


async def wipe_the_bus(rig: Rig, load: Load, draw: random.Random) -> None:
    """Once intake has drained, all that the bus held is gone; the outboxes refill it."""
    await load.pause()
    await rig.settled()
    await rig.cluster.wipe()
    await rig.ready()
    async with asking(rig.cluster.direct(OPERATOR)[0], OPERATOR) as operator:
        for service in SERVICES:
            await operator.ask(RefillBus(), OPERATOR, UNKNOWN, Done, service=service, timeout=30)
    load.go_on()


FAULTS: dict[str, Fault] = {
    one.__name__: one
    for one in (
        kill_service,
        pause_service,
        kill_bus_node,
        pause_bus_node,
        kill_database,
        fill_database,
        cut_database,
        cut_bus,
        delay,
        swallow,
        delete_durable,
        fill_disk,
        shift_clock,
        poison,
        repeat_facts,
        upgrade_under_load,
        wipe_the_bus,
    )
}
LONG = (upgrade_under_load.__name__, wipe_the_bus.__name__)
"""Once in a run is enough: they take long."""
