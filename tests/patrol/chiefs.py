"""Posts of chiefs, their office, and what the clock of duties tells of them."""

import json
from datetime import UTC, date, datetime

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.language.values import PersonRef, UnitRef
from contracts.patrol import (
    ListDuties,
    RecordPatrol,
)
from contracts.roster import Appointment, Post, PostStated
from services.patrol.duty import clock
from services.patrol.duty.law import DUTY
from services.patrol.service import patrol
from services.runtime.problem import Problem
from services.runtime.reference import law
from tests.patrol.variants import SEASONS, table
from tests.telling import answered, asking, hear, heard

COUNTY, TOWN, VILLAGE = Division("360222000000"), Division("360222104000"), Division("360222104201")


def china(year, month, day, hour=0, minute=0):
    """A moment by the clocks of China."""
    return datetime.fromisoformat(f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00").astimezone(UTC)


def held(person, first, last=None):
    at = datetime(2019, 1, 1, tzinfo=UTC)
    return Appointment(person=PersonRef(id=person, name=person), held_from=first, held_to=last, recorded_at=at)


def post(id, role="chief", division=TOWN, *appointments, ended_on=None):
    held_by = appointments or (held(f"p-{id}", date(2019, 1, 1)),)
    unit = UnitRef(id=f"u-{division}", name="乡政府")
    return Post(
        id=id, role=role, title=role, area_id=division, division=division, unit=unit, ended_on=ended_on,
        appointments=held_by if appointments != (None,) else (),
    )  # fmt: skip


OFFICE = post("office-1", "office", COUNTY)


async def enrol(tx, *posts):
    await hear(patrol, tx, [heard(PostStated(post=one), "roster", n) for n, one in enumerate((*posts, OFFICE), 1)])


async def ticks(tx, *at):
    """What the clock tells at some moments, by fact, post and rule."""
    told = []
    for now in at:
        tx.now = now
        for work in (clock.open_duties, clock.remind, clock.close_duties):
            while news := await work(tx):
                told += news
    return told


def said(told, *of):
    return [
        (type(one), one.duty.post_id, one.duty.rule, str(one.duty.first)) for one in told if not of or type(one) in of
    ]


async def ask(tx, command, actor="p-office-1", division=UNKNOWN):
    return await answered(patrol, tx, asking(command, actor, division, tx.now))


async def refused(tx, command, actor="p-office-1", division=UNKNOWN):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor, division)
    return problem.value


FIFTH = china(2020, 6, 5, 9)


def patrolled(post_id="t-1", day=FIFTH, **more):
    return RecordPatrol(
        **{"post_id": post_id, "way": "everyday", "started_at": day, "ended_at": day, "place": "瑶里", **more}
    )


async def only_duty(tx, **asked):
    (one,) = (await ask(tx, ListDuties(**asked))).body.duties
    return one


async def put(tx, rules, amendments=()):
    """Take a rule table up in the place of the one that is in force."""
    text = table_text(rules, amendments)
    number = await tx.sql.fetchval("SELECT count(*) FROM laws")
    await law.take_up(tx, DUTY, text, number + 1, "operator")


def table_text(rules, amendments):
    stated = {
        "law": "patrol.duty", "version": "9", "source": "s", "grace_days": 3, "seasons": SEASONS,
        "holidays": [], "checklist": {}, "rules": rules, "amendments": list(amendments),
    }  # fmt: skip
    assert table(rules, amendments) is not None
    return json.dumps(stated)
