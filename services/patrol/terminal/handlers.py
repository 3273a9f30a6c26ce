"""Enrols who carries a terminal."""

from __future__ import annotations

from contracts.language.rules import broken
from contracts.patrol import Carrying, HoldTerminal, TerminalHeld, TerminalHoldings
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
    after = holding.hold(before, new)
    answer = TerminalHoldings(source=asked.source, terminal=asked.terminal, carriers=after)
    if after == before:
        return Answer(answer)
    await store.save(tx, asked.source, asked.terminal, after)
    people = {one.person_id for one in (*before, *after)}
    await due_store.hands_changed(tx, people, asked.carried_from, asked.carried_to)
    told = TerminalHeld(source=asked.source, terminal=asked.terminal, division=asked.division, carriers=after)
    return Answer(answer, [told])
