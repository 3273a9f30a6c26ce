"""What every service answers to its operator: how it stands, its laws, and what to do with its dead letters."""

from __future__ import annotations

from collections import Counter

import structlog

from contracts.every_service import (
    DeadLetters,
    DiscardDeadLetters,
    ListDeadLetters,
    RefillBus,
    ReplayDeadLetters,
    ServiceStatus,
    ShowStatus,
)
from contracts.language.command import Done
from contracts.language.message import Command
from services.runtime import metrics
from services.runtime.answering.commands import CommandHandler
from services.runtime.answering.laws import answering_of
from services.runtime.hearing import dead_letters
from services.runtime.messages import Answer, Ask
from services.runtime.replica.state import State
from services.runtime.saying.legible import legible
from services.runtime.saying.sayable import said_of
from services.runtime.telling import outbox, traced
from services.runtime.transaction import Transaction

log = structlog.get_logger()


def operations(state: State) -> dict[type[Command], CommandHandler]:
    """The commands of contracts.every_service.OPERATIONS for one replica."""

    async def status(tx: Transaction, ask: Ask[ShowStatus]) -> Answer:
        ask.require_operator()
        # What falls due becomes news: looked at the other way round, work done in between would be seen by neither.
        due = await state.due(tx) if state.due else {}
        unsent, oldest_s = await outbox.unsent(tx.sql)
        counted = settled()
        return Answer(
            ServiceStatus(
                service=state.service,
                ready=not state.unready(),
                unready=tuple(state.unready()),
                lag=dict(state.lag),
                outbox_unsent=unsent,
                outbox_oldest_s=oldest_s,
                dead_letters=await dead_letters.waiting(tx.sql),
                due=due,
                heard={name: counted[name, "handled"] for name in state.lag},
                refused=sum(counted[name, "refused"] for name in state.lag),
                now=tx.now,
            )
        )

    async def list_dead(tx: Transaction, ask: Ask[ListDeadLetters]) -> Answer:
        ask.require_operator()
        return Answer(DeadLetters(groups=await dead_letters.groups(tx.sql)))

    async def replay(tx: Transaction, ask: Ask[ReplayDeadLetters]) -> Answer:
        ask.require_operator()
        done = 0
        for letter in await dead_letters.take(tx.sql, ask.command.ids):
            handling = state.handlings.get(letter["durable"])
            if handling is None:
                continue
            try:
                async with tx.sql.transaction():
                    news = await handling.replay(tx, letter)
                    written = await outbox.write(tx.sql, state.service, news, tx.now, tx.texts)
                    await dead_letters.settle(tx.sql, [letter["id"]], "replayed", None, tx.now)
            except Exception as error:
                if tx.own_views is not None:
                    # What it had changed is undone.
                    tx.own_views = {}
                reason = legible(f"{type(error).__name__}: {said_of(error)}", 500)
                log.warning("dead letter fails again", id=str(letter["id"]), reason=reason)
            else:
                done += 1
                traced.committed(written)
        return Answer(Done(changed=done))

    async def discard(tx: Transaction, ask: Ask[DiscardDeadLetters]) -> Answer:
        ask.require_operator()
        changed = await dead_letters.settle(tx.sql, ask.command.ids, "discarded", ask.command.reason, tx.now)
        return Answer(Done(changed=changed))

    async def refill(tx: Transaction, ask: Ask[RefillBus]) -> Answer:
        ask.require_operator()
        return Answer(Done(changed=await outbox.send_again(tx.sql)))

    return {
        ShowStatus: status,
        ListDeadLetters: list_dead,
        ReplayDeadLetters: replay,
        DiscardDeadLetters: discard,
        RefillBus: refill,
        **answering_of(state.service, state.laws, state.weighing),
    }


def settled() -> Counter[tuple[str, str]]:
    """How many messages this process has settled, by durable and outcome."""
    (handled,) = metrics.HANDLED.collect()
    counted = (one for one in handled.samples if one.name.endswith("_total"))
    return Counter({(one.labels["consumer_name"], one.labels["outcome"]): int(one.value) for one in counted})
