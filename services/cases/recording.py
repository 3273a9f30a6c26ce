"""Writes what was decided: cases, their moves, the ledger's entries, and what that means for the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.case import Case
from contracts.cases import CaseFact, LadderStopped
from services.cases import ladder, ladder_store, ledger_store, store
from services.cases.store import Change
from services.runtime.transaction import Transaction


async def enter(tx: Transaction, cases: Sequence[Case], by: str, word: str = "register") -> None:
    """Cases that did not stand in the book before."""
    await store.add(tx, cases, by, {case.ref.id: ladder.next_on(case, ()) for case in cases}, word)


async def record(tx: Transaction, changes: Sequence[Change]) -> list[CaseFact]:
    """Moves in their order; returns their facts, and those of ladders that they stopped."""
    if not changes:
        return []
    letters = await ladder_store.letters(tx, {change.fact.case.ref.id for change in changes})
    facts: list[CaseFact] = []
    for change in changes:
        fact = change.fact
        facts.append(fact)
        for about, last in ladder.stopped(change.before, fact.case, letters[fact.case.ref.id]):
            facts.append(LadderStopped(case=fact.case, by=fact.by, at=fact.at, on=fact.on, about=about, last_rung=last))
    newest = {change.fact.case.ref.id: change.fact.case for change in changes}
    days = {id: ladder.next_on(case, [letter.id for letter in letters[id]]) for id, case in newest.items()}
    await store.save(tx, changes, days)
    await enter_ledger(tx, facts)
    return facts


async def enter_ledger(tx: Transaction, facts: Sequence[CaseFact]) -> None:
    await ledger_store.add(tx, [(UUID(fact.case.ref.id), entry) for fact in facts for entry in fact.entries])
