"""The system under the rig: the cluster, PostgreSQL behind a proxy, two replicas of each service, a small world."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from cli.enrolling import enrol_areas, enrol_posts
from clients.python.bus import connected
from contracts.cases import CaseOpened
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from demo.world import jingdezhen, world
from deploy.database.roles import make_roles
from deploy.local.postgres import Postgres, temporary_home
from deploy.nats.users import Integrator, Official, Users
from services.runtime.telling import outbox
from tests.bench.rig import resident_mb
from tests.faults.cluster import Cluster
from tests.faults.cluster import connected as connected_to
from tests.faults.desk import COUNTY, TOWN, WORKERS
from tests.faults.disk import Outboxes
from tests.faults.proxy import Proxy
from tests.faults.replica import Counts, Replica
from tests.faults.standing import AWAY, standing
from tests.faults.subscriber import Orderly, Subscriber
from tests.faults.tree import HERE, Tree
from tests.waiting import until

CITY = Division("360200000000")
POLICE = Orderly("police", (CaseOpened,), COUNTY)
DATABASE = "linzhang"
SUPERVISED_EVERY_S, COUNTED_EVERY = 0.3, 10
UNMOVED_S, AT_MOST_S = 90.0, 600.0
"""What is not at rest yet is waited for while it moves."""

Left = dict[str, int | str]
"""What is waited for, by name: how much, or why it cannot be asked."""


def small_world() -> list:
    """One town with its villages, and what lies above it."""
    above = {str(one) for one in TOWN.chain()}
    return [one for one in jingdezhen() if one.code in above or TOWN.contains(one.code)]


class Rig:
    """Everything that runs, and what it took at the beginning; `each` service has so many replicas, of one `tree`."""

    def __init__(self, home: Path, each: int = 2, tree: Tree = HERE) -> None:
        self.home, self.each, self.tree = home, each, tree
        officials = (Official(worker, CITY) for worker in WORKERS)
        self.users = Users((Integrator("acme"), Integrator("flooder"), *officials, POLICE))
        self.cluster = Cluster(home, self.users, tree)
        self.postgres = Postgres.prepare(home / "postgres")
        self.database_proxy = Proxy(self.postgres.port)
        self.outboxes = Outboxes(home / "small")
        self.subscriber = Subscriber(self.cluster, POLICE)
        self.replicas: list[Replica] = []
        self.restarted = 0
        self.at_rest: dict[str, tuple[float, int]] = {}

    def dsn(self, service: str) -> str:
        """Past the proxy, for whoever looks on."""
        return self.postgres.dsn(service, self.users.password(f"postgres-{service}"), DATABASE)

    @property
    def admin_dsn(self) -> str:
        return self.postgres.dsn("linzhang", self.postgres.password, DATABASE)

    def of(self, service: str) -> list[Replica]:
        return [replica for replica in self.replicas if replica.service == service]

    async def start(self) -> None:
        await asyncio.gather(self.cluster.start(), self._start_database())
        for service in SERVICES:
            settings = {
                "LINZHANG_NATS_URL": self.cluster.proxied(service),
                "LINZHANG_DATABASE_URL": self.dsn(service).replace(
                    f":{self.postgres.port}/", f":{self.database_proxy.port}/"
                ),
                "LINZHANG_RETRY_FIRST_S": "0.1",
            }
            for n in range(1, self.each + 1):
                replica = Replica(service, n, settings, self.home / f"{service}-{n}.log", self.tree)
                replica.start()
                self.replicas.append(replica)
        await self.ready()
        areas, posts = world(small_world())
        async with connected(self.cluster.direct(OPERATOR)[0], OPERATOR) as operator:
            _, wrong = await enrol_areas(operator, list(enumerate(areas)))
            assert wrong == [], wrong[:3]
            await enrol_posts(operator, posts)
        await self.settled()
        self.at_rest = {one.name: (resident_mb(one.pid), one.open_files()) for one in self.replicas}

    async def _start_database(self) -> None:
        await asyncio.to_thread(self.postgres.start, max_connections="60")
        self.database_proxy.target_port = self.postgres.port
        admin = await asyncpg.connect(self.postgres.admin_dsn)
        await admin.execute(f"CREATE DATABASE {DATABASE}")
        await admin.close()
        inside = await asyncpg.connect(self.admin_dsn)
        await make_roles(inside, {name: self.users.password(f"postgres-{name}") for name in SERVICES})
        await self.migrate(self.tree, *SERVICES)
        await self.outboxes.make(inside, self.postgres.home.stat().st_uid)
        await inside.close()
        await self.database_proxy.start()

    async def migrate(self, tree: Tree, *services: str) -> None:
        """Bring the schemas of services to what the code of a tree wants."""
        addresses = " ".join(f"{service}={self.dsn(service)}" for service in services)
        await tree.runs("services.runtime.tables.migrate", LINZHANG_MIGRATE=addresses)

    async def supervise(self) -> None:
        """What has ended by itself is started again, as any supervisor does."""
        for turn in itertools.count():
            if turn % COUNTED_EVERY == 0:
                await self.count()
            for replica in self.replicas:
                if replica.wanted and replica.ended:
                    self.restarted += 1
                    print(f"{replica.name} ended by itself: {' | '.join(replica.last_words())}", flush=True)
                    replica.start()
            await asyncio.sleep(SUPERVISED_EVERY_S)

    async def count(self) -> Counts:
        """What all replicas have counted; one that is killed takes the last seconds of its counting with it."""
        await asyncio.gather(*(asyncio.to_thread(replica.count) for replica in self.replicas))
        return Counts(
            *map(sum, zip(*(one for replica in self.replicas for one in replica.counts.values()), strict=True))
        )

    async def ready(self, within_s: float = 180.0, only: Replica | None = None) -> None:
        """Every replica says so, or that one; fails naming those that do not, with their reasons."""
        asked = self.replicas if only is None else [only]
        unready: dict[str, str] = {}

        async def so() -> bool:
            answers = await asyncio.gather(*(asyncio.to_thread(one.get, "/readyz") for one in asked))
            found = zip(asked, answers, strict=True)
            unready.clear()
            unready.update({one.name: f"{status} {reason}" for one, (status, reason) in found if status != 200})
            return not unready

        try:
            await until(so, within_s, every_s=0.1)
        except TimeoutError:
            raise AssertionError(f"not ready within {within_s:.0f} s: {unready}") from None

    async def unsent(self) -> dict[str, int]:
        """By service, the outbox rows that the bus has not acknowledged."""
        found = {}
        for service in SERVICES:
            sql = await asyncpg.connect(self.dsn(service))
            found[f"{service} unsent"] = (await outbox.unsent(sql))[0]
            await sql.close()
        return {name: count for name, count in found.items() if count}

    async def drained(self, *streams: str) -> None:
        """Our services have settled all that these streams have, and their owners have told it all."""
        ours = [one.name for of_service in DURABLES.values() for one in of_service if one.stream in streams]

        async def left() -> Left:
            waiting, unsent = await self.cluster.waiting(), await self.unsent()
            return {
                **{name: waiting[name] for name in ours if waiting[name]},
                **{name: n for name, n in unsent.items() if name.split()[0].upper() in streams},
            }

        await self._patiently("drained", left)

    async def refilled(self) -> None:
        """Every relay has seen that its stream is another one, and told it what it had on record by then."""

        async def left() -> Left:
            found: Left = {}
            async with connected_to(self.cluster, "reader") as bus:
                for service in SERVICES:
                    made_at = (await self.cluster.info(bus, service.upper()))["created"]
                    sql = await asyncpg.connect(self.dsn(service))
                    try:
                        if (told := await sql.fetchval("SELECT stream_made_at FROM told")) != made_at:
                            found[service] = f"told {told}, made {made_at}"
                    finally:
                        await sql.close()
            return found

        await self._patiently("refilled", left)

    async def settled(self) -> None:
        """Nothing waits anywhere: no outbox, no durable, three times in a row."""

        async def left() -> Left:
            waiting = await self.cluster.waiting(*POLICE.durables())
            return {**{durable: n for durable, n in waiting.items() if n}, **await self.unsent()}

        await self._patiently("settled", left, times=3)

    async def _patiently(self, what: str, left: Callable[[], Awaitable[Left]], times: int = 1) -> None:
        """Until nothing is left, so many times in a row; in vain when nothing moves, or after very long."""
        quiet = 0
        started = moved_at = time.monotonic()
        before: Left = {}
        while quiet < times:
            try:
                found = await left()
            except AWAY as error:
                found = {"asking": repr(error)}
            now = time.monotonic()
            if found != before and "asking" not in found:
                before, moved_at = found, now
            if found and (now - moved_at > UNMOVED_S or now - started > AT_MOST_S):
                took, still = now - started, now - moved_at
                raise AssertionError(f"not {what} after {took:.0f} s, unmoved for {still:.0f} s: {found}")
            quiet = 0 if found else quiet + 1
            if quiet < times:
                await asyncio.sleep(0.2)

    async def stop(self) -> None:
        for replica in self.replicas:
            replica.kill()
        await self.cluster.stop()
        await self.database_proxy.stop()
        self.postgres.stop()
        self.outboxes.disk.take_away()


@asynccontextmanager
async def rig(each: int = 2, tree: Tree = HERE) -> AsyncIterator[Rig]:
    """A running one, taken down at the end; when it fails it says where everything stands, and keeps its logs."""
    found = Rig(temporary_home(), each, tree)
    try:
        await found.start()
        beside = [asyncio.create_task(one) for one in (found.supervise(), found.subscriber.run())]
        try:
            yield found
        finally:
            for one in beside:
                one.cancel()
    except BaseException:
        print(f"logs are kept in {found.home}\n{await standing(found)}", flush=True)
        await found.stop()
        raise
    else:
        await found.stop()
        shutil.rmtree(found.home, ignore_errors=True)
