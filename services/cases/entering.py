"""Cases that no report opens: by the office, by a directive, from a review, from an old ledger."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.case import Case, CaseState, Entry, LedgerLine, Owner
from contracts.case_commands import (
    AssignCase,
    ImportCases,
    Imported,
    OldCase,
    OpenDirective,
    RecordReview,
    RegisterCase,
    RowRefused,
    VerifyCase,
)
from contracts.cases import CaseFact, CaseImported, CaseOpened, Review, ReviewRecorded
from contracts.division import Division
from contracts.values import day_of
from services.cases import case as rules
from services.cases import rectify, store
from services.cases.campaign import RULES, campaign_of
from services.cases.case import Found
from services.cases.machine import Act, refuse_field, require_office, wrong
from services.cases.post import NoOffice, Posts
from services.cases.recording import enter, enter_ledger, record
from services.cases.store import Change
from services.runtime.messages import Answer, Ask
from services.runtime.transaction import Transaction


async def register(tx: Transaction, ask: Ask[RegisterCase], posts: Posts) -> Answer:
    """What the office knows from a finding, a complaint or a clue."""
    asked = ask.command
    act = await _act(tx, ask, posts, asked.division)
    id = rules.case_id("command", ask.actor, ask.id)
    more = {"lon": asked.lon, "lat": asked.lat, "flags": asked.flags, "party": asked.party}
    case, opened = await _enter(
        tx, rules.found(asked, id, await _number(tx, asked.division), act.on), act, posts, **more
    )
    return Answer(case, [opened])


async def open_directive(tx: Transaction, ask: Ask[OpenDirective], posts: Posts) -> Answer:
    """A directive item names its unit and day: it is registered, verified and assigned at once."""
    asked = ask.command
    act = await _act(tx, ask, posts, asked.division)
    if posts.by_id(asked.directive.issuer_post_id) is None:
        refuse_field("directive.issuer_post_id", "must be a post of the roster")
    id = rules.case_id("directive", ask.actor, ask.id)
    item = rules.found(asked, id, await _number(tx, asked.division), act.on)
    case, opened = await _enter(tx, item, act, posts, directive=asked.directive)
    verified = rectify.verify(case, act, VerifyCase(case_id=id), posts)
    assigned = rectify.assign(verified.case, act, AssignCase(case_id=id, unit=asked.unit, due_on=asked.due_on), posts)
    changes = [Change(case, verified, "verify"), Change(verified.case, assigned, "assign")]
    return Answer(assigned.case, [opened, *await record(tx, changes)])


async def record_review(tx: Transaction, ask: Ask[RecordReview], posts: Posts) -> Answer:
    """A self-check, look-back or guidance visit; every finding becomes a case of the campaign."""
    asked = ask.command
    act = await _act(tx, ask, posts, asked.division)
    campaign_of(asked.campaign)
    review_id = rules.case_id("review", ask.actor, ask.id)
    outside = [n for n, finding in enumerate(asked.findings) if not asked.division.contains(finding.division)]
    rule = f"must lie in {asked.division}, where the review was made"
    wrong("a review finds what lies in its place", [(f"findings.{n}.division", rule) for n in outside])
    facts: list[CaseFact] = []
    for n, finding in enumerate(asked.findings):
        id = rules.case_id(review_id, n)
        number = await _number(tx, finding.division)
        found = rules.found(finding, id, number, act.on, campaign=asked.campaign)
        _, opened = await _enter(tx, found, act, posts)
        facts.append(opened)
    review = Review(
        id=review_id,
        kind=asked.kind,
        campaign=asked.campaign,
        division=asked.division,
        scope=asked.scope,
        sample=asked.sample,
        on=act.on,
        findings=tuple(fact.case.ref for fact in facts),
    )
    await store.add_review(tx, review)
    return Answer(review, [ReviewRecorded(review=review, by=ask.actor, at=tx.now), *facts])


async def _act(tx: Transaction, ask: Ask[Any], posts: Posts, division: Division) -> Act:
    ask.require_within(division)
    today = day_of(tx.now)
    actor = posts.actor(ask.actor, today)
    require_office(actor, division)
    return Act(actor, tx.now, today)


async def _number(tx: Transaction, division: Division) -> str:
    year, county = day_of(tx.now).year, division[:6]
    return rules.numbered(year, county, (await store.take_numbers(tx, year, [county]))[county] + 1)


async def _enter(tx: Transaction, found: Found, act: Act, posts: Posts, **more: Any) -> tuple[Case, CaseOpened]:
    wrong("this cannot be registered", rules.problems_of(found, act.on))
    case = rules.enter(found, posts, tx.now, **more)
    await enter(tx, [case], act.actor.id)
    return case, rules.told(CaseOpened, case, act)


async def take_over(tx: Transaction, ask: Ask[ImportCases], posts: Posts) -> Answer:
    """Rows of an old ledger: the same row again changes nothing, a bad one is named, good ones are kept."""
    asked, today = ask.command, day_of(tx.now)
    campaign = campaign_of(asked.campaign)
    actor = posts.actor(ask.actor, today)
    require_office(actor, ask.division)
    ids = {row.number: rules.case_id("import", asked.source, row.number) for row in asked.rows}
    known = await store.digests(tx, list(ids.values()))
    added: list[tuple[OldCase, Case, bytes]] = []
    refused: list[RowRefused] = []
    unchanged = 0
    for row in asked.rows:
        digest = hashlib.sha256(f"{campaign.id}\0{row.model_dump_json()}".encode()).digest()
        id = ids[row.number]
        found = rules.found(row, id, row.number, today, campaign=campaign.id)
        problems = _row_problems(row, found, ask, posts, today)
        if known.get(id, digest) != digest:
            problems = [("number", "was taken over before with another content: correct the case itself")]
        if problems:
            refused += [RowRefused(number=row.number, field=field, rule=rule) for field, rule in problems]
        elif id in known:
            unchanged += 1
        else:
            known[id] = digest
            numbered = replace(found, number=await _number(tx, row.division))
            added.append((row, _taken_over(row, numbered, asked.source, posts, tx), digest))
    cases = [case for _, case, _ in added]
    await enter(tx, cases, ask.actor, "import")
    await store.name_import(tx, [(case, digest) for _, case, digest in added])
    facts = [
        CaseImported(case=case, by=ask.actor, at=tx.now, on=case.moved_on, entries=_entries(row, case))
        for row, case, _ in added
    ]
    await enter_ledger(tx, facts)
    return Answer(Imported(added=len(added), unchanged=unchanged, refused=tuple(refused)), facts)


def _row_problems(
    row: OldCase, found: Found, ask: Ask[ImportCases], posts: Posts, today: date
) -> list[tuple[str, str]]:
    problems = rules.problems_of(found, today)
    if not ask.division.contains(row.division):
        problems.append(("division", f"must lie in {ask.division}, on whose subject the command was sent"))
    try:
        posts.office(row.division, RULES.office_level)
    except NoOffice as error:
        problems.append(("division", str(error)))
    stocked = row.stocked_on or row.found_on
    if not row.found_on <= stocked <= today:
        problems.append(("stocked_on", f"must be from {row.found_on}, when it was found, to today, {today}"))
    if row.closed_on is not None and not stocked <= row.closed_on <= today:
        problems.append(("closed_on", f"must be from {stocked}, when it came into the ledger, to today, {today}"))
    if (row.closed_on is None) != (row.route is None):
        problems.append(("route", "a closed row states its day and its route, an open one neither"))
    if row.closed_on is None and row.unit is not None:
        if row.due_on is None:
            problems.append(("due_on", "an open row with a unit states its day"))
        if posts.unit(row.unit.id) is None:
            problems.append(("unit.id", "must be the unit of a post in the roster"))
    return problems


def _taken_over(row: OldCase, found: Found, source: str, posts: Posts, tx: Transaction) -> Case:
    """The case in the state in which the old ledger has it."""
    case = rules.enter(found, posts, tx.now, source=source, external_id=row.number, party=row.party)
    stocked = row.stocked_on or row.found_on
    today = day_of(tx.now)
    if row.closed_on is not None:
        closed = {"state": CaseState.CLOSED, "route": row.route, "closed_on": row.closed_on, "cause": row.cause}
        return case.model_copy(update={**closed, "owner": None, "unit": row.unit, "moved_on": row.closed_on})
    if row.unit is not None and row.due_on is not None:
        unit = posts.unit(row.unit.id) or row.unit
        owner = Owner(unit=unit, due_on=row.due_on, since_on=today)
        assigned = {"state": CaseState.ASSIGNED, "unit": unit, "due_on": row.due_on, "assigned_at": tx.now}
        return case.model_copy(update={**assigned, "owner": owner, "moved_on": stocked})
    verified = case.model_copy(update={"state": CaseState.VERIFIED, "moved_on": stocked})
    return verified.model_copy(
        update={"owner": rules.owner_of(case, verified, Act(posts.actor("", today), tx.now, today))}
    )


def _entries(row: OldCase, case: Case) -> tuple[Entry, ...]:
    opening = rules.entry(case, LedgerLine.OPENING, row.stocked_on or row.found_on)
    if row.closed_on is None:
        return (opening,)
    return opening, rules.entry(case, LedgerLine.CLOSED, row.closed_on, row.route, row.route)
