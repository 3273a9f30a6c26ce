"""What cases does when it hears of incidents."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from contracts.cases import CaseCorroborated, CaseOpened
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentRevised
from services.cases.case import case as rules
from services.cases.case import store as case_store
from services.cases.case.act import OURSELVES, ourselves
from services.cases.case.record import enter, record
from services.cases.case.store import Change
from services.cases.incident import store
from services.cases.post.store import POSTS
from services.cases.scope import scope
from services.runtime.messages import Heard, News
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
MOST_OPENED = 320
"""Cases opened in one transaction: each takes in memory many times what is heard of it."""


@room.hears(IncidentRevised, locks="incident.id")
async def follow_revised(tx: Transaction, heard: list[Heard[IncidentRevised]]) -> list[News]:
    """What corroborates another has no case of its own; what was an alarm alone may now be a case, too."""
    newest: dict[UUID, Heard[IncidentRevised]] = {}
    for one in sorted(heard, key=lambda one: one.body.incident.revision):
        if one.body.linked_to is None:
            newest[one.body.incident.id] = one
    news = await open_those(tx, newest)
    roster = await tx.see(POSTS)
    changes, causes = [], {}
    for incident_id, case, decided in await store.of_incidents(tx, list(newest)):
        one = newest[incident_id]
        act = ourselves(max(tx.now, case.since))
        facts = scope.follow(case, one.body.incident, act, roster, decided)
        if facts:
            causes[case.ref.id] = one
            changes.append(Change(case, facts[0], "revise", _reason(one), tuple(facts[1:])))
    return [*news, *((causes[fact.case.ref.id], fact) for fact in await record(tx, changes))]


def _reason(one: Heard[IncidentRevised]) -> str:
    return f"revision {one.body.incident.revision}"


@room.hears(IncidentLocated, locks="incident.division", most=MOST_OPENED)
async def open_cases(tx: Transaction, heard: list[Heard[IncidentLocated]]) -> list[News]:
    """Register a case for each incident that has none, with the posts answerable for its place."""
    first: dict[UUID, Heard[IncidentLocated]] = {}
    for one in heard:
        first.setdefault(one.body.incident.id, one)
    return await open_those(tx, first)


async def open_those(tx: Transaction, first: Mapping[UUID, Heard[IncidentLocated | IncidentRevised]]) -> list[News]:
    """A case for each of these incidents that shall have one and has none."""
    wanted = {id: one for id, one in first.items() if rules.opens_case(one.body.incident)}
    if not wanted:
        return []
    # Whoever else hears of one of them waits here until it is decided.
    weights = await store.weigh(tx, {id: one.body.incident.weight for id, one in wanted.items()})
    # Of an incident that nobody has weighed before nobody has opened a case: everybody weighs first.
    new = {id for id, (weight, gained) in weights.items() if weight == gained}
    if others := [id for id in wanted if id not in new]:
        new |= await store.unopened(tx, others)
    opening = [one for id, one in wanted.items() if id in new]
    known = {id: more for id, (_, more) in weights.items() if more and id not in new}
    news = await _weigh_more(tx, known, wanted)
    if not opening:
        return news
    numbers = await case_store.numbers(tx, [one.body.incident.division for one in opening])
    roster = await tx.see(POSTS)
    opened = [
        rules.open_case(one.body.incident, number, weights[one.body.incident.id][0], roster, tx.now)
        for one, number in zip(opening, numbers, strict=True)
    ]
    await enter(tx, opened, OURSELVES)
    return [
        *news,
        *(
            (one, CaseOpened.model_construct(case=case, by=OURSELVES, at=tx.now))
            for one, case in zip(opening, opened, strict=True)
        ),
    ]


async def _weigh_more(
    tx: Transaction,
    gained: Mapping[UUID, int],
    heard: Mapping[UUID, Heard[IncidentLocated | IncidentRevised | IncidentLinked]],
) -> list[News]:
    """What incidents gained weighs on their cases, whichever fact says it first."""
    if not gained:
        return []
    return [
        (heard[id], CaseCorroborated.model_construct(case=case, by=OURSELVES, at=tx.now))
        for id, case in await store.raise_weights(tx, gained)
    ]


@room.hears(IncidentLinked, locks="to", uses=("to", "weight"))
async def corroborate(tx: Transaction, heard: list[Heard[IncidentLinked]]) -> list[News]:
    """A report that says the same makes the case weigh more; it may be heard before the case is opened."""
    heaviest = {one.body.to: one for one in sorted(heard, key=lambda one: one.body.weight)}
    weights = await store.weigh(tx, {to: one.body.weight for to, one in heaviest.items()})
    return await _weigh_more(tx, {to: more for to, (_, more) in weights.items() if more}, heaviest)
