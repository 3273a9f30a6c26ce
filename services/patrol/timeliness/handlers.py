"""Tells how quickly the reports of a day went on once it is over, and shows it."""

from __future__ import annotations

from contracts.language.message import Fact
from contracts.patrol import ShowTimeliness, TimelinessMeasured, TimelinessShown
from services.patrol.timeliness import measure, store
from services.patrol.timeliness.law import TIMELINESS
from services.runtime.messages import Answer, Ask
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()
DAYS_AT_ONCE, GROUPS_AT_ONCE = 60, 200


@room.every(seconds=10.0)
async def measure_days(tx: Transaction) -> list[Fact]:
    """Days that are over, and again when something of them has changed; told only where it is otherwise."""
    await store.begin_days(tx, DAYS_AT_ONCE)
    told: list[Fact] = []
    while not told and (due := await store.take_due(tx, GROUPS_AT_ONCE)):
        law = await tx.see(TIMELINESS.view)
        reports = await store.times_of(tx, due)
        found = [measure.measured(group, its, law, tx.now) for group, its in zip(due, reports, strict=True)]
        await store.save(tx, found, [measure.next_look(its, law, tx.now) for its in reports])
        told += [
            TimelinessMeasured(timeliness=one, at=tx.now)
            for group, one in zip(due, found, strict=True)
            if one != group.told
        ]
    return told


@room.answers(ShowTimeliness)
async def show(tx: Transaction, ask: Ask[ShowTimeliness]) -> Answer:
    asked = ask.command
    below = ask.division.significant
    found = await store.listed(tx, below, asked.first, asked.last, asked.source, asked.after, asked.limit + 1)
    return Answer(TimelinessShown(days=tuple(found[: asked.limit]), more=len(found) > asked.limit))
