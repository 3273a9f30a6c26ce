"""What cases does when it hears of incidents, and what people may ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.cases import (
    Case,
    CaseAccepted,
    CaseAssigned,
    CaseClosed,
    CaseCorroborated,
    CaseDismissed,
    CaseFact,
    CaseOpened,
    CaseOverdue,
    CaseSentBack,
    CaseStarted,
    CaseSubmitted,
    CaseVerified,
)
from contracts.commands import (
    AcceptCase,
    AssignCase,
    CaseCommand,
    CaseList,
    CloseCase,
    DismissCase,
    ListCases,
    SendBackCase,
    ShowCase,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.event import Fact
from contracts.patrol import IncidentLinked, IncidentLocated
from contracts.roster import PostStated
from contracts.values import day_of
from services.cases import case as rules
from services.cases import store
from services.cases.post import Actor
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

cases = Service("cases")
posts = cases.view(store.load_posts)


@cases.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    if await keep_newest(tx, "posts", [(one.envelope.sequence, one.body.post) for one in heard]):
        await posts.changed(tx)
    return []


@cases.hears(IncidentLocated, locks="incident.division")
async def open_cases(tx: Transaction, heard: list[Heard[IncidentLocated]]) -> list[News]:
    """Register a case for each incident that has none, with the posts answerable for its place."""
    first: dict[UUID, Heard[IncidentLocated]] = {}
    for one in heard:
        if rules.opens_case(one.body.incident):
            first.setdefault(one.body.incident.id, one)
    new = await store.unopened(tx, sorted(first))
    if not new:
        return []
    opening = [one for incident_id, one in first.items() if incident_id in new]
    weights = await store.weigh(tx, {one.body.incident.id: one.body.incident.weight for one in opening})
    year = day_of(tx.now).year
    last = await store.take_numbers(tx, year, [one.body.incident.division[:6] for one in opening])
    roster = await posts.at(tx)
    news: list[News] = []
    opened: list[Case] = []
    for one in opening:
        incident = one.body.incident
        county = incident.division[:6]
        last[county] += 1
        number = rules.numbered(year, county, last[county])
        opened.append(rules.open_case(incident, number, weights[incident.id], roster, tx.now))
        news.append((one, CaseOpened.model_construct(case=opened[-1], by=rules.OURSELVES, at=tx.now)))
    await store.add(tx, opened, rules.OURSELVES)
    return news


@cases.hears(IncidentLinked, locks="to")
async def corroborate(tx: Transaction, heard: list[Heard[IncidentLinked]]) -> list[News]:
    """A report that says the same makes the case weigh more; it may be heard before the case is opened."""
    heaviest = {one.body.to: one for one in sorted(heard, key=lambda one: one.body.weight)}
    weights = await store.weigh(tx, {to: one.body.weight for to, one in heaviest.items()})
    grown = await store.raise_weights(tx, weights)
    return [
        (heaviest[case.incident_id], CaseCorroborated.model_construct(case=case, by=rules.OURSELVES, at=tx.now))
        for case in grown
    ]


@cases.answers(VerifyCase)
async def verify(tx: Transaction, ask: Ask[VerifyCase]) -> Answer:
    return await _move(tx, ask, CaseVerified)


@cases.answers(DismissCase)
async def dismiss(tx: Transaction, ask: Ask[DismissCase]) -> Answer:
    return await _move(tx, ask, CaseDismissed, reason=ask.command.reason)


@cases.answers(AssignCase)
async def assign(tx: Transaction, ask: Ask[AssignCase]) -> Answer:
    unit = (await posts.at(tx)).unit(ask.command.unit.id)

    def decide(case: Case, actor: Actor, at: datetime) -> Case:
        return rules.assign(case, actor, at, unit, ask.command.due_on)

    return await _move(tx, ask, CaseAssigned, decide)


@cases.answers(StartCase)
async def start(tx: Transaction, ask: Ask[StartCase]) -> Answer:
    return await _move(tx, ask, CaseStarted)


@cases.answers(SubmitCase)
async def submit(tx: Transaction, ask: Ask[SubmitCase]) -> Answer:
    said = {"measures": ask.command.measures, "evidence": ask.command.evidence}
    return await _move(tx, ask, CaseSubmitted, rules.submit, **said)


@cases.answers(SendBackCase)
async def send_back(tx: Transaction, ask: Ask[SendBackCase]) -> Answer:
    return await _move(tx, ask, CaseSentBack, rules.send_back, reason=ask.command.reason)


@cases.answers(AcceptCase)
async def accept(tx: Transaction, ask: Ask[AcceptCase]) -> Answer:
    return await _move(tx, ask, CaseAccepted, rules.accept)


@cases.answers(CloseCase)
async def close(tx: Transaction, ask: Ask[CloseCase]) -> Answer:
    return await _move(tx, ask, CaseClosed)


async def _move(
    tx: Transaction,
    ask: Ask[CaseCommand],
    told: type[CaseFact],
    decide: Callable[[Case, Actor, datetime], Case] | None = None,
    **said: Any,
) -> Answer:
    """One move: lock, decide, write, tell. The verb of the command is the word of the move."""
    word = type(ask.command).parts()[1]
    before = await store.locked(tx, ask.command.case_id)
    ask.require_within(before.ref.division)
    actor = (await posts.at(tx)).actor(ask.actor, day_of(tx.now))
    after = decide(before, actor, tx.now) if decide else rules.move(before, word, actor, tx.now)
    await store.save(tx, before, after, word, ask.actor, said.get("reason"))
    return Answer(after, [told(case=after, by=ask.actor, at=tx.now, **said)])


@cases.answers(ShowCase)
async def show(tx: Transaction, ask: Ask[ShowCase]) -> Answer:
    case = await store.found(tx, ask.command.case_id)
    ask.require_within(case.ref.division)
    return Answer(case)


@cases.answers(ListCases)
async def list_cases(tx: Transaction, ask: Ask[ListCases]) -> Answer:
    found, total = await store.listed(tx, ask.division, ask.command, day_of(tx.now))
    return Answer(CaseList(cases=found, total=total))


@cases.every(seconds=5.0)
async def tell_overdue(tx: Transaction) -> list[Fact]:
    """The day of the present owner has passed: told once for each owner and day."""
    return [
        CaseOverdue(case=case, by=rules.OURSELVES, at=tx.now, overdue_since=case.owner.due_on)
        for case in await store.take_overdue(tx, day_of(tx.now))
        if case.owner is not None
    ]


@cases.due
async def due(tx: Transaction) -> dict[str, int]:
    return {"overdue": await store.untold_overdue(tx, day_of(tx.now))}
