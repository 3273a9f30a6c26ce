"""Reports that are posted all the time from outside, over TLS, each until the stream has it; and the books of them."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import shapely

from cli.enrolling import enrol_areas, enrol_posts
from clients.python.bus import connected
from clients.python.refused import BusError
from contracts.access import BusUser, PutUser, UserKept, UserKind
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.patrol import IncidentReport
from demo.world import jingdezhen, world
from deploy.local.ports import LOOPBACK
from deploy.nats.users import hashed, new_password
from tests.containers.composed import Composed
from tests.waiting import until

TOWN = Division("360222100000")
"""The reports come from its villages only, so that little has to be loaded."""
EVERY_S = 0.05
SETTLED_WITHIN_S = 120.0


async def load_town(system: Composed, ca: str) -> None:
    """Areas and posts of one town with what is above it, as the operator enrols them; heard by all."""
    areas, posts = world(jingdezhen())
    above = {str(division) for division in TOWN.chain()}
    async with connected(system.url("operator", "operator.json"), OPERATOR, ca_file=ca) as operator:
        _, wrong = await enrol_areas(
            operator, list(enumerate(one for one in areas if TOWN.contains(one.division) or one.id in above))
        )
        assert wrong == []
        await enrol_posts(operator, [one for one in posts if TOWN.contains(one.division) or one.area_id in above])
    async with connected(system.url("operator", "reader.json"), "reader", api_prefix="$JS.API", ca_file=ca) as reader:

        async def heard() -> bool:
            durables = await reader.consumers("ROSTER")
            return not any(one["num_pending"] or one["num_ack_pending"] for one in durables)

        await until(heard)


async def let_in(system: Composed, ca: str, name: str) -> str:
    """The address of an integrator that the operator has let in; only the hash of its password has been told."""
    password = new_password()
    user = BusUser(name=name, kind=UserKind.INTEGRATOR)
    async with connected(system.url("operator", "operator.json"), OPERATOR, ca_file=ca) as operator:
        kept = await operator.ask(PutUser(user=user, hash=hashed(password)), OPERATOR, UNKNOWN, UserKept)
    return f"tls://{kept.login}:{password}@{LOOPBACK}:{system.port}"


def places() -> list[tuple[float, float]]:
    """A point in each village of the town."""
    areas, _ = world(jingdezhen())
    grids = [one for one in areas if one.kind == "grid" and TOWN.contains(one.division)]
    points = [shapely.geometry.shape(one.boundary.model_dump()).representative_point() for one in grids]
    return [(point.x, point.y) for point in points]


@dataclass
class Traffic:
    """What has been acknowledged so far, and the longest that one report had to be posted for."""

    source: str
    acknowledged: set[str] = field(default_factory=set)
    longest_s: float = 0.0

    async def post(self, url: str, ca: str, told: asyncio.Event) -> None:
        """As the user of the address, until told to stop; what has been begun is posted until it is acknowledged."""
        choose, at, began_at, number = random.Random(2020), places(), int(time.time()), 0
        began, report = time.monotonic(), None
        while not told.is_set() or report is not None:
            try:
                async with connected(url, self.source, ca_file=ca) as bus:
                    while not told.is_set() or report is not None:
                        if report is None:
                            number += 1
                            report = self._report(f"{began_at}-{number}", *choose.choice(at), choose)
                            began = time.monotonic()
                        await bus.post(IncidentReport, self.source, report)
                        self.acknowledged.add(report["external_id"])
                        self.longest_s = max(self.longest_s, time.monotonic() - began)
                        report = None
                        await asyncio.sleep(EVERY_S)
            except BusError:
                await asyncio.sleep(EVERY_S)

    @staticmethod
    def _report(number: str, lon: float, lat: float, choose: random.Random) -> dict[str, Any]:
        return {
            "external_id": number,
            "kind": choose.choice(("felling", "waste")),
            "at": {"lon": lon, "lat": lat, "datum": "cgcs2000"},
            "seen_at": (datetime.now(UTC) - timedelta(days=choose.randrange(40))).isoformat(),
            "reporter": "ranger",
        }


@asynccontextmanager
async def traffic(system: Composed, url: str, ca: str):
    """Posts as long as it is held."""
    told, posted = asyncio.Event(), Traffic(urlsplit(url).username or "")
    posting = asyncio.create_task(posted.post(url, ca, told))
    try:
        yield posted
    finally:
        told.set()
        await posting


def asked(system: Composed, sql: str) -> list[str]:
    """Lines that the database answers, asked inside its container."""
    command = ("exec", "-T", "postgres", "psql", "--username", "linzhang", "--dbname", "linzhang", "-AtX", "-c", sql)
    return system.compose(*command).splitlines()


async def settled(system: Composed, posted: Traffic) -> None:
    """Wait until every report that was acknowledged is an incident, all is told, and cases has heard of it."""

    async def so() -> bool:
        waits = await asyncio.to_thread(lambda: lost(system, posted) or unsent(system) or astray(system))
        return not waits

    await until(so, SETTLED_WITHIN_S, every_s=1.0)


def lost(system: Composed, posted: Traffic) -> list[str]:
    """Reports that were acknowledged and of which nothing is known."""
    known = set(asked(system, f"SELECT external_id FROM patrol.incidents WHERE source = '{posted.source}'"))
    return sorted(posted.acknowledged - known)


def unsent(system: Composed) -> int:
    """Facts that are not on the bus yet."""
    return sum(int(asked(system, f"SELECT count(*) FROM {name}.unsent")[0]) for name in SCHEMAS)


def astray(system: Composed) -> list[str]:
    """Incidents that no case came of though they stand alone, and those of which two came."""
    return asked(
        system,
        "SELECT i.id FROM patrol.incidents i LEFT JOIN cases.cases c ON c.incident_id = i.id"
        " WHERE i.linked_to IS NULL GROUP BY i.id HAVING count(c.id) != 1",
    )


SCHEMAS = ("roster", "patrol", "cases", "targets", "notify")
