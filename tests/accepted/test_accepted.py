"""Whatever a contract accepts makes no handler raise anything but a refusal by name."""

import os
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from clients.python.connection import connect
from contracts.evidence.bucket import BUCKET
from contracts.language.division import Division
from contracts.language.message import Command
from contracts.language.rules import broken
from contracts.targets import ProgressReport, ShowPlan, ShowRecord
from contracts.wiring.table import ANSWERS, COMMANDS, HEARS
from services.runtime.problem import Problem
from services.runtime.service import Room, Service
from tests.accepted.drawing import Drawing
from tests.accepted.driving import NOT_BY_NAME, Driven
from tests.accepted.stands_before import AT, WORLDS
from tests.servers import migrated

SEED = int(os.environ.get("LINZHANG_ACCEPTED_SEED", "20200521"))
EXAMPLES = int(os.environ.get("LINZHANG_ACCEPTED_EXAMPLES", "120"))
"""Of each service; each is one to four payloads in a row."""
LATER = (timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=9), timedelta(days=400))


@asynccontextmanager
async def driving(service, bus_url):
    """The service on fresh tables; nothing of it stays."""
    connection = await asyncpg.connect(await migrated(service.name))
    bus = await connect(bus_url)
    await bus.jetstream().create_object_store(BUCKET)
    begun = connection.transaction()
    await begun.start()
    try:
        driven = Driven(service, connection, bus, AT)
        await driven.forget()
        await bus.subscribe(f"cmd.{service.name}.>", cb=driven.answering.on)
        yield driven
    finally:
        await bus.close()
        await begun.rollback()
        await connection.close()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.service.name)
async def test_what_a_contract_accepts_is_handled_or_refused_by_name_and_so_is_what_time_makes_of_it(world, plain_nats):
    name = world.service.name
    async with driving(world.service, plain_nats) as driven:
        pools = await world.make(driven)
        kinds = [*driven.messages, *driven.commands]
        assert set(kinds) == {*HEARS[name], *ANSWERS[name]}
        turns = Turns(world, driven, Drawing(kinds, SEED, max(5, EXAMPLES // 30)), pools)
        for _ in range(EXAMPLES):
            await turns.take(kinds)
        assert turns.holes == []
        assert turns.done >= EXAMPLES // 20, "hardly a command has been more than refused"


@pytest.mark.parametrize("error", [KeyError("area"), OverflowError("date value out of range")], ids=repr)
async def test_what_a_handler_raises_of_its_own_is_told_and_a_refusal_by_name_is_not(error, plain_nats):
    room = Room()

    async def hear(tx, heard: list):
        raise error

    async def answer(tx, ask):
        by_name = Problem(403, "outside-division", broken("within_subject"))
        raise by_name if isinstance(ask.command, ShowRecord) else error

    room.hears(*HEARS["targets"])(hear)
    room.answers(*COMMANDS["targets"])(answer)
    asked = [ProgressReport, ShowRecord, ShowPlan]
    async with driving(Service("targets", room), plain_nats) as driven:
        turns = Turns(WORLDS[2], driven, Drawing(asked, SEED, 5), {})
        for kind in asked:
            await turns.take([kind])
    assert [led[0][0] for _, led in turns.holes] == [ProgressReport.name, ShowPlan.name]


class Turns:
    """Payloads in a row, undone together; `holes` has what was raised, and all that led to it."""

    def __init__(self, world, driven, drawing, pools):
        self._world, self._driven, self._drawing, self._pools = world, driven, drawing, pools
        self._chance = drawing.chance
        self.holes = []
        self.done = 0

    async def take(self, kinds):
        led = []
        async with self._driven.undone():
            for _ in range(self._chance.choice((1, 1, 2, 3, 4))):
                kind = self._chance.choice(kinds)
                raised = await (self._ask(kind, led) if issubclass(kind, Command) else self._hear(kind, led))
                raised = raised or await self._later(led)
                if raised:
                    self.holes.append((raised, led))
                    return

    async def _hear(self, kind, led):
        payloads = [self._drawing.payload(kind, self._pools) for _ in range(self._chance.choice((1, 1, 2, 5)))]
        led.append((kind.name, *payloads))
        return await self._driven.hear(kind, payloads, [self._chance.choice(self._world.sources) for _ in payloads])

    async def _ask(self, kind, led):
        data = self._drawing.payload(kind, self._pools)
        actor, division = self._chance.choice(self._world.actors), self._chance.choice(self._world.divisions)
        led.append((kind.name, actor, data))
        problem = await self._driven.ask(kind, data, actor, Division(division))
        word = problem["type"].rpartition(":")[2] if problem else "done"
        self.done += not problem
        return [problem["detail"]] if word in NOT_BY_NAME else []

    async def _later(self, led):
        by = self._chance.choice(LATER)
        led.append(by)
        try:
            await self._driven.pass_time(by)
        except Exception as error:
            return [repr(error)]
        return []
