"""What cases does when it hears of incidents and posts, and how the moves that people ask for are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    AddCause,
    ApprovePlan,
    AskExtension,
    AssignCase,
    Case,
    CaseCommand,
    CaseCorroborated,
    CaseFact,
    CaseOpened,
    CaseReassigned,
    CauseAdded,
    CauseNamed,
    CloseCase,
    ConcludeReferral,
    DismissCase,
    DissolveUnit,
    GiveNotice,
    GrantExtension,
    HandUp,
    LinkSite,
    MergeCase,
    OverruleObjection,
    PassedOn,
    PassLookBack,
    RaiseObjection,
    ReassignCase,
    RecordParticulars,
    ReferCase,
    RefuseExtension,
    RefusePlan,
    RelapseCase,
    ReopenCase,
    ReturnCase,
    SendBackCase,
    ShowNoViolation,
    StartCase,
    SubmitCase,
    SubmitPlan,
    TransferCase,
    UpholdObjection,
    VerifyCase,
    VoidCase,
)
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.patrol import IncidentLinked, IncidentLocated, IncidentRevised
from contracts.roster import PostStated
from services.cases import case as rules
from services.cases import clock_store, closing, ladder_store, measuring, moving, rectify, referral, store
from services.cases.machine import MOVES as MACHINE
from services.cases.machine import OURSELVES, Act, acting, refuse_field, require_office, require_reach
from services.cases.post import Posts, handovers
from services.cases.recording import enter, record
from services.cases.store import Change
from services.runtime.messages import Answer, Ask, Heard, News
from services.runtime.reference import keep_newest
from services.runtime.service import Service
from services.runtime.transaction import Transaction

cases = Service("cases")
posts = cases.view(store.load_posts)
causes = cases.view(store.load_causes)
AT_ONCE = 200
"""Cases handled in one transaction of the clock."""


@cases.hears(PostStated, locks="post.id")
async def keep_posts(tx: Transaction, heard: list[Heard[PostStated]]) -> list[News]:
    """Keep the posts; where a known one gets another holder, its open cases will be passed on."""
    known = await posts.at(tx)
    stated = [(one.envelope.sequence, one.body.post) for one in heard]
    if await keep_newest(tx, "posts", stated):
        await posts.changed(tx)
        today = day_of(tx.now)
        await clock_store.expect_handovers(tx, [day for _, post in stated for day in handovers(known, post, today)])
    return []


@cases.hears(IncidentLocated, locks="incident.division")
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
    new = await store.unopened(tx, list(wanted))
    opening = [one for id, one in wanted.items() if id in new]
    known = {id: more for id, (_, more) in weights.items() if more and id not in new}
    news = await _weigh_more(tx, known, wanted)
    if not opening:
        return news
    numbers = await store.numbers(tx, [one.body.incident.division for one in opening])
    roster = await posts.at(tx)
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


@cases.hears(IncidentLinked, locks="to")
async def corroborate(tx: Transaction, heard: list[Heard[IncidentLinked]]) -> list[News]:
    """A report that says the same makes the case weigh more; it may be heard before the case is opened."""
    heaviest = {one.body.to: one for one in sorted(heard, key=lambda one: one.body.weight)}
    weights = await store.weigh(tx, {to: one.body.weight for to, one in heaviest.items()})
    return await _weigh_more(tx, {to: more for to, (_, more) in weights.items() if more}, heaviest)


Decide = Callable[[Case, Act, Any, Posts], CaseFact]

MOVES: dict[type[CaseCommand], Decide] = {
    VerifyCase: rectify.verify,
    DismissCase: rectify.dismiss,
    ReopenCase: rectify.reopen,
    AssignCase: rectify.assign,
    ReturnCase: rectify.give_back,
    ReassignCase: rectify.reassign,
    SubmitPlan: rectify.submit_plan,
    RefusePlan: rectify.refuse_plan,
    ApprovePlan: rectify.approve_plan,
    StartCase: rectify.start,
    AskExtension: rectify.ask_extension,
    GrantExtension: rectify.grant_extension,
    RefuseExtension: rectify.refuse_extension,
    ShowNoViolation: rectify.show_no_violation,
    SubmitCase: rectify.submit,
    SendBackCase: rectify.send_back,
    AcceptCase: rectify.accept,
    RecordParticulars: measuring.record,
    RaiseObjection: closing.raise_objection,
    UpholdObjection: closing.uphold,
    OverruleObjection: closing.overrule,
    PassLookBack: closing.pass_look_back,
    RelapseCase: closing.relapse,
    VoidCase: closing.void,
    ReferCase: referral.refer,
    AcknowledgeReferral: referral.acknowledge,
    ConcludeReferral: referral.conclude,
    HandUp: referral.hand_up,
}
"""The moves that need nothing but the case and the roster to be decided."""


def _answering(decide: Decide) -> Callable[[Transaction, Ask[CaseCommand]], Awaitable[Answer]]:
    async def answer(tx: Transaction, ask: Ask[CaseCommand]) -> Answer:
        case, act, roster = await lock(tx, ask)
        return await moved(tx, Change(case, decide(case, act, ask.command, roster), *_said(ask.command)))

    return answer


for _command, _decide in MOVES.items():
    cases.answers(_command)(_answering(_decide))


async def lock(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Posts]:
    """The case, locked until the transaction ends; who acts on it, on which business date; and the roster."""
    (case,), act, roster = await _lock_all(tx, ask, ask.command.on)
    return case, act, roster


async def lock_as_it_stands(tx: Transaction, ask: Ask[CaseCommand]) -> tuple[Case, Act, Posts]:
    """The same for what moves no case, so that its business date is not bound to the last move."""
    (case,), act, roster = await _lock_all(tx, ask, None)
    return case, act, roster


async def _lock_all(
    tx: Transaction, ask: Ask[CaseCommand], on: date | None, *others: UUID
) -> tuple[list[Case], Act, Posts]:
    """The case and others, locked in the order of their ids."""
    locked = await store.locked_all(tx, [ask.command.case_id, *others])
    roster = await posts.at(tx)
    actor = roster.actor(ask.actor, day_of(tx.now))
    for case in locked:
        require_reach(ask, actor, case)
    return locked, acting(actor, tx.now, on, *locked), roster


async def moved(tx: Transaction, *changes: Change) -> Answer:
    """Write the moves; the answer is the first case after its own."""
    return Answer(changes[0].fact.case, await record(tx, changes))


def _said(command: CaseCommand) -> tuple[str, str | None]:
    """The verb of a command is the word of its move."""
    return command.parts()[1], getattr(command, "reason", None)


@cases.answers(GiveNotice)
async def notice(tx: Transaction, ask: Ask[GiveNotice]) -> Answer:
    case, act, roster = await lock(tx, ask)
    told = closing.notice(case, act, ask.command, roster, await causes.at(tx))
    return await moved(tx, Change(case, told, "notice"))


@cases.answers(CloseCase)
async def close(tx: Transaction, ask: Ask[CloseCase]) -> Answer:
    case, act, roster = await lock(tx, ask)
    repeats = await store.repeats(tx, case, ask.command.cause or case.cause, rules.repeats_since(act.on))
    told = closing.close(case, act, ask.command, roster, await causes.at(tx), repeats)
    return await moved(tx, Change(case, told, "close"))


@cases.answers(TransferCase)
async def transfer(tx: Transaction, ask: Ask[TransferCase]) -> Answer:
    case, act, roster = await lock(tx, ask)
    told, *left = moving.transfer(case, act, ask.command, roster)
    return await moved(tx, Change(case, told, "transfer", ask.command.reason, tuple(left)))


@cases.answers(MergeCase)
async def merge(tx: Transaction, ask: Ask[MergeCase]) -> Answer:
    (case, into), act, roster = await _lock_all(tx, ask, ask.command.on, ask.command.into)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    merged, survivor = moving.merge(case, into, act, ask.command, roster, letters)
    changes = [Change(case, merged, "merge", ask.command.reason)]
    for fact in survivor:
        changes.append(Change(into, fact, "survive"))
        into = fact.case
    return await moved(tx, *changes)


@cases.answers(LinkSite)
async def link_site(tx: Transaction, ask: Ask[LinkSite]) -> Answer:
    (case, other), act, roster = await _lock_all(tx, ask, ask.command.on, ask.command.other)
    here, there = moving.link_site(case, other, act, ask.command, roster)
    return await moved(tx, Change(case, here, "link_site"), Change(other, there, "link_site"))


@cases.answers(DissolveUnit)
async def dissolve_unit(tx: Transaction, ask: Ask[DissolveUnit]) -> Answer:
    """What it must put right goes to the successor with its day, else back to the office; again while there is more.

    A successor is answerable for what was already submitted or closed as well.
    """
    roster = await posts.at(tx)
    today = day_of(tx.now)
    actor = roster.actor(ask.actor, today)
    require_office(actor, ask.division)
    successor = ask.command.successor and roster.unit(ask.command.successor.id, today)
    if ask.command.successor and successor is None:
        refuse_field("successor.id", broken("unit_of_roster"))
    if successor is not None and successor.id == ask.command.unit.id:
        refuse_field("successor.id", broken("another_unit"))
    words = ("reassign", "succeed") if successor else ("take_back",)
    states = [state for word in words for state in MACHINE[word].before]
    of_unit = await store.of_unit(tx, ask.command.unit.id, states, ask.division, AT_ONCE)
    changes = []
    for case in of_unit:
        act = acting(actor, tx.now, None, case)
        word, passed = rectify.pass_to(case, act, successor, roster)
        told = rules.told(CaseReassigned, passed, act, reason=ask.command.reason)
        changes.append(Change(case, told, word, ask.command.reason))
    return Answer(PassedOn(cases=tuple(case.ref.id for case in of_unit)), await record(tx, changes))


@cases.answers(AddCause)
async def add_cause(tx: Transaction, ask: Ask[AddCause]) -> Answer:
    require_office((await posts.at(tx)).actor(ask.actor, day_of(tx.now)), ask.division)
    named = CauseNamed(cause=ask.command.cause, words=ask.command.words, words_en=ask.command.words_en)
    if named.cause in await causes.at(tx):
        refuse_field("cause", broken("not_in_list_yet"))
    await store.add_cause(tx, named)
    await causes.changed(tx)
    return Answer(named, [CauseAdded(**dict(named), division=ask.division, by=ask.actor, at=tx.now)])
