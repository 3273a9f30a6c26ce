"""Records the steps of a breeder's shut-down or conversion."""

from __future__ import annotations

from contracts.language.rules import Wrong, broken
from contracts.roster import Breeder, RecordBreederStep, Register
from services.roster.area.store import take_turn
from services.roster.breeder.breeder import BREEDERS, problems_of_step, status_of
from services.roster.register import store
from services.roster.register.record import put, require_office, seen_by
from services.roster.statement import require_lawful
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(RecordBreederStep)
async def record_step(tx: Transaction, ask: Ask[RecordBreederStep]) -> Answer:
    """The same step again changes nothing."""
    asked = ask.command
    await take_turn(tx)
    before = await store.entries(tx, Register.BREEDER, [asked.breeder_id])
    if asked.breeder_id not in before:
        rule = broken("in_register", register=Register.BREEDER, id=asked.breeder_id)
        raise Problem(404, "no-such-entry", rule, errors=[Wrong(field="breeder_id", rule=rule)])
    breeder: Breeder = before[asked.breeder_id].entry
    await require_office(tx, ask, [breeder])
    if asked.step in breeder.steps:
        return Answer(breeder)
    wrong = problems_of_step(breeder, breeder.steps, asked.step, await seen_by(tx, BREEDERS))
    require_lawful("entries", [Wrong(field=f"step.{field}", rule=rule) for field, rule in wrong])
    after = breeder.model_copy(update={"steps": (*breeder.steps, asked.step)})
    after = after.model_copy(update={"status": status_of(after)})
    return Answer(after, await put(tx, BREEDERS, [after], before, None))
