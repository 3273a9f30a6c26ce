"""Writes what was decided: cases and their moves, and whatever follows them inside the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, cast

from contracts.cases import Case, CaseFact
from services.cases.case import store
from services.cases.case.store import Change
from services.runtime.transaction import Transaction


class Following(Protocol):
    """What follows a case's changes: the service hands it in, the case does not know it."""

    def first_look(self, case: Case) -> date | None:
        """The day on which time must look at a case that is new in the book."""
        ...

    async def moved(
        self, tx: Transaction, changes: Sequence[Change]
    ) -> tuple[Mapping[str, date | None], Sequence[CaseFact]]:
        """The day on which time must look at each again, by its id; the facts, with what is told besides."""
        ...

    async def told(self, tx: Transaction, facts: Sequence[CaseFact]) -> list[CaseFact]:
        """What facts bring about elsewhere; returns them as they are told."""
        ...


def _following(tx: Transaction) -> Following:
    return cast(Following, tx.following)


async def enter(tx: Transaction, cases: Sequence[Case], by: str, word: str = "register") -> None:
    """Cases that did not stand in the book before."""
    await store.add(tx, cases, by, {case.ref.id: _following(tx).first_look(case) for case in cases}, word)


async def record(tx: Transaction, changes: Sequence[Change]) -> list[CaseFact]:
    """Moves in their order; returns their facts, and what is told of what followed."""
    if not changes:
        return []
    days, facts = await _following(tx).moved(tx, changes)
    await store.save(tx, changes, days)
    return await tell(tx, facts)


async def tell(tx: Transaction, facts: Sequence[CaseFact]) -> list[CaseFact]:
    """Facts of cases that have been written already."""
    return await _following(tx).told(tx, facts)
