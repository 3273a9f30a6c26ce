"""What would come of other rules of cases: what open cases lack before they can be closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from contracts.cases import Case
from contracts.language.rules import Rule
from contracts.law.versions import Law
from services.cases.case import demands, store
from services.runtime.reference.law import LawFile, seen_as
from services.runtime.reference.outcome import Thing, Weigh, Weighed
from services.runtime.transaction import Transaction

CASES = 2_000
"""So many open cases are looked at."""


def weighing(law: LawFile[Any]) -> Weigh:
    """By what each open case lacks under it, the other laws being as they are."""

    async def weigh(tx: Transaction, laws: Sequence[Law[Any]], day: date) -> Weighed:
        found, of = await store.some_open(tx, CASES)
        things = []
        for one in laws:
            with seen_as({law.name: one}, day):
                things.append([thing for case in found for thing in _lacks(case)])
        return Weighed(things, len(found), of)

    return weigh


def _lacks(case: Case) -> Iterator[Thing]:
    plan, referral = demands.problem_of_plan(case), demands.problem_of_referral(case)
    rules: list[Rule] = [rule for rule in (plan, referral) if rule is not None]
    rules += [rule for _, rule in demands.problems_of_proof(case)]
    for rule in rules:
        yield Thing(rule.code, " ".join(filter(None, (case.ref.number, rule.figures.get("item")))))
