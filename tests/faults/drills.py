"""Drills: under load a system loses its bus, its database, or both and the disk, and comes back as an operator does it.

`python -m tests.faults.drills [bus|database|all] [--seconds 10]` says what was lost and how long it took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from nats.errors import Error as NatsError

from cli.enrolling import enrol_areas, enrol_posts
from clients.python.bus import connected
from clients.python.refused import BusError
from contracts.cases import CaseOpened
from contracts.language.command import OPERATOR
from contracts.wiring.streams import DURABLES
from contracts.wiring.table import SERVICES
from demo.world import world
from deploy.local.home import Home, Run
from deploy.local.postgres import temporary_home
from deploy.nats.users import Integrator
from tests.cli.conftest import Up, linzhang
from tests.faults.reports import Posted, reports
from tests.faults.rig import small_world
from tests.streams import read_stream
from tests.waiting import until

PACE_S = 0.04
SOURCE = "acme"


@dataclass
class Told:
    """What one drill has shown: of the acknowledged reports how many nobody knows, before and after the integrator has
    posted them once more; how long it was without receipts, and how long after the operator began.
    """

    drill: str
    acknowledged: int = 0
    lost_before_repeat: int = 0
    lost: int = 0
    doubled: int = 0
    numbers_back: int = 0
    out_s: float = 0.0
    back_s: float = 0.0

    def wrong(self) -> dict[str, int]:
        """Figures that must be 0: what is on the bus when the database is lost is taken again by itself."""
        counted = {"lost": self.lost, "doubled": self.doubled, "numbers_back": self.numbers_back}
        if self.drill == "database":
            counted["lost_before_repeat"] = self.lost_before_repeat
        return {name: count for name, count in counted.items() if count}


@dataclass
class Integration:
    """An integrator that posts until it has the stream's receipt, and notes when."""

    home: Home
    posted: dict[str, Posted] = field(default_factory=dict)
    at_s: list[float] = field(default_factory=list)

    async def run(self) -> None:
        for one in self._drawn():
            await until(lambda one=one: self.post(one), within_s=600, every_s=PACE_S)
            self.posted[one.external_id] = one
            self.at_s.append(time.monotonic())
            await asyncio.sleep(PACE_S)

    def _drawn(self) -> itertools.filterfalse[Posted]:
        return itertools.filterfalse(lambda one: one.alarm, reports(small_world(), seed=7))

    async def post(self, one: Posted) -> bool:
        run = self.home.running()
        if run is None or SOURCE not in run.passwords:
            return False
        try:
            async with connected([run.url(SOURCE)], SOURCE) as bus:
                await bus.post_raw(one.subject, one.body, one.headers)
        except (BusError, NatsError, OSError):
            return False
        return True

    def longest_gap_s(self) -> float:
        return max(later - earlier for earlier, later in itertools.pairwise(self.at_s))


class Drill:
    """One system in `place`, with an archive and a backup beside it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.home = Home(place / "home")
        self.archive, self.backup = place / "archive", place / "backup"
        self.up = self._new()

    def _new(self) -> Up:
        return Up(self.home.path, "--archive", str(self.archive))

    @property
    def run(self) -> Run:
        run = self.home.running()
        assert run is not None
        return run

    async def begin(self) -> None:
        self.home.make()
        self.home.users_file.write((Integrator(SOURCE),))
        await self.up.start()
        areas, posts = world(small_world())
        async with connected([self.run.url(OPERATOR)], OPERATOR) as operator:
            await enrol_areas(operator, list(enumerate(areas)))
            await enrol_posts(operator, posts)
        await until(self.at_rest)
        said = linzhang(self.home.path, "backup", str(self.backup))
        assert said[0] == 0, said

    async def at_rest(self) -> bool:
        """Nothing waits anywhere."""
        async with connected([self.run.url("reader")], "reader", api_prefix="$JS.API") as reader:
            for stream in {durable.stream for name in SERVICES for durable in DURABLES.get(name, ())}:
                if any(one["num_pending"] or one["num_ack_pending"] for one in await reader.consumers(stream)):
                    return False
        for service in SERVICES:
            async with self.sql(service) as sql:
                if await sql.fetchval("SELECT EXISTS (SELECT FROM unsent)"):
                    return False
        return True

    @contextlib.asynccontextmanager
    async def sql(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.run.databases[service])
        try:
            yield connection
        finally:
            await connection.close()

    def kill(self, server: str, *folders: str) -> None:
        """The server ends as in a crash, and its data is gone before anybody can start it again."""
        os.kill(self.run.pids[server], signal.SIGKILL)
        for folder in folders:
            # At once: what is taken away file by file may be found half there by who starts it again.
            gone = (self.home.path / folder).rename(self.place / f"gone-{server}")
            shutil.rmtree(gone)

    async def restore(self) -> None:
        """What the operator does: end what is left, put the backup in its place, start."""
        await self.up.end()
        said = linzhang(self.home.path, "restore", str(self.backup), "--archive", str(self.archive), "--replace")
        assert said[0] == 0, said
        self.up = await self._new().start()

    async def located(self) -> Counter[str]:
        async with self.sql("patrol") as sql:
            rows = await sql.fetch("SELECT external_id FROM fates WHERE fate IN ('located', 'linked')")
        return Counter(row["external_id"] for row in rows)

    async def numbers_back(self) -> int:
        """Of how many cases the stream has a number that is not higher than the one before."""
        last: dict[str, int] = {}
        back = set()
        async with connected([self.run.url("provisioner")], "provisioner", api_prefix="$JS.API") as bus:
            for fact in await read_stream(bus.client, "CASES", f"{CaseOpened.name}.>"):
                if fact["sequence"] <= last.get(fact["key"], 0):
                    back.add(fact["key"])
                last[fact["key"]] = fact["sequence"]
        return len(back)


async def play(name: str, seconds: float) -> Told:
    """One drill from nothing to its figures."""
    place = temporary_home()
    drill = Drill(place)
    told = Told(name)
    try:
        await drill.begin()
        integration = Integration(drill.home)
        posting = asyncio.create_task(integration.run())
        await asyncio.sleep(seconds)
        match name:
            case "bus":
                before = drill.run
                drill.kill("nats", "nats/jetstream")
                began_s = time.monotonic()
                await until(lambda: _another(drill, before))
            case "database":
                drill.kill("postgres", "postgres/data")
                await asyncio.sleep(seconds)
                began_s = time.monotonic()
                await drill.restore()
            case "all":
                drill.kill("postgres")
                drill.kill("nats")
                for folder in ("postgres", "nats"):
                    shutil.rmtree(drill.home.path / folder, ignore_errors=True)
                began_s = time.monotonic()
                await drill.restore()
        known = len(integration.posted)
        await until(lambda: _more(integration, known), within_s=180)
        told.back_s = time.monotonic() - began_s
        await asyncio.sleep(seconds)
        posting.cancel()
        await asyncio.wait([posting])
        await until(drill.at_rest, within_s=180)
        told.acknowledged, told.out_s = len(integration.posted), integration.longest_gap_s()
        told.lost_before_repeat = len(integration.posted.keys() - (await drill.located()).keys())
        for one in list(integration.posted.values()):
            await until(lambda one=one: integration.post(one), within_s=60)
        await until(drill.at_rest, within_s=180)
        located = await drill.located()
        told.lost = len(integration.posted.keys() - located.keys())
        told.doubled = sum(n > 1 for n in located.values())
        told.numbers_back = await drill.numbers_back()
        return told
    except BaseException:
        print("".join(drill.up.said[-40:]))
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            await drill.up.end()
        shutil.rmtree(place, ignore_errors=True)


async def _another(drill: Drill, before: Run) -> bool:
    now = drill.home.running()
    return now is not None and now.pids["nats"] != before.pids["nats"]


async def _more(integration: Integration, known: int) -> bool:
    return len(integration.posted) > known + 1


def main() -> int:
    """1 where something was lost for good, done twice, or numbered backwards."""
    stated = argparse.ArgumentParser(description=__doc__)
    stated.add_argument("drill", nargs="?", choices=("bus", "database", "all"))
    stated.add_argument("--seconds", type=float, default=10.0)
    asked = stated.parse_args()
    found = 0
    for name in [asked.drill] if asked.drill else ("bus", "database", "all"):
        told = asyncio.run(play(name, asked.seconds))
        print(told, told.wrong() or "", flush=True)
        found |= bool(told.wrong())
    return found


if __name__ == "__main__":
    raise SystemExit(main())
