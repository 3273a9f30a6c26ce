"""What stands in the tables of each service before a payload comes, and by which names payloads speak of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from contracts.cases import (
    AddCause,
    AskExtension,
    AssignCase,
    DismissCase,
    GiveNotice,
    MergeCase,
    RaiseObjection,
    ReferCase,
    SubmitPlan,
    VoidCase,
)
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.language.values import UnitRef
from contracts.patrol import AlarmRaised
from contracts.roster import EnrolAreas, EnrolPosts, PostStated
from contracts.targets import SetTarget
from services.cases.machine import MOVES
from services.cases.service import cases
from services.notify.service import notify
from services.patrol.service import patrol
from services.roster.service import roster
from services.runtime.service import Service
from services.targets.service import targets
from tests.accepted.drawing import Pools
from tests.accepted.driving import Driven
from tests.cases.book import FULIANG, ask, opened
from tests.cases.county import CHIEF, OFFICE, POSTS, STATION, UNIT, VILLAGE, incident
from tests.cases.steps import MEASURES, PLANNED, STEPS_TO
from tests.cases.test_entering import CLOSED, TO_UNIT, importing, row
from tests.patrol.areas_and_reports import STATED, reported, walked
from tests.roster import areas_and_posts as town
from tests.roster.asked import POSTS as TOWN_POSTS
from tests.targets.plan import TARGET, target
from tests.targets.plan import reported as progress
from tests.telling import answered, asking, hear, heard

VILLAGE_CHIEF = "p-360222104201-village-chief"
AT = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
UNITS = tuple(
    {"id": one.id, "name": one.name} for one in (STATION, UnitRef(id="u-360222105000", name="单位 360222105000"))
)


@dataclass(frozen=True)
class World:
    """A service, what makes its world, and who speaks to it where."""

    service: Service
    make: Callable[[Driven], Awaitable[Pools]]
    actors: tuple[str, ...] = (OPERATOR,)
    divisions: tuple[Division, ...] = (FULIANG,)
    sources: tuple[str, ...] = ("acme", "other")


def days(*ahead: int) -> tuple[str, ...]:
    return tuple(str((AT + timedelta(days=day)).date()) for day in ahead)


def times(*ahead: float) -> tuple[str, ...]:
    return tuple((AT + timedelta(days=day)).isoformat() for day in ahead)


async def book(driven: Driven) -> Pools:
    """Cases in every state, everyday ones and those of campaigns, with letters, referrals and reviews."""
    await driven.hear_facts(*(PostStated(post=post) for post in POSTS))
    tx = driven.tx
    found = await opened(tx, *(incident(n) for n in range(1, 16)))
    ids = [fact.case.ref.id for fact in found]

    async def lead(case_id: str, until: str, planned: bool = False) -> None:
        for reached, steps in STEPS_TO.items():
            if reached == "on_notice":
                continue
            for command, by, said in PLANNED if planned and reached == "rectifying" else steps:
                await ask(tx, command(case_id=case_id, **said), by)
            if reached == until:
                return

    for case_id, until in zip(ids, [state for state in STEPS_TO if state != "on_notice"], strict=False):
        await lead(case_id, until)
    for case_id in ids[8:12]:
        await lead(case_id, "assigned")
    await ask(tx, DismissCase(case_id=ids[12], reason="无此事"))
    await ask(tx, VoidCase(case_id=ids[13], reason="录入有误"))
    await ask(tx, MergeCase(case_id=ids[14], into=ids[8], reason="重复"))
    await ask(tx, AskExtension(case_id=ids[9], due_on="2020-09-01", reason="雨季"), UNIT)
    await ask(tx, ReferCase(case_id=ids[10], kind="police", to={"id": "u-police", "name": "浮梁县公安局"}))
    old = await ask(tx, importing(row("1"), row("2", **TO_UNIT), row("3", **CLOSED), row("4"), row("5"), row("6")))
    verified = [fact.case.ref.id for fact in old.news if fact.case.state == "verified"]
    for case_id in verified[:2]:
        await ask(tx, AssignCase(case_id=case_id, **TO_UNIT))
        for command, by, said in (*PLANNED, *STEPS_TO["submitted"], *STEPS_TO["accepted"]):
            await ask(tx, command(case_id=case_id, **said), by)
        await ask(tx, GiveNotice(case_id=case_id, cause="no_permit"))
    await ask(tx, RaiseObjection(case_id=verified[0], reason="不属实"))
    await ask(tx, AssignCase(case_id=verified[2], **TO_UNIT))
    await ask(tx, SubmitPlan(case_id=verified[2], measures=MEASURES), UNIT)
    await ask(tx, AddCause(cause="new_cause", words="新原因", words_en="New cause"))
    await driven.pass_time(timedelta(days=40))
    rows = await driven.sql.fetch("SELECT id, state FROM cases ORDER BY id")
    stand = [(str(one["id"]), one["state"]) for one in rows]
    every = [case_id for case_id, _ in stand]
    lawful = {}
    for command in driven.commands:
        move = MOVES.get(command.parts()[1])
        if move and (ids := tuple(case_id for case_id, state in stand if state in move.before)):
            lawful[command.name] = {"case_id": ids}
    letters = [str(one["id"]) for one in await driven.sql.fetch("SELECT id FROM letters")]
    incidents = [str(incident(n).id) for n in range(1, 18)]
    return {
        **lawful,
        "case_id": tuple(every),
        "into": tuple(every),
        "other": tuple(every),
        "to": (*incidents, *UNITS),
        "incident_id": tuple(incidents),
        "linked_to": (*incidents, None),
        "letter_id": tuple(letters),
        "unit": UNITS,
        "successor": (*UNITS, None),
        "division": (VILLAGE, FULIANG, "360222104000"),
        "due_on": days(40, 41, 60, 400),
        "on": (*days(40, 39), None, None),
        "after": days(-400, -30, 0),
        "cause": ("no_permit", "new_cause"),
        "campaign": ("daily-2020", "green-shield-2018", "forest-inspection-2020", None),
        "n": (1, 2),
        "source": ("old", "acme"),
        "number": ("1", "2", "7"),
        "sampled": ([every[0]], every[:3], []),
    }


async def ground(driven: Driven) -> Pools:
    """A strip of ground with incidents seen on it, and a track."""
    await driven.hear_facts(*STATED)
    tx = driven.tx
    await hear(patrol, tx, [reported(f"r-{n}", lon=117.05 + n / 1000) for n in range(4)])
    await hear(patrol, tx, [walked("b-1", [(117.05, 29.05, AT), (117.0501, 29.05, AT + timedelta(seconds=20))])])
    incidents = tuple(str(one["id"]) for one in await driven.sql.fetch("SELECT id FROM incidents"))
    return {
        "external_id": ("r-0", "r-1", "r-9"),
        "revision": (1, 2, 3),
        "lon": (117.05, 117.051, 117.15, 29.05),
        "lat": (29.05, 29.06, 117.05),
        "seen_at": times(-1, 0, -0.5),
        "batch_id": ("b-1", "b-2"),
        "terminal": ("t-1", "t-2"),
        "at": (*times(0, -0.001, 1),),
        "incident_id": (*incidents, None),
    }


async def plan(driven: Driven) -> Pools:
    """A target with progress, and records of cases."""
    tx = driven.tx
    county = target(id="2020-county", parent_id=TARGET.id, division=FULIANG, amount=Decimal(100))
    for one in (TARGET, county):
        await answered(targets, tx, asking(SetTarget(target=one), OPERATOR, UNKNOWN))
    await hear(targets, tx, [progress("a"), progress("b", target_id=county.id)])
    return {
        "target_id": (TARGET.id, county.id),
        "parent_id": (TARGET.id, None),
        "external_id": ("a", "b", "c"),
        "revision": (1, 2, 3),
        "first": days(-40, -30),
        "last": days(-30, -10),
        "division": ("360200000000", FULIANG, "360222104000"),
        "year": (2020,),
        "post_id": ("360222104201-village-chief", "360222100001-village-chief"),
    }


async def board(driven: Driven) -> Pools:
    """Posts whose holders have been told of an alarm."""
    await driven.hear_facts(*(PostStated(post=post) for post in POSTS))
    await hear(notify, driven.tx, [heard(AlarmRaised(incident=incident(kind="fire")), "patrol")])
    notices = tuple(str(one["id"]) for one in await driven.sql.fetch("SELECT id FROM notices"))
    return {"notice_id": notices, "unit": (*UNITS, None), "at": times(0, -1)}


async def enrolled(driven: Driven) -> Pools:
    """A town with two villages and its posts."""
    await answered(roster, driven.tx, town.ask(EnrolAreas(areas=town.AREAS)))
    await answered(roster, driven.tx, town.ask(EnrolPosts(posts=TOWN_POSTS)))
    ids = tuple(one.id for one in town.AREAS)
    return {
        "post_id": tuple(one.id for one in TOWN_POSTS),
        "id": (*ids, *(one.id for one in TOWN_POSTS), "p-1"),
        "area_id": ids,
        "parent_id": (*ids, None),
        "division": (town.TOWN, town.WEST, town.EAST),
        "lon": (117.05, 117.1, 117.2),
        "lat": (29.05, 29.0),
        "held_from": days(0, -10, 10),
        "held_to": (*days(20, -5), None),
    }


WORLDS = (
    World(cases, book, (OFFICE, OFFICE, OFFICE, UNIT, UNIT, CHIEF, VILLAGE_CHIEF, OPERATOR)),
    World(patrol, ground, divisions=(UNKNOWN,)),
    World(targets, plan, divisions=(UNKNOWN, FULIANG)),
    World(notify, board, ("p-360222104201-g1-ranger", CHIEF, OPERATOR), (FULIANG, UNKNOWN)),
    World(roster, enrolled, (OPERATOR, "p-office"), (UNKNOWN, town.TOWN)),
)
