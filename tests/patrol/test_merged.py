"""What is seen near a case that was merged into another weighs on that one, until it is resolved (DOMAIN §4)."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations

import asyncpg
import pytest

from contracts.cases import CaseClosed, CaseMerged, CaseRelapsed
from contracts.patrol import IncidentLinked, IncidentLocated
from services.patrol.first_step.clock import tell_first_steps
from services.patrol.service import patrol
from services.patrol.timeliness.handlers import measure_days
from services.runtime.transaction import Transaction
from tests.cases import county
from tests.patrol.areas_and_reports import METRE, NOW, STATED, reported
from tests.telling import hear, heard
from tests.waiting import until

AT, APART, BESIDE = 117.05, 250 * METRE, -100 * METRE
"""What lies beside the first is out of reach of the second, which is out of reach of the first."""


async def three(tx, far=APART):
    """The cases of three things so far from one another that none corroborates another."""
    located = await hear(patrol, tx, [reported(id, AT + n * far) for n, id in enumerate("abc")])
    return [county.closed_case(fact.incident) for _, fact in located]


def merged(case, into, sequence):
    gone = case.model_copy(update={"state": "merged", "merged_into": into.ref})
    return heard(CaseMerged(case=gone, by="p-1", at=NOW, reason="重复"), "cases", sequence)


def closed(case, sequence, at=NOW):
    return heard(CaseClosed(case=case, by="p-1", at=at), "cases", sequence)


def relapsed(case, sequence):
    return heard(CaseRelapsed(case=case, by="p-1", at=NOW, why="recurrence", reason="又见"), "cases", sequence)


async def beside(tx, external_id):
    """What becomes of a report beside the first thing."""
    ((_, fact),) = await hear(patrol, tx, [reported(external_id, AT + BESIDE)])
    return type(fact), getattr(fact, "to", None)


async def test_a_report_near_a_merged_case_and_out_of_reach_of_its_survivor_weighs_on_the_merged_one(tx):
    first, second, _ = await three(tx)
    await hear(patrol, tx, [merged(first, second, 5)])
    assert await beside(tx, "x") == (IncidentLinked, first.incident_id)
    ((_, linked),) = await hear(patrol, tx, [reported("y", AT + BESIDE)])
    assert linked.weight == 3


async def test_once_the_survivor_is_closed_it_is_something_new_and_after_its_relapse_it_weighs_again(tx):
    first, second, _ = await three(tx)
    await hear(patrol, tx, [merged(first, second, 5)])
    await hear(patrol, tx, [closed(second, 6)])
    assert (await beside(tx, "x"))[0] is IncidentLocated
    await hear(patrol, tx, [relapsed(second, 7)])
    # The nearest of both is the new one, at the same place.
    await tx.sql.execute("DELETE FROM incidents WHERE external_id = 'x'")
    assert await beside(tx, "y") == (IncidentLinked, first.incident_id)


MOVES = [lambda a, b, c: merged(a, b, 5), lambda a, b, c: merged(b, c, 6), lambda a, b, c: closed(c, 7)]


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_a_chain_of_mergers_ends_with_its_last_survivor_in_whatever_order_that_is_heard(tx, order):
    cases = await three(tx)
    for n in order:
        await hear(patrol, tx, [MOVES[n](*cases)])
    assert await tx.sql.fetchval("SELECT count(*) FROM incidents WHERE resolved") == 3
    await hear(patrol, tx, [relapsed(cases[2], 8)])
    assert await tx.sql.fetchval("SELECT count(*) FROM incidents WHERE resolved") == 0


async def test_an_older_fact_of_a_merged_case_that_is_heard_late_changes_nothing(tx):
    first, second, _ = await three(tx)
    await hear(patrol, tx, [merged(first, second, 5)])
    await hear(patrol, tx, [closed(first, 4)])
    assert await beside(tx, "x") == (IncidentLinked, first.incident_id)


async def test_nothing_is_first_due_of_what_was_merged(tx):
    first, second, _ = await three(tx)
    await hear(patrol, tx, [merged(first, second, 5)])
    tx.now += timedelta(days=30)
    told = await tell_first_steps(tx)
    assert first.incident_id not in {one.incident.id for one in told}
    assert second.incident_id in {one.incident.id for one in told}


async def test_a_merged_report_is_handled_when_its_survivor_is(tx):
    first, second, _ = await three(tx)
    await hear(patrol, tx, [merged(first, second, 5)])
    tx.now = datetime(2020, 6, 15, 16, tzinfo=UTC)
    (day,) = await measure_days(tx)
    assert {one.step: one.done for one in day.timeliness.steps}["handled"] == 0
    await hear(patrol, tx, [closed(second, 6)])
    tx.now += timedelta(days=1)
    (day,) = await measure_days(tx)
    assert {one.step: one.done for one in day.timeliness.steps}["handled"] == 2


async def test_a_merger_and_the_close_of_its_survivor_that_are_heard_at_once_both_count(dsn):
    async with asyncpg.create_pool(dsn, min_size=3, max_size=3) as pool:
        async with pool.acquire() as sql, sql.transaction():
            tx = Transaction(sql, NOW)
            await hear(patrol, tx, [heard(one, "roster") for one in STATED])
            first, second, _ = await three(tx)
        async with pool.acquire() as one, pool.acquire() as other, pool.acquire() as watching:
            merging = one.transaction()
            await merging.start()
            await hear(patrol, Transaction(one, NOW), [merged(first, second, 5)])
            closing = asyncio.ensure_future(close(other, second))
            await until(partial(watching.fetchval, "SELECT count(*) FROM pg_locks WHERE NOT granted"))
            await merging.commit()
            await closing
            resolved = await watching.fetch("SELECT external_id FROM incidents WHERE resolved ORDER BY external_id")
            assert [row["external_id"] for row in resolved] == ["a", "b"]
            for table in ("areas", "incidents", "fates", "evidence_cases", "timeliness"):
                await watching.execute(f"DELETE FROM {table}")


async def close(sql, case):
    async with sql.transaction():
        await hear(patrol, Transaction(sql, NOW), [closed(case, 6)])
