"""Cases that no report opens: by the office, by a directive, from a review, from an old ledger."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.cases import (
    AssignCase,
    Case,
    CaseImported,
    CaseOpened,
    CaseState,
    EntersAs,
    ImportCases,
    Imported,
    Instrument,
    LedgerLine,
    OldCase,
    OpenDirective,
    Owner,
    RegisterCase,
    RowRefused,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.language.rules import Rule, broken
from contracts.language.values import CHIEFS, day_of
from services.cases import case as rules
from services.cases import handlers, rectify, store
from services.cases.campaign import Causes, campaign_of
from services.cases.case import Found
from services.cases.handlers import cases
from services.cases.look_back import next_look_back
from services.cases.machine import Act, refuse_field, require_office, wrong
from services.cases.post import Posts
from services.cases.recording import enter, enter_ledger, record
from services.cases.store import Change
from services.runtime.messages import Answer, Ask
from services.runtime.transaction import Transaction


@cases.answers(RegisterCase)
async def register(tx: Transaction, ask: Ask[RegisterCase]) -> Answer:
    """What the office knows from a finding, a complaint or a clue."""
    asked = ask.command
    act, roster = await act_in(tx, ask, asked.division)
    id = rules.case_id("command", ask.actor, ask.id)
    more = {"lon": asked.lon, "lat": asked.lat, "flags": asked.flags, "party": asked.party}
    (number,) = await store.numbers(tx, [asked.division])
    found = rules.found(asked, id, number, act.on)
    wrong(broken("cannot_register"), rules.problems_of(found, roster, act.on))
    case, opened = await enter_found(tx, found, act, roster, **more)
    return Answer(case, [opened])


@cases.answers(OpenDirective)
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
    (number,) = await store.numbers(tx, [asked.division])
    item = rules.found(asked, id, number, act.on)
    named = {"found_on": "directive.issued_on"}
    problems = [(named.get(field, field), rule) for field, rule in rules.problems_of(item, roster, act.on)]
    wrong(broken("cannot_register_directive"), problems)
    case, opened = await enter_found(tx, item, act, roster, directive=asked.directive)
    verified = rectify.verify(case, act, VerifyCase(case_id=id), roster)
    assigned = rectify.assign(verified.case, act, AssignCase(case_id=id, unit=asked.unit, due_on=asked.due_on), roster)
    changes = [Change(case, verified, "verify"), Change(verified.case, assigned, "assign")]
    return Answer(assigned.case, [opened, *await record(tx, changes)])


async def act_in(tx: Transaction, ask: Ask[Any], division: Division) -> tuple[Act, Posts]:
    """Who enters it today, of an office that runs the book there; and the roster."""
    ask.require_within(division)
    roster, today = await handlers.posts.at(tx), day_of(tx.now)
    actor = roster.actor(ask.actor, today)
    require_office(actor, division)
    return Act(actor, tx.now, today), roster


async def enter_found(tx: Transaction, found: Found, act: Act, roster: Posts, **more: Any) -> tuple[Case, CaseOpened]:
    case = rules.enter(found, roster, tx.now, **more)
    await enter(tx, [case], act.actor.id)
    return case, rules.told(CaseOpened, case, act)


@cases.answers(ImportCases)
async def take_over(tx: Transaction, ask: Ask[ImportCases]) -> Answer:
    """Rows of an old ledger: the same row again changes nothing, a bad one is named, good ones are kept."""
    asked = ask.command
    campaign = campaign_of(asked.campaign)
    act, roster = await act_in(tx, ask, ask.division)
    listed = await handlers.causes.at(tx)
    ids = {row.number: rules.case_id("import", asked.source, row.number) for row in asked.rows}
    known = await store.digests(tx, list(ids.values()))
    good: list[tuple[OldCase, EntersAs, Found, bytes]] = []
    refused: list[RowRefused] = []
    unchanged = 0
    for row in asked.rows:
        enters_as = row.enters_as or asked.enters_as
        stated = row.model_copy(update={"enters_as": enters_as}).model_dump_json(exclude_none=True)
        digest = hashlib.sha256(f"{campaign.id}\0{stated}".encode()).digest()
        id = ids[row.number]
        found = rules.found(row, id, row.number, act.on, campaign=campaign.id)
        problems = [
            *rules.problems_of(found, roster, act.on),
            *_entry_problems(row, enters_as),
            *_row_problems(row, ask.division, roster, listed, act.on),
        ]
        if known.get(id, digest) != digest:
            problems = [("number", broken("taken_over_differently"))]
        if problems:
            refused += [RowRefused.of(row.number, field, rule) for field, rule in problems]
        elif id in known:
            unchanged += 1
        elif enters_as is not None:
            known[id] = digest
            good.append((row, enters_as, found, digest))
    numbers = await store.numbers(tx, [row.division for row, _, _, _ in good])
    taken = [
        _in_stock(row, replace(found, number=number), asked.source, roster, act)
        for (row, _, found, _), number in zip(good, numbers, strict=True)
    ]
    await enter(tx, taken, ask.actor, "import")
    await store.name_import(tx, [(case, digest) for case, (*_, digest) in zip(taken, good, strict=True)])
    told = [
        (case, _imported(row, enters_as, case, act)) for case, (row, enters_as, *_) in zip(taken, good, strict=True)
    ]
    closed = [Change(case, fact, "import") for case, fact in told if fact.case.state is CaseState.CLOSED]
    still_open = [fact for _, fact in told if fact.case.state is not CaseState.CLOSED]
    facts = [*await record(tx, closed), *await enter_ledger(tx, still_open)]
    return Answer(Imported(added=len(taken), unchanged=unchanged, refused=tuple(refused)), facts)


def _entry_problems(row: OldCase, enters_as: EntersAs | None) -> list[tuple[str, Rule]]:
    """What a row must say of how it enters the ledger, and on which day."""
    match enters_as:
        case EntersAs.NEW if row.verified_on is None:
            return [("verified_on", broken("new_row_verified"))]
        case EntersAs.NEW if row.stocked_on is not None and row.stocked_on != row.verified_on:
            return [("stocked_on", broken("new_row_stocked"))]
        case EntersAs.OPENING if row.verified_on is not None:
            return [("verified_on", broken("only_new_verified"))]
        case EntersAs.NEW | EntersAs.OPENING:
            return []
    return [("enters_as", broken("enters_as_said"))]


def _entered_on(row: OldCase) -> date:
    return row.verified_on or row.stocked_on or row.found_on


def _row_problems(
    row: OldCase, division: Division, roster: Posts, causes: Causes, today: date
) -> list[tuple[str, Rule]]:
    problems: list[tuple[str, Rule]] = []
    if not division.contains(row.division):
        problems.append(("division", broken("row_within_subject", division=division)))
    stocked, said = _entered_on(row), "stocked_on" if row.verified_on is None else "verified_on"
    if not row.found_on <= stocked <= today:
        problems.append((said, broken("from_found", first=row.found_on, today=today)))
    if row.closed_on is not None and not stocked <= row.closed_on <= today:
        problems.append(("closed_on", broken("from_stocked", first=stocked, today=today)))
    if (row.closed_on is None) != (row.route is None):
        problems.append(("route", broken("closed_row")))
    if row.cause is not None and row.cause not in causes:
        problems.append(("cause", broken("one_of", known=", ".join(causes))))
    if row.closed_on is None and row.unit is not None:
        if row.due_on is None:
            problems.append(("due_on", broken("open_row_day")))
        if roster.unit(row.unit.id, today) is None:
            problems.append(("unit.id", broken("unit_of_roster")))
    return problems


def _in_stock(row: OldCase, found: Found, source: str, roster: Posts, act: Act) -> Case:
    """The case as it came into the old ledger: with the unit that has it where it is still open, else verified."""
    case = rules.enter(found, roster, act.at, source=source, external_id=row.number, party=row.party)
    stocked: dict[str, Any] = {"moved_on": _entered_on(row)}
    unit = roster.unit(row.unit.id, act.on) if row.closed_on is None and row.unit is not None else None
    if unit is not None and row.due_on is not None:
        stocked |= {"state": CaseState.ASSIGNED, "unit": unit, "due_on": row.due_on, "assigned_at": act.at}
        stocked["owner"] = Owner(unit=unit, due_on=row.due_on, since_on=act.on)
    else:
        stocked |= {"state": CaseState.VERIFIED, "owner": rules.owns(case.office, "assign", act.on, act.on)}
    return case.model_copy(update=stocked)


def _imported(row: OldCase, enters_as: EntersAs, case: Case, act: Act) -> CaseImported:
    """What is told of it: the state in which the old ledger has it, and what it counts there."""
    line = LedgerLine.NEW if enters_as is EntersAs.NEW else LedgerLine.OPENING
    entries = [rules.entry(case, line, _entered_on(row))]
    if row.closed_on is not None:
        closed = {
            "state": CaseState.CLOSED,
            "owner": None,
            "unit": row.unit,
            "rectified_unit": row.unit,
            "route": row.route,
            "cause": row.cause,
            "closed_on": row.closed_on,
            "moved_on": row.closed_on,
            "look_back_on": next_look_back(row.closed_on, act.on),
        }
        case = case.model_copy(update=closed)
        entries.append(rules.entry(case, LedgerLine.CLOSED, row.closed_on, row.route, row.route))
    return CaseImported(case=case, by=act.actor.id, at=act.at, on=case.moved_on, entries=tuple(entries))
