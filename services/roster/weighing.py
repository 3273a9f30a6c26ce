"""What would come of a law of registers or of grids: which findings and gaps there would be, and which not any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from contracts.law.versions import Law
from contracts.roster import Gap
from services.roster.coverage import coverage
from services.roster.coverage import store as coverage_store
from services.roster.coverage.coverage import Covered
from services.roster.coverage.law import GRIDS
from services.roster.register import store
from services.roster.register.finding import wanted_of
from services.roster.register.rules import Rules, Seen
from services.runtime.reference.outcome import Thing, Weigh, Weighed
from services.runtime.transaction import Transaction

ENTRIES, AREAS = 2_000, 200
"""So many of a register, and so many areas with grids, are looked at."""


def weighing(registers: Sequence[Rules[Any]]) -> Mapping[str, Weigh]:
    """By the name of each law, what weighs it."""
    judged: dict[str, list[Rules[Any]]] = {}
    for one in registers:
        if one.law is not None:
            judged.setdefault(one.law.name, []).append(one)
    return {GRIDS.name: weigh_grids, **{name: _weighs(its) for name, its in judged.items()}}


def _weighs(registers: Sequence[Rules[Any]]) -> Weigh:
    async def weigh(tx: Transaction, laws: Sequence[Law[Any]], day: date) -> Weighed:
        things: list[list[Thing]] = [[] for _ in laws]
        looked_at = of = 0
        for rules in registers:
            stored, there_are = await store.some_entries(tx, rules.register, ENTRIES)
            looked_at, of = looked_at + len(stored), of + there_are
            around = await rules.around(tx, [one.entry for one in stored])
            for law, found in zip(laws, things, strict=True):
                for one in stored:
                    wanted = wanted_of(rules, one.entry, around, Seen(day, law, one.known_on))
                    found += [
                        Thing(due.rule, f"{one.entry.id} {due.of}".strip(), (due.due_on, due.within_days, due.said))
                        for due in wanted
                        if due.from_on <= day
                    ]
        return Weighed(things, looked_at, of)

    return weigh


async def weigh_grids(tx: Transaction, laws: Sequence[Law[Any]], day: date) -> Weighed:
    """By the gaps that would stand after a look at what is covered."""
    ids, of = await coverage_store.some_covered(tx, AREAS)
    found = await coverage_store.covered(tx, ids)
    things = [[_thing(gap) for one in found for gap in _gaps(one, law, day)] for law in laws]
    return Weighed(things, len(ids), of)


def _gaps(one: Covered, law: Law[Any], day: date) -> list[Gap]:
    numbers = count(1)
    _, gaps = coverage.judge(replace(one, standing=()), law.on(day), day, lambda: str(next(numbers)))
    return gaps


def _thing(gap: Gap) -> Thing:
    parts = (gap.tree_id, *gap.grids, *gap.missing, *gap.vacant, gap.size_mu and f"{gap.size_mu} mu")
    return Thing(gap.kind, " ".join(str(part) for part in (gap.area_id, *parts) if part))
