"""Enrols and shows who carries a terminal."""

from __future__ import annotations

from datetime import datetime

from contracts.language.rules import broken
from contracts.patrol import (
    Carrying,
    HoldTerminal,
    ListTerminals,
    ReturnTerminal,
    TerminalHeld,
    TerminalHoldings,
    TerminalsListed,
)
from services.patrol.patrol import due_store
from services.patrol.terminal import holding, store
from services.runtime.messages import Answer, Ask
from services.runtime.problem import Problem
from services.runtime.service import Room
from services.runtime.transaction import Transaction

room = Room()


@room.answers(HoldTerminal)
async def hold_terminal(tx: Transaction, ask: Ask[HoldTerminal]) -> Answer:
    ask.require_operator()
    asked = ask.command
    ask.require_within(asked.division)
    if asked.carried_to is not None and asked.carried_to <= asked.carried_from:
        rule = broken("carried_to_after", first=asked.carried_from.isoformat())
        raise Problem(422, "holding-not-lawful", None, errors=[{"field": "carried_to", "rule": rule}])
    before = tuple(await store.holdings(tx, asked.source, asked.terminal))
    new = Carrying(
        person_id=asked.person_id, post_id=asked.post_id, carried_from=asked.carried_from, carried_to=asked.carried_to
    )
    return await _held(tx, asked, before, holding.hold(before, new), asked.carried_from, asked.carried_to)


@room.answers(ReturnTerminal)
async def return_terminal(tx: Transaction, ask: Ask[ReturnTerminal]) -> Answer:
    ask.require_operator()
    asked = ask.command
    ask.require_within(asked.division)
    before = tuple(await store.holdings(tx, asked.source, asked.terminal))
    return await _held(tx, asked, before, holding.give_back(before, asked.returned_at), asked.returned_at, None)


async def _held(
    tx: Transaction,
    asked: HoldTerminal | ReturnTerminal,
    before: tuple[Carrying, ...],
    after: tuple[Carrying, ...],
    first: datetime,
    until: datetime | None,
) -> Answer:
    """Keep who holds a terminal, otherwise between two times, and have what was walked then looked at again."""
    answer = TerminalHoldings(source=asked.source, terminal=asked.terminal, carriers=after)
    if after == before:
        return Answer(answer)
    await store.save(tx, asked.source, asked.terminal, after)
    people = {one.person_id for one in (*before, *after)}
    await due_store.hands_changed(tx, people, (asked.source, asked.terminal), first, until)
    told = TerminalHeld(source=asked.source, terminal=asked.terminal, division=asked.division, carriers=after)
    return Answer(answer, [told])


@room.answers(ListTerminals)
async def list_terminals(tx: Transaction, ask: Ask[ListTerminals]) -> Answer:
    ask.require_operator()
    asked = ask.command
    after = (asked.after_source or asked.source or "", asked.after_terminal or "")
    found = await store.listed(tx, asked.source, asked.terminal, asked.person_id, asked.post_id, after, asked.limit + 1)
    return Answer(TerminalsListed(terminals=tuple(found[: asked.limit]), more=len(found) > asked.limit))
