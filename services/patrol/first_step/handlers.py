"""Who takes the first step of an incident says so; a case that is verified or dismissed says it by itself."""

from __future__ import annotations

from contracts.language.rules import Wrong, broken
from contracts.language.values import day_of
from contracts.patrol import FirstStepShown, FirstStepTaken, TakeFirstStep
from services.patrol.acting.record import acting_post
from services.patrol.first_step import store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem, refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(TakeFirstStep)
async def take_first_step(tx: Transaction, ask: Ask[TakeFirstStep]) -> Answer:
    asked = ask.command
    found = await store.locked(tx, asked.incident_id)
    if found is None:
        rule = broken("no_incident")
        raise Problem(404, "no-such-incident", rule, errors=[Wrong(field="incident_id", rule=rule)])
    incident, due_at = found
    ask.require_within(incident.division)
    post = await acting_post(tx, ask, asked.post_id, day_of(tx.now))
    if not post.division.contains(incident.division):
        refuse_field("post_id", broken("post_of_ground"))
    if due_at is None:
        refuse_field("incident_id", broken("no_first_step"))
    late = tx.now > due_at
    await store.taken(tx, [incident.id])
    fact = FirstStepTaken(incident=incident, at=tx.now, text=asked.text, late=late, by=ask.actor)
    return Answer(FirstStepShown(incident=incident, late=late), [fact])
