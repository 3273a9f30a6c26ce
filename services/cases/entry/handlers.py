"""Cases that no report opens: by the office and by a directive."""

from __future__ import annotations

from typing import Any

from contracts.cases import AssignCase, Case, CaseOpened, Instrument, OpenDirective, RegisterCase, VerifyCase
from contracts.language.division import Division
from contracts.language.rules import broken
from contracts.language.values import CHIEFS, day_of
from services.cases.case import case as rules
from services.cases.case import store as case_store
from services.cases.case.act import Act
from services.cases.case.record import enter, record
from services.cases.case.store import Change
from services.cases.entry import found as findings
from services.cases.entry.found import Found
from services.cases.machine import make
from services.cases.post.by import require_office
from services.cases.post.post import Roster
from services.cases.post.store import POSTS
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field, wrong
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(RegisterCase)
async def register(tx: Transaction, ask: Ask[RegisterCase]) -> Answer:
    """What the office knows from a finding, a complaint or a clue."""
    asked = ask.command
    act, roster = await act_in(tx, ask, asked.division)
    id = rules.case_id("command", ask.actor, ask.id)
    more = {"lon": asked.lon, "lat": asked.lat, "flags": asked.flags, "party": asked.party}
    (number,) = await case_store.numbers(tx, [asked.division])
    found = findings.found(asked, id, number, act.on)
    wrong(broken("cannot_register"), findings.problems_of(found, roster, act.on))
    case, opened = await enter_found(tx, found, act, roster, **more)
    return Answer(case, [opened])


@room.answers(OpenDirective)
async def open_directive(tx: Transaction, ask: Ask[OpenDirective]) -> Answer:
    """A directive item names its unit and day: it is registered, verified and assigned at once."""
    asked = ask.command
    act, roster = await act_in(tx, ask, asked.division)
    issuer = roster.by_id(asked.directive.issuer_post_id)
    if issuer is None or issuer.role not in CHIEFS or not issuer.division.contains(asked.division):
        refuse_field("directive.issuer_post_id", broken("issuer_post", division=asked.division))
    if asked.directive.instrument is Instrument.OTHER:
        known = ", ".join(one for one in Instrument if one != "other")
        refuse_field("directive.instrument", broken("one_of", known=known))
    id = rules.case_id("directive", ask.actor, ask.id)
    (number,) = await case_store.numbers(tx, [asked.division])
    item = findings.found(asked, id, number, act.on)
    named = {"found_on": "directive.issued_on"}
    problems = [(named.get(field, field), rule) for field, rule in findings.problems_of(item, roster, act.on)]
    wrong(broken("cannot_register_directive"), problems)
    case, opened = await enter_found(tx, item, act, roster, directive=asked.directive)
    verified = make(case, act, VerifyCase(case_id=id), roster)
    assigned = make(verified.case, act, AssignCase(case_id=id, unit=asked.unit, due_on=asked.due_on), roster)
    changes = [Change(case, verified, "verify"), Change(verified.case, assigned, "assign")]
    return Answer(assigned.case, [opened, *await record(tx, changes)])


async def act_in(tx: Transaction, ask: Ask[Any], division: Division) -> tuple[Act, Roster]:
    """Who enters it today, of an office that runs the book there; and the roster."""
    ask.require_within(division)
    roster, today = await tx.see(POSTS), day_of(tx.now)
    actor = roster.actor(ask.actor, today)
    require_office(actor, division)
    return Act(actor, tx.now, today), roster


async def enter_found(tx: Transaction, found: Found, act: Act, roster: Roster, **more: Any) -> tuple[Case, CaseOpened]:
    case = findings.enter(found, roster, tx.now, **more)
    await enter(tx, [case], act.actor.id)
    return case, rules.told(CaseOpened, case, act)
