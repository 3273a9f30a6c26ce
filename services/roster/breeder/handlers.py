"""Records the steps of a breeder's shut-down or conversion."""

from __future__ import annotations

from contracts.language.rules import Wrong
from contracts.roster import Breeder, RecordBreederStep, Register
from services.roster.breeder.breeder import BREEDERS, problems_of_step, with_steps
from services.roster.register.record import entry_named, put, seen_by
from services.roster.statement import require_lawful
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(RecordBreederStep)
async def record_step(tx: Transaction, ask: Ask[RecordBreederStep]) -> Answer:
    """The same step again changes nothing."""
    asked = ask.command
    before = await entry_named(tx, ask, Register.BREEDER, "breeder_id")
    breeder: Breeder = before.entry
    if asked.step in breeder.steps:
        return Answer(breeder)
    wrong = problems_of_step(breeder, breeder.steps, asked.step, await seen_by(tx, BREEDERS))
    require_lawful("entries", [Wrong(field=f"step.{field}", rule=rule) for field, rule in wrong])
    after = with_steps(breeder, (*breeder.steps, asked.step))
    return Answer(after, await put(tx, BREEDERS, [after], {breeder.id: before}, None))
