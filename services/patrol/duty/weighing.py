"""What would come of other rules of duty: which posts have which duties in the periods of a year to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from contracts.law.versions import Law
from services.patrol.duty import post_store
from services.patrol.duty.asked import Table
from services.runtime.reference.outcome import Thing, Weighed
from services.runtime.transaction import Transaction

A_YEAR = timedelta(days=366)


async def weigh_duties(tx: Transaction, laws: Sequence[Law[Any]], day: date) -> Weighed:
    """What is under way goes on by its own rule; conditions such as a ban are those that are known."""
    alike = await post_store.alike(tx)
    conditions = await post_store.conditions_since(tx, day)
    things = []
    for law in laws:
        table, found = Table(law, conditions, day + A_YEAR), []
        for one in alike:
            asked: dict[str, list[Any]] = defaultdict(list)
            for ask in table.asks(one.role, one.division, day - timedelta(days=1), anew=False):
                asked[ask.rule_id].append((ask.period, ask.days, ask.rule, ask.grace_days))
            what = f"{one.role}@{one.division} ({one.count})"
            found += [Thing(rule_id, what, how, one.count) for rule_id, how in asked.items()]
        things.append(found)
    total = sum(one.count for one in alike)
    return Weighed(things, total, total)
