"""Writes what was decided: cases, their moves, the ledger's entries, and what that means for the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from contracts.cases import Case, CaseFact, CaseMerged, LadderStopped, SiteLinked
from contracts.language.values import CaseRef, day_of
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
        facts += [fact, *change.besides]
        for about, last in ladder.stopped(change.before, fact.case, letters[fact.case.ref.id]):
            facts.append(LadderStopped(case=fact.case, by=fact.by, at=fact.at, on=fact.on, about=about, last_rung=last))
    newest = {change.fact.case.ref.id: change.fact.case for change in changes}
    days = {id: ladder.next_on(case, [letter.id for letter in letters[id]]) for id, case in newest.items()}
    await store.save(tx, changes, days)
    return await enter_ledger(tx, facts)


async def enter_ledger(tx: Transaction, facts: Sequence[CaseFact]) -> list[CaseFact]:
    """Write what facts do to the ledger; returns them, such facts told `at` the instant from which it is known."""
    if not any(_counts(fact) for fact in facts):
        return list(facts)
    known_from = await ledger_store.known_from(tx)
    known = [fact.model_copy(update={"at": max(fact.at, known_from)}) if _counts(fact) else fact for fact in facts]
    await ledger_store.add(tx, [(UUID(fact.case.ref.id), entry, fact.at) for fact in known for entry in fact.entries])
    for fact in known:
        other = _same_site(fact)
        if other is not None:
            await ledger_store.link(tx, UUID(fact.case.ref.id), UUID(other.id), fact.on or day_of(fact.at), fact.at)
    return known


def _counts(fact: CaseFact) -> bool:
    return bool(fact.entries) or _same_site(fact) is not None


def _same_site(fact: CaseFact) -> CaseRef | None:
    """The other case of the same site; a duplicate and its survivor are of one, so that links of both meet."""
    if isinstance(fact, SiteLinked):
        return fact.other
    return fact.case.merged_into if isinstance(fact, CaseMerged) else None
