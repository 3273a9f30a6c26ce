"""Rounds of a ranger for tests: a post, who holds it, who carries which terminal, and the points of a straight way."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.language.division import UNKNOWN
from contracts.language.values import PersonRef, UnitRef
from contracts.patrol import HoldTerminal, ListPatrols, PatrolReport, TrackBatch
from contracts.roster import Appointment, Post, PostStated
from services.patrol.duty import clock as duty_clock
from services.patrol.patrol import clock
from services.patrol.service import patrol
from services.runtime.problem import Problem
from tests.patrol.areas_and_reports import EAST, LAT, METRE, NOW, STATED, WEST
from tests.servers import transaction
from tests.telling import answered, asking, hear, heard

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_HOME = 117.02
"""A longitude of the western village."""


def held(person, first=date(2019, 1, 1), last=None):
    at = datetime(2019, 1, 1, tzinfo=UTC)
    return Appointment(person=PersonRef(id=person, name=person), held_from=first, held_to=last, recorded_at=at)


def post(id, role, division, area_id, *appointments):
    return Post(
        id=id, role=role, title=role, area_id=area_id, division=division,
        unit=UnitRef(id=f"u-{division}", name="村"), appointments=appointments or (held(f"p-{id}"),),
    )  # fmt: skip


RANGER = post("r-1", "ranger", WEST, f"{WEST}-g1")
OTHER = post("r-2", "ranger", EAST, f"{EAST}-g1")
OFFICE = post("office-1", "office", "360222000000", "360222000000")


async def enrol(tx, *posts):
    stated = [heard(PostStated(post=one), "roster", n) for n, one in enumerate((*posts, OFFICE), 1)]
    await hear(patrol, tx, stated)


async def hold(tx, terminal="t-1", person="p-r-1", post_id="r-1", since=datetime(2020, 1, 1, tzinfo=UTC), to=None):
    asked = HoldTerminal(
        source="acme", terminal=terminal, division=WEST, person_id=person, post_id=post_id,
        carried_from=since, carried_to=to,
    )  # fmt: skip
    await answered(patrol, tx, asking(asked, "operator", UNKNOWN, tx.now))


def fixes(begin, metres_walked=2400, every_s=30, pace=1.0, lon=AT_HOME, lat=LAT, **more):
    """A straight way to the east, a position each so many seconds, as a phone states it."""
    count = int(metres_walked / (pace * every_s)) + 1
    return [
        {
            "lon": lon_at,
            "lat": lat,
            "at": (begin + timedelta(seconds=every_s * n)).isoformat(),
            **more,
        }
        for n in range(count)
        for lon_at in [lon + n * every_s * pace * METRE]
    ]


def batch(id, points, terminal="t-1", source="acme", **more):
    stated = {"batch_id": id, "terminal": terminal, "datum": "cgcs2000", "points": points, **more}
    return heard(TrackBatch.model_validate_json(json.dumps(stated)), source)


def report(patrol_id, move, at, terminal="t-1", source="acme", **more):
    stated = {"patrol_id": patrol_id, "move": move, "at": at.isoformat(), "terminal": terminal, **more}
    return heard(PatrolReport.model_validate_json(json.dumps(stated, default=str)), source)


async def reports(tx, *said):
    return await hear(patrol, tx, list(said))


async def ticks(tx, *at):
    """What the clock of patrols tells at some moments, until it has nothing more to do."""
    told = []
    for now in at or (tx.now,):
        tx.now = now
        await clock.mark_patrols(tx)
        for work in (clock.watch_patrols, clock.judge_patrols):
            while news := await work(tx):
                told += news
    return told


BEGIN = NOW - 2 * HOUR


@asynccontextmanager
async def ground(dsn, *posts):
    """A transaction in which these posts stand, the terminal t-1 in the hands of the first ranger."""
    async with transaction(dsn, NOW) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        await enrol(tx, *posts)
        await hold(tx)
        yield tx


async def walk(tx, id="w-1", begin=BEGIN, lasts=40 * MINUTE, terminal="t-1", *, points=True, **more):
    """A round, begun and ended, and then its points; what was told of its moves."""
    told = await reports(tx, report(id, "begin", begin, terminal), report(id, "end", begin + lasts, terminal))
    if points:
        await reports(tx, batch(f"b-{id}", fixes(begin, **more), terminal))
    return told


async def walked(tx, *arguments, **more):
    """What is told when such a round is judged."""
    await walk(tx, *arguments, **more)
    return await ticks(tx)


async def patrols(tx, **asked):
    return (await ask(tx, ListPatrols(**asked), "operator")).body.patrols


async def only(tx, **asked):
    (one,) = await patrols(tx, **asked)
    return one


async def refused(tx, command, actor):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor)
    return problem.value


def kinds(told):
    return [type(one[1] if isinstance(one, tuple) else one) for one in told]


async def open_duties(tx):
    while await duty_clock.open_duties(tx):
        pass


async def ask(tx, command, actor, division=UNKNOWN):
    return await answered(patrol, tx, asking(command, actor, division, tx.now))
