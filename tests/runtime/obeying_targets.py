"""A service in the place of targets whose handlers do as the message says: fail, be slow, collide, tell too much."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from contracts.cases import CaseOpened
from contracts.language.command import Done
from contracts.language.division import Division
from contracts.language.envelope import Envelope
from contracts.language.message import Command, Fact
from contracts.targets import Amounts, ProgressRecorded, ProgressReport, SetTarget, ShowPlan
from contracts.wiring.table import COMMANDS, HEARS
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.replica.serve import serve
from services.runtime.service import Room, Service
from services.runtime.transaction import Transaction
from tests.runtime.parts_of_targets import progress

room = Room()

TABLE = """
CREATE TABLE seen (id bigint GENERATED ALWAYS AS IDENTITY, source text, external_id text, batch integer, replica text);
CREATE TABLE tried (external_id text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE mended (sole boolean PRIMARY KEY);
"""
"""Where it writes down what it saw; `tried` is written outside the handler's transaction."""


class Poison(Exception):
    """What the handler of a poisonous message raises."""


async def _try(tx: Transaction, external_id: str) -> int:
    """How often this one has been tried, counted on a connection that no rollback reaches."""
    import asyncpg

    outside = await asyncpg.connect(os.environ["LINZHANG_DATABASE_URL"])
    try:
        await outside.execute("INSERT INTO tried (external_id) VALUES ($1)", external_id)
        tries: int = await outside.fetchval("SELECT count(*) FROM tried WHERE external_id = $1", external_id)
        return tries
    finally:
        await outside.close()


@room.hears(ProgressReport, locks="external_id")
async def see(tx: Transaction, heard: list[Heard[ProgressReport]]) -> Sequence[News]:
    """`entity` says what happens: fails-2, poison, deadlock, slow-3, bytes-1048576, or nothing of the kind."""
    for one in heard:
        what, _, number = one.body.entity.partition("-")
        if what == "ok":
            continue
        tries = await _try(tx, one.body.external_id)
        if what == "fails" and tries <= int(number):
            raise RuntimeError(f"failed {tries} times")
        if what == "poison" and not await tx.sql.fetchval("SELECT true FROM mended"):
            raise Poison("cannot be handled")
        if what == "deadlock" and tries == 1:
            await tx.sql.execute("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40P01'; END $$")
        if what == "slow":
            await asyncio.sleep(float(number))
    await tx.sql.executemany(
        "INSERT INTO seen (source, external_id, batch, replica) VALUES ($1, $2, $3, $4)",
        [(one.source, one.body.external_id, len(heard), os.environ.get("REPLICA")) for one in heard],
    )
    return [(one, _fact(one)) for one in heard]


def _fact(heard: Heard[ProgressReport]) -> ProgressRecorded:
    what, _, number = heard.body.entity.partition("-")
    entity = "x" * int(number) if what == "bytes" else "示范林场"
    return ProgressRecorded.model_construct(
        target_id=heard.body.target_id,
        division=Division("360222104201"),
        source=heard.source,
        external_id=heard.body.external_id,
        revision=1,
        entity=entity,
        plot=heard.body.plot,
        counted=Decimal(1),
        total=Amounts(),
        at=heard.envelope.time,
    )


if "TELLS_WHEN_DUE" in os.environ:

    @room.every(3600)
    async def tell_what_is_due(tx: Transaction) -> list[Fact]:
        """One fact, once."""
        if await tx.sql.fetchval("SELECT true FROM outbox LIMIT 1"):
            return []
        progressed = ProgressReport.model_validate(progress("due"))
        posted = Envelope("m-due", "acme", ProgressReport.type(), tx.now)
        return [_fact(Heard(progressed, posted, "intake.acme.progress.v1", "acme", 1))]


@room.hears(*(one for one in HEARS["targets"] if one is not ProgressReport))
async def _nothing(tx: Transaction, heard: list[Heard[CaseOpened]]) -> Sequence[News]:
    return []


@room.answers(SetTarget)
async def break_down(tx: Transaction, ask: Ask[SetTarget]) -> Answer:
    raise RuntimeError("this command always fails")


@room.answers(ShowPlan)
async def take_long(tx: Transaction, ask: Ask[ShowPlan]) -> Answer:
    """The later in the century, the longer: three seconds at its end."""
    await asyncio.sleep((ask.command.year - 2000) * 0.03)
    return Answer(Done(changed=ask.command.year))


@room.answers(*(one for one in COMMANDS["targets"] if one not in (SetTarget, ShowPlan)))
async def show(tx: Transaction, ask: Ask[Command]) -> Answer:
    return Answer(Done(changed=0))


stubborn = Service("targets", room)
if "ACK_WAIT_S" in os.environ:
    stubborn.subscriptions = [
        replace(s, durable=replace(s.durable, ack_wait_s=float(os.environ["ACK_WAIT_S"])))
        for s in stubborn.subscriptions
    ]

if __name__ == "__main__":
    serve(stubborn)
