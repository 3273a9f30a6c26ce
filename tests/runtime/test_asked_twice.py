"""The same command asked twice at once, as whoever got no answer in time does, is done once and answered alike."""

import asyncio
from uuid import UUID

from contracts.every_service import DiscardDeadLetters, operation_subject
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import dump
from contracts.language.rules import broken
from services.runtime.answering.commands import Answering
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.messages import Answer
from services.runtime.problem import Problem
from tests.runtime.parts_of_targets import parts_of_targets
from tests.servers import NOW, migrated
from tests.telling import connect
from tests.waiting import until


async def test_the_one_that_waited_its_turn_gets_the_answer_and_no_refusal(bus):
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        await parts.rows("CREATE TABLE turn AS SELECT false AS taken")
        first_has_it, go_on = asyncio.Event(), asyncio.Event()

        async def take_turn(tx, ask):
            if await tx.sql.fetchval("SELECT taken FROM turn FOR UPDATE"):
                raise Problem(409, "taken", broken("busy"))
            await tx.sql.execute("UPDATE turn SET taken = true")
            first_has_it.set()
            await go_on.wait()
            return Answer(Done(changed=1))

        handlers = {DiscardDeadLetters: take_turn}
        answering = Answering("targets", handlers, parts.pool, Clock(), Breaker("database"), parts.relay, parts.client)

        async def on(message):
            parts.begin(answering.on(message))

        await parts.client.subscribe("cmd.targets.>", cb=on)
        await parts.client.flush()
        operator = await connect(bus, OPERATOR)
        subject = operation_subject(DiscardDeadLetters, "targets", OPERATOR, UNKNOWN)
        type_ = DiscardDeadLetters.type().replace("*", "targets")
        told = to_headers(Envelope("once", OPERATOR, type_, NOW))
        body = dump(DiscardDeadLetters(ids=(UUID(int=1),), reason="重复"))

        async def ask():
            return (await operator.request(subject, body, headers=told, timeout=60)).data

        first = asyncio.create_task(ask())
        await first_has_it.wait()
        second = asyncio.create_task(ask())

        async def waits():
            blocked = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM turn%'"
            )
            return await parts.rows(blocked) == [(1,)]

        await until(waits)
        go_on.set()
        assert {await first, await second} == {dump(Done(changed=1))}
        await operator.close()
