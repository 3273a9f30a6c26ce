"""Asks at the end of a play what anybody may ask: sheets, the plan, how services stand, what streams hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import asyncpg

from cli.pages import pages
from cli.system.standing import status_of
from clients.python.bus import Bus
from contracts.cases import Sheet, ShowSheet
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.patrol import PatchesShown, ShowPatches
from contracts.roster import AreasListed, AreaStated, DivisionStated, ListAreas, PostStated
from contracts.targets import PlanShown, ShowPlan
from contracts.wiring.table import SERVICES
from demo.books.evidence import Body
from demo.in_depth.above import PROJECT
from demo.world import jingdezhen

CITY = Division("360200000000")
ENDS = tuple(date(year, 12, 31) for year in (2016, 2017, 2018, 2019)) + tuple(
    date(2020, month, 1) - timedelta(days=1) for month in range(2, 9)
)
"""The days at which the ledger is compared: years of the old ledgers, then each month of the play."""
STREAMS = ("INTAKE", "TRACKS", "PATROL", "CASES", "TARGETS", "NOTIFY", "REJECTED", "ROSTER")
AT_ONCE = 16


async def sheets(operator: Bus, campaigns: set[str]) -> dict[tuple[str | None, str, str, str], Body]:
    """Every campaign, the city and its counties, every month end."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def answered(campaign: str | None, area: Division, after: date, to: date) -> Body:
        async with gate:
            sheet = await operator.ask(ShowSheet(campaign=campaign, after=after, to=to), OPERATOR, area, Sheet)
        return sheet.model_dump(mode="json")

    asked = list(_windows(campaigns))
    answers = await asyncio.gather(*(answered(*one) for one in asked))
    keys = [(campaign, str(area), str(after), str(to)) for campaign, area, after, to in asked]
    return dict(zip(keys, answers, strict=True))


def _windows(campaigns: set[str]) -> Iterator[tuple[str | None, Division, date, date]]:
    for campaign in (None, *sorted(campaigns)):
        for area in (CITY, *(one.code for one in jingdezhen() if one.parent == CITY)):
            for after, to in pairwise(ENDS):
                yield campaign, area, after, to


async def plan(operator: Bus) -> dict[str, str]:
    """The amount reported for each target of 2020."""
    shown = await operator.ask(ShowPlan(year=2020), OPERATOR, CITY, PlanShown)
    return {one.target.id: str(one.total.reported) for one in shown.targets}


async def standing(operator: Bus) -> dict[str, Body]:
    """How each service stands, by its own answer."""
    found = await asyncio.gather(*(status_of(operator, service) for service in SERVICES))
    return {one.service: one.model_dump(mode="json") for one in found if one is not None}


async def kept(reader: Bus) -> dict[str, int]:
    """How many messages each stream holds; of roster's the states of areas, divisions and posts: it tells more."""
    told = await asyncio.gather(*(reader.stream_info(stream) for stream in STREAMS))
    states = (AreaStated, DivisionStated, PostStated)
    stated = await asyncio.gather(*(reader.subjects("ROSTER", f"{one.name}.>") for one in states))
    found = {stream: one["state"]["messages"] for stream, one in zip(STREAMS, told, strict=True)}
    return {**found, "ROSTER": sum(sum(subjects.values()) for subjects in stated)}


async def areas_mu(operator: Bus) -> dict[str, Decimal]:
    """How large each area is."""
    asked = pages(operator, lambda last: ListAreas(after=last), OPERATOR, CITY, AreasListed)
    return {one.id: one.area_mu async for page in asked for one in page.areas}


async def patches(operator: Bus) -> dict[str, int]:
    """How many of the demo's patches came to what."""
    shown = await operator.ask(ShowPatches(project=PROJECT), OPERATOR, CITY, PatchesShown)
    return dict(shown.whole.patches)


async def stored(dsn: str) -> dict[str, int]:
    """How many points there are of each terminal: where rangers walked is told to nobody on the bus."""
    sql = await asyncpg.connect(dsn)
    try:
        rows = await sql.fetch(
            """
            SELECT t.terminal, (SELECT count(*) FROM points p WHERE p.terminal = t.number)
                + (SELECT coalesce(sum(d.points), 0) FROM packed_days d WHERE d.terminal = t.number) AS points
            FROM terminals t
            """
        )
    finally:
        await sql.close()
    return {row["terminal"]: int(row["points"]) for row in rows}
