"""What can go wrong: each fault breaks something for a while and mends it again."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from clients.python.connection import read_headers
from contracts.wiring.streams import DURABLES
from deploy.local.bus import Bus
from services.runtime.wire import ended
from tests.faults.cluster import STREAM_NAMES, connected
from tests.faults.handover import hand_over
from tests.faults.load import Load
from tests.faults.proxy import Proxy, Trap
from tests.faults.replica import Replica
from tests.faults.rig import Rig
from tests.waiting import until

Fault = Callable[[Rig, Load, random.Random], Awaitable[None]]

COMMIT = re.compile(rb"COMMIT;\0")
PUBLISH = re.compile(rb"HPUB (?:patrol|cases|targets|notify|rejected)\.\S+ ")
ACKNOWLEDGE = re.compile(rb"PUB \$JS\.ACK\.[A-Z]+\.(?:patrol|cases|targets|notify)-\S+ +4\r\n\+ACK\r\n")
SAID_WITHIN_S = 120.0
NEXT_VERSION = "tests.faults.next_version"


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
    """SIGQUIT ends PostgreSQL as a crash does: nothing is written out, it recovers from its log. SIGINT restarts it."""
    assert rig.postgres.process is not None
    rig.postgres.process.send_signal(draw.choice((signal.SIGQUIT, signal.SIGINT)))
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


async def _cut_at(said: re.Pattern[bytes], proxies: Sequence[Proxy], draw: random.Random) -> None:
    """Once it is done and the answer is lost, once it is torn and not done; either may come first."""
    for passes in draw.sample((True, False), 2):
        trap = Trap(said, passes)
        for proxy in proxies:
            proxy.trap = trap
        await asyncio.wait_for(trap.sprung.wait(), SAID_WITHIN_S)


async def cut_at_commit(rig: Rig, load: Load, draw: random.Random) -> None:
    await _cut_at(COMMIT, [rig.database_proxy], draw)


async def cut_at_publish(rig: Rig, load: Load, draw: random.Random) -> None:
    await _cut_at(PUBLISH, rig.cluster.proxies, draw)


async def cut_at_acknowledgement(rig: Rig, load: Load, draw: random.Random) -> None:
    await _cut_at(ACKNOWLEDGE, rig.cluster.proxies, draw)


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
    admin = await asyncpg.connect(rig.admin_dsn)
    await rig.outboxes.full_for(2.0, admin)
    await admin.close()


async def shift_clock(rig: Rig, load: Load, draw: random.Random) -> None:
    """One replica of cases works as if it were two hours later, or earlier, until it has told something so dated."""
    replica = draw.choice(rig.of("cases"))
    shift = timedelta(hours=draw.choice((-2, 2)))
    sql = await asyncpg.connect(rig.dsn("cases"))
    now = await sql.fetchval("SELECT coalesce(max(id), 0) FROM outbox")
    dated = "abs(extract(epoch FROM substring(headers FROM 'ce-time: (\\S+)')::timestamptz - made_at)) > 3600"
    await replica.stop()
    replica.start(LINZHANG_CLOCK="bus")
    await rig.ready(only=replica)
    async with connected(rig.cluster, "demo") as demo:

        async def so() -> bool:
            await demo.publish("clock.now", (datetime.now(UTC) + shift).isoformat().encode())
            await demo.flush()
            return await sql.fetchval(f"SELECT EXISTS (SELECT FROM outbox WHERE id > $1 AND {dated})", now)

        await until(so, SAID_WITHIN_S, every_s=0.2)
    await sql.close()
    await replica.stop()
    replica.start()


async def poison(rig: Rig, load: Load, draw: random.Random) -> None:
    await load.poison(3)


async def repeat_facts(rig: Rig, load: Load, draw: random.Random) -> None:
    """Some facts that were told come again, the last first."""
    service = draw.choice(("patrol", "cases"))
    sql = await asyncpg.connect(rig.dsn(service))
    rows = await sql.fetch(
        """
        SELECT subject, headers, sequence, body FROM outbox
        WHERE subject NOT LIKE 'rejected.%' AND NOT EXISTS (SELECT FROM unsent WHERE unsent.id = outbox.id)
        ORDER BY id DESC LIMIT 30
        """
    )
    await sql.close()
    told = [(row["subject"], row["body"], read_headers(ended(row["headers"], row["sequence"]))) for row in rows]
    await load.again(told, service)


async def _told_by_both(rig: Rig) -> None:
    """From now on a fact of each version has been told."""
    sql = await asyncpg.connect(rig.dsn("cases"))
    now = await sql.fetchval("SELECT coalesce(max(id), 0) FROM outbox")

    async def so() -> bool:
        opened = "SELECT count(DISTINCT position('seen_from'::bytea IN body) > 0) FROM outbox WHERE id > $1"
        return await sql.fetchval(opened + " AND subject LIKE 'cases.opened.%'", now) == 2

    await until(so, SAID_WITHIN_S, every_s=0.1)
    await sql.close()


async def upgrade_under_load(rig: Rig, load: Load, draw: random.Random) -> None:
    """The replicas of cases go over to the next version of a fact, one after the other; the next time, back."""

    async def over(replica: Replica, module: str) -> None:
        await replica.stop()
        replica.module = module
        replica.start()
        await rig.ready(only=replica)

    first, second = rig.of("cases")
    module = "services.cases" if first.module == NEXT_VERSION else NEXT_VERSION
    await over(first, module)
    await _told_by_both(rig)
    await over(second, module)


async def wipe_the_bus(rig: Rig, load: Load, draw: random.Random) -> None:
    """Once intake has drained, the bus loses all it held; the office goes on meanwhile, and the relays refill it."""
    await load.pause(SAID_WITHIN_S)
    await rig.drained("INTAKE", "PATROL")
    await rig.cluster.wipe()
    await rig.refilled()
    load.go_on()


async def fill_bus_disk(rig: Rig, load: Load, draw: random.Random) -> None:
    """The stores of the bus cannot grow for a while: of one server, or of all. Then there is room again.

    A server that was refused by its disk stays ill; whoever looks at its health starts it anew.
    """
    cluster = rig.cluster
    full = cluster.stores if draw.random() < 0.5 else [draw.choice(cluster.stores)]
    for store in full:
        store.fill()
    await asyncio.sleep(draw.uniform(1.0, 2.5))
    for store in full:
        store.free()
    await cluster.cured()


async def fill_stream(rig: Rig, load: Load, draw: random.Random) -> None:
    """A stream comes to its budget and takes nothing more, until the operator gives it more."""
    await rig.cluster.at_its_limit(draw.choice(("PATROL", "CASES", "TARGETS", "NOTIFY")), draw.uniform(1.5, 3.0))


async def flood(rig: Rig, load: Load, draw: random.Random) -> None:
    await load.flood()


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
        cut_at_commit,
        cut_at_publish,
        cut_at_acknowledgement,
        delay,
        swallow,
        delete_durable,
        fill_disk,
        shift_clock,
        poison,
        repeat_facts,
        upgrade_under_load,
        wipe_the_bus,
        fill_bus_disk,
        fill_stream,
        flood,
        hand_over,
    )
}
LONG = (upgrade_under_load.__name__, wipe_the_bus.__name__, flood.__name__)
"""Once in a run is enough: they take long."""
