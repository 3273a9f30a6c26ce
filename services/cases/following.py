"""The ladder and the ledger follow a case's changes inside its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts.cases import Case, CaseFact, CaseMerged, LadderStopped, SiteLinked
from contracts.language.values import CaseRef, day_of
from services.cases.case.store import Change
from services.cases.ladder import ladder
from services.cases.ladder import store as ladder_store
from services.cases.ledger import store as ledger_store
from services.runtime.transaction import Transaction


class LadderAndLedger:
    """Whoever moves a case need not know them."""

    def first_look(self, case: Case) -> date | None:
        """The day of the first rung."""
        return ladder.next_on(case, ())

    async def moved(
        self, tx: Transaction, changes: Sequence[Change]
    ) -> tuple[Mapping[str, date | None], Sequence[CaseFact]]:
        """The day of each one's next rung; what is told of a move, and then of the ladders that it has stopped."""
        letters = await ladder_store.letters(tx, {change.fact.case.ref.id for change in changes})
        facts: list[CaseFact] = []
        for change in changes:
            fact, case = change.fact, change.fact.case
            facts += [fact, *change.besides]
            for about, last in ladder.stopped(change.before, case, letters[case.ref.id]):
                told = LadderStopped(case=case, by=fact.by, at=fact.at, on=fact.on, about=about, last_rung=last)
                facts.append(told)
        newest = {change.fact.case.ref.id: change.fact.case for change in changes}
        days = {id: ladder.next_on(case, [letter.id for letter in letters[id]]) for id, case in newest.items()}
        return days, facts

    async def told(self, tx: Transaction, facts: Sequence[CaseFact]) -> list[CaseFact]:
        """Enters them in the ledger; those that count there are told `at` the instant from which it is known."""
        if not any(_counts(fact) for fact in facts):
            return list(facts)
        known_from = await ledger_store.known_from(tx)
        known = [fact.model_copy(update={"at": max(fact.at, known_from)}) if _counts(fact) else fact for fact in facts]
        entries = [(UUID(fact.case.ref.id), entry, fact.at) for fact in known for entry in fact.entries]
        await ledger_store.add(tx, entries)
        for fact in known:
            other = _same_site(fact)
            if other is not None:
                day = fact.on or day_of(fact.at)
                await ledger_store.link(tx, UUID(fact.case.ref.id), UUID(other.id), day, fact.at)
        return known


def _counts(fact: CaseFact) -> bool:
    return bool(fact.entries) or _same_site(fact) is not None


def _same_site(fact: CaseFact) -> CaseRef | None:
    """The other case of the same site; a duplicate and its survivor are of one, so that links of both meet."""
    if isinstance(fact, SiteLinked):
        return fact.other
    return fact.case.merged_into if isinstance(fact, CaseMerged) else None
