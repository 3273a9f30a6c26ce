"""Cases that are merged, transferred, linked, or whose unit is dissolved."""

from __future__ import annotations

from contracts.cases import CaseReassigned, DissolveUnit, LinkSite, MergeCase, PassedOn
from contracts.language.rules import broken
from contracts.language.values import day_of
from services.cases.case import case as rules
from services.cases.case import store as case_store
from services.cases.case.act import acting
from services.cases.case.handlers import lock_all, moved
from services.cases.case.record import record
from services.cases.case.store import AT_ONCE, Change
from services.cases.ladder import store as ladder_store
from services.cases.machine import MOVES, make, pass_to
from services.cases.post.by import require_office
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(MergeCase)
async def merge(tx: Transaction, ask: Ask[MergeCase]) -> Answer:
    (case, into), act, roster = await lock_all(tx, ask, ask.command.on, ask.command.into)
    letters = (await ladder_store.letters(tx, [case.ref.id]))[case.ref.id]
    merged, survivor = make(case, act, ask.command, roster, into, letters)
    changes = [Change(case, merged, "merge", ask.command.reason)]
    for fact in survivor:
        changes.append(Change(into, fact, "survive"))
        into = fact.case
    return await moved(tx, *changes)


@room.answers(LinkSite)
async def link_site(tx: Transaction, ask: Ask[LinkSite]) -> Answer:
    (case, other), act, roster = await lock_all(tx, ask, ask.command.on, ask.command.other)
    here, there = make(case, act, ask.command, roster, other)
    return await moved(tx, Change(case, here, "link_site"), Change(other, there, "link_site"))


@room.answers(DissolveUnit)
async def dissolve_unit(tx: Transaction, ask: Ask[DissolveUnit]) -> Answer:
    """What it must put right goes to the successor with its day, else back to the office; again while there is more.

    A successor is answerable for what was already submitted or closed as well.
    """
    roster = await tx.see(POSTS)
    today = day_of(tx.now)
    actor = roster.actor(ask.actor, today)
    require_office(actor, ask.division)
    successor = ask.command.successor and roster.unit(ask.command.successor.id, today)
    if ask.command.successor and successor is None:
        refuse_field("successor.id", broken("unit_of_roster"))
    if successor is not None and successor.id == ask.command.unit.id:
        refuse_field("successor.id", broken("another_unit"))
    words = ("reassign", "succeed") if successor else ("take_back",)
    states = [state for word in words for state in MOVES[word].before]
    of_unit = await case_store.of_unit(tx, ask.command.unit.id, states, ask.division, AT_ONCE)
    changes = []
    for case in of_unit:
        act = acting(actor, tx.now, None, case)
        word, passed = pass_to(case, act, successor, roster)
        told = rules.told(CaseReassigned, passed, act, reason=ask.command.reason)
        changes.append(Change(case, told, word, ask.command.reason))
    return Answer(PassedOn(cases=tuple(case.ref.id for case in of_unit)), await record(tx, changes))
