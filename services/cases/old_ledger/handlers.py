"""Takes over the rows of an old ledger."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from contracts.cases import CaseState, EntersAs, ImportCases, Imported, OldCase, RowRefused
from contracts.language.rules import broken
from services.cases.case import case as rules
from services.cases.case import store as case_store
from services.cases.case.record import enter, record, tell
from services.cases.case.store import Change
from services.cases.cause.store import CAUSES
from services.cases.entry import found as findings
from services.cases.entry.found import Found
from services.cases.entry.handlers import act_in
from services.cases.law.campaign import campaign_of
from services.cases.old_ledger import store
from services.cases.old_ledger.row import entry_problems, imported, in_stock, row_problems
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(ImportCases)
async def take_over(tx: Transaction, ask: Ask[ImportCases]) -> Answer:
    """Rows of an old ledger: the same row again changes nothing, a bad one is named, good ones are kept."""
    asked = ask.command
    campaign = campaign_of(asked.campaign)
    act, roster = await act_in(tx, ask, ask.division)
    listed = await tx.see(CAUSES)
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
        found = findings.found(row, id, row.number, act.on, campaign=campaign.id)
        problems = [
            *findings.problems_of(found, roster, act.on),
            *entry_problems(row, enters_as),
            *row_problems(row, ask.division, roster, listed, act.on),
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
    numbers = await case_store.numbers(tx, [row.division for row, _, _, _ in good])
    taken = [
        in_stock(row, replace(found, number=number), asked.source, roster, act)
        for (row, _, found, _), number in zip(good, numbers, strict=True)
    ]
    await enter(tx, taken, ask.actor, "import")
    await store.name_import(tx, [(case, digest) for case, (*_, digest) in zip(taken, good, strict=True)])
    told = [(case, imported(row, enters_as, case, act)) for case, (row, enters_as, *_) in zip(taken, good, strict=True)]
    closed = [Change(case, fact, "import") for case, fact in told if fact.case.state is CaseState.CLOSED]
    still_open = [fact for _, fact in told if fact.case.state is not CaseState.CLOSED]
    facts = [*await record(tx, closed), *await tell(tx, still_open)]
    return Answer(Imported(added=len(taken), unchanged=unchanged, refused=tuple(refused)), facts)
