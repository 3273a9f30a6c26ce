"""Enrols and shows what stands in the registers, and looks at it when time has passed or the roster has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from contracts.language.message import Fact
from contracts.language.rules import broken
from contracts.language.values import day_of
from contracts.roster import (
    KEPT,
    FindingsPage,
    FindingStated,
    ListFindings,
    ListRegister,
    Register,
    RegisterPage,
)
from services.roster.register import store
from services.roster.register.record import enrol, look
from services.roster.register.rules import Rules
from services.roster.register.store import Stored
from services.runtime.messages import Answer, Ask
from services.runtime.problem import refuse_field
from services.runtime.service import Room
from services.runtime.transaction import Transaction

AT_ONCE = 200
"""How many entries time looks at in one transaction."""


def room_of(registers: Sequence[Rules[Any]]) -> Room:
    """The one room of all registers."""
    room = Room()
    of_register: Mapping[Register, Rules[Any]] = {one.register: one for one in registers}
    for rules in registers:
        room.answers(KEPT[rules.register].enrol)(_enrols(rules))

    @room.answers(ListRegister)
    async def show(tx: Transaction, ask: Ask[ListRegister]) -> Answer:
        asked = ask.command
        if asked.in_register not in KEPT:
            refuse_field("in_register", broken("one_of", known=", ".join(KEPT)))
        total, found, more = await store.page(tx, asked.in_register, ask.division, asked.id, asked.after, asked.limit)
        after = found[-1].id if more and found and asked.id is None else None
        field = KEPT[asked.in_register].entries_field
        return Answer(RegisterPage.model_validate({"total": total, "after": after, field: tuple(found)}))

    @room.answers(ListFindings)
    async def show_findings(tx: Transaction, ask: Ask[ListFindings]) -> Answer:
        asked = ask.command
        total, found = await store.findings(tx, ask.division, asked.in_register, asked.state, asked.limit)
        return Answer(FindingsPage(total=total, findings=tuple(found)))

    @room.every(seconds=5.0)
    async def look_at_due(tx: Transaction) -> list[Fact]:
        """What falls due, and what is no longer as it was when somebody last looked."""
        due: dict[Register, list[Stored]] = {}
        for register, one in await store.take_due(tx, day_of(tx.now), AT_ONCE):
            due.setdefault(register, []).append(one)
        told: list[Fact] = []
        for register, stored in due.items():
            rules = of_register[register]
            around = await rules.around(tx, [one.entry for one in stored])
            looks, found = await look(tx, rules, stored, around)
            await store.look_again(tx, register, looks)
            await store.save_findings(tx, found)
            told += [FindingStated(finding=one) for one in found]
        return told

    return room


def _enrols(rules: Rules[Any]) -> Callable[[Transaction, Ask[Any]], Awaitable[Answer]]:
    async def enrol_entries(tx: Transaction, ask: Ask[Any]) -> Answer:
        return await enrol(tx, ask, rules)

    return enrol_entries
