"""Cases follow the reports that opened them: a later revision is heard, and what it says is what they say."""

from __future__ import annotations

from uuid import UUID

from contracts.language.values import day_of
from contracts.patrol import IncidentRevised
from services.cases import handlers, moving, store
from services.cases.handlers import cases
from services.cases.machine import OURSELVES, Act
from services.cases.post import Actor
from services.cases.recording import record
from services.cases.store import Change
from services.runtime.messages import Heard, News
from services.runtime.transaction import Transaction


@cases.hears(IncidentRevised, locks="incident.id")
async def follow_revised(tx: Transaction, heard: list[Heard[IncidentRevised]]) -> list[News]:
    """What corroborates another has no case of its own; what was an alarm alone may now be a case, too."""
    newest: dict[UUID, Heard[IncidentRevised]] = {}
    for one in sorted(heard, key=lambda one: one.body.incident.revision):
        if one.body.linked_to is None:
            newest[one.body.incident.id] = one
    news = await handlers.open_those(tx, newest)
    roster = await handlers.posts.at(tx)
    changes, causes = [], {}
    for incident_id, case, decided in await store.of_incidents(tx, list(newest)):
        one = newest[incident_id]
        act = Act(Actor(OURSELVES, ()), max(tx.now, case.since), day_of(max(tx.now, case.since)))
        facts = moving.follow(case, one.body.incident, act, roster, decided)
        if facts:
            causes[case.ref.id] = one
            changes.append(Change(case, facts[0], "revise", _reason(one), tuple(facts[1:])))
    return [*news, *((causes[fact.case.ref.id], fact) for fact in await record(tx, changes))]


def _reason(one: Heard[IncidentRevised]) -> str:
    return f"revision {one.body.incident.revision}"
