"""Forgets what need not be kept any longer, and measures what waits in the outbox."""

from __future__ import annotations

import asyncio

import structlog

from contracts.language.message import ReferenceFact
from contracts.wiring.table import FACTS
from services.runtime import metrics
from services.runtime.breaker import is_away
from services.runtime.hearing import dead_letters
from services.runtime.replica.state import State
from services.runtime.saying.sayable import said_of
from services.runtime.tables.schema import Unfit, unfit
from services.runtime.telling import outbox

log = structlog.get_logger()

MEASURE_EVERY_S = 15.0
FORGET_EVERY_S = 3600.0


async def keep_house(state: State) -> None:
    """Run until cancelled; while the database is away it waits. Raises Unfit.

    A schema may go on, or be an older one restored, while code runs on it: what every statement fails on would end as
    dead letters.
    """
    forget_at = 0.0
    while True:
        await state.database.closed()
        try:
            await _measure(state)
            if asyncio.get_running_loop().time() >= forget_at:
                await _forget(state)
                forget_at = asyncio.get_running_loop().time() + FORGET_EVERY_S
        except Exception as error:
            if not is_away(error):
                raise
            log.debug("housekeeping waits", reason=said_of(error))
        await asyncio.sleep(MEASURE_EVERY_S)


async def _measure(state: State) -> None:
    async with state.pool().acquire() as sql:
        if reason := await unfit(sql, state.service):
            raise Unfit(reason)
        unsent, oldest_s = await outbox.unsent(sql)
        metrics.OUTBOX_UNSENT.set(unsent)
        metrics.OUTBOX_OLDEST.set(oldest_s)
        metrics.DEAD.set(await dead_letters.waiting(sql))
        due = await state.due(state.begin(sql, state.clock.now())) if state.due else {}
        for what, count in due.items():
            metrics.DUE.labels(what).set(count)
        if state.measure:
            await state.measure(state.begin(sql, state.clock.now()))


async def _forget(state: State) -> None:
    """All goes by age, but the newest outbox row of each reference subject, which stays for ever."""
    settings = state.settings
    patterns = [f"{fact.name}.%" for fact in FACTS[state.service] if issubclass(fact, ReferenceFact)]
    async with state.pool().acquire() as sql:
        await sql.execute(
            "DELETE FROM inbox WHERE handled_at < now() - make_interval(days => $1)", settings.inbox_keep_days
        )
        await sql.execute(
            "DELETE FROM attempts WHERE last_at < now() - make_interval(days => $1)", settings.inbox_keep_days
        )
        await sql.execute(
            "DELETE FROM answers WHERE given_at < now() - make_interval(days => $1)", settings.inbox_keep_days
        )
        await sql.execute(
            """
            DELETE FROM outbox o
            WHERE made_at < now() - make_interval(days => $1)
              AND NOT EXISTS (SELECT FROM unsent u WHERE u.id = o.id)
              AND (NOT subject LIKE ANY($2::text[])
                   OR EXISTS (SELECT FROM outbox n WHERE n.subject = o.subject AND n.id > o.id))
            """,
            settings.outbox_keep_days,
            patterns,
        )
