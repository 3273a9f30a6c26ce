"""What the relay makes of the hazards between the outbox and the bus (docs/stack.md)."""

import asyncio
import os
import signal
from dataclasses import replace

import asyncpg
import pytest
from prometheus_client import REGISTRY

from contracts.language.division import Division
from contracts.targets import Amounts, ProgressRecorded, TargetSet
from services.runtime.telling import outbox, relay
from tests.runtime.parts_of_targets import parts_of_targets
from tests.servers import NOW, migrated
from tests.streams import read_stream
from tests.targets.plan import target
from tests.waiting import until


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets"), publish_timeout_s=0.3) as parts:
        yield parts


def fact(external_id, target_id="t-1"):
    return ProgressRecorded(
        target_id=target_id,
        division=Division("360222104201"),
        source="acme",
        external_id=external_id,
        revision=1,
        entity="示范林场",
        plot="一号小班",
        counted=1,
        total=Amounts(),
        at=NOW,
    )


async def write(sql, *facts):
    return await outbox.write(sql, "targets", [outbox.telling(one, None) for one in facts], NOW)


async def all_sent(parts):
    async def so():
        async with parts.pool.acquire() as sql:
            return (await outbox.unsent(sql))[0] == 0

    await until(so)


async def on_the_bus(parts):
    """The order and the aggregate's sequence of what the stream has."""
    return [(told["key"], told["sequence"]) for told in await read_stream(parts.provisioner, "TARGETS", "targets.>")]


def failures():
    return REGISTRY.get_sample_value("linzhang_outbox_send_failures_total")


async def test_a_row_whose_transaction_commits_late_is_sent_too(parts):
    """STACK row 13: whoever polls by `id > last` has gone past it by then."""
    late = await asyncpg.connect(parts.dsn)
    open_still = late.transaction()
    await open_still.start()
    await write(late, fact("late", "t-late"))
    async with parts.pool.acquire() as sql:
        await write(sql, fact("early", "t-early"))
    parts.begin(parts.relay.run())
    await all_sent(parts)
    assert await on_the_bus(parts) == [("t-early", 1)]
    await open_still.commit()
    await late.close()
    parts.relay.wake()
    await all_sent(parts)
    assert await on_the_bus(parts) == [("t-early", 1), ("t-late", 1)]


async def test_what_nobody_announces_is_sent_too(parts):
    """STACK row 14: NOTIFY is a wake-up only, and no handler's transaction takes its lock; the poll is relied on."""
    parts.begin(parts.relay.run())

    async def leads():
        return parts.relay.leading

    await until(leads)
    async with parts.pool.acquire() as sql, sql.transaction():
        await write(sql, fact("a"))
    await all_sent(parts)
    assert [said for said in parts.statements if "notify" in said.lower()] == []


async def test_what_wakes_a_relay_while_it_reads_the_table_makes_it_read_again(parts, monkeypatch):
    monkeypatch.setattr(relay, "POLL_S", 3600)
    read, reads = parts.relay._send_some, []

    async def woken_meanwhile(sql):
        reads.append(None)
        if len(reads) == 1:
            parts.relay.wake()
        return await read(sql)

    monkeypatch.setattr(parts.relay, "_send_some", woken_meanwhile)
    parts.begin(parts.relay.run())

    async def again():
        return len(reads) > 1

    await until(again)


async def test_a_relay_that_was_woken_once_looks_once_and_waits_again(parts):
    parts.relay.wake()
    parts.relay.wake()
    assert [await parts.relay._woken(), await parts.relay._woken()] == [True, False]


async def test_a_relay_that_does_not_lead_wakes_the_one_that_does(parts):
    """STACK row 14."""
    async with parts_of_targets(parts.bus, parts.dsn) as other:
        for one in (parts, other):
            one.begin(one.relay.run())

        async def one_leads():
            return parts.relay.leading or other.relay.leading

        await until(one_leads)
        follower, leader = sorted((parts, other), key=lambda one: one.relay.leading)
        announced = asyncio.Event()
        async with leader.pool.acquire() as sql:
            await sql.add_listener("outbox_targets", lambda *_: announced.set())
            follower.relay.wake()
            async with asyncio.timeout(5):
                await announced.wait()
            await sql.reset()


async def test_without_a_receipt_a_row_is_sent_again_under_its_id_and_the_stream_has_it_once(parts):
    """STACK rows 9 and 13: the bus takes it and its receipt comes too late; `duplicate` is a success."""
    parts.begin(parts.relay.run())
    async with parts.pool.acquire() as sql:
        await write(sql, fact("before", "t-before"))
        await all_sent(parts)
        failed = failures()
        os.kill(parts.bus.pid, signal.SIGSTOP)
        try:
            await write(sql, fact("a"))
            parts.relay.wake()

            async def given_up():
                return failures() > failed

            await until(given_up)
            assert await parts.rows("SELECT count(*) FROM unsent") == [(1,)]
        finally:
            os.kill(parts.bus.pid, signal.SIGCONT)
    await all_sent(parts)
    assert await on_the_bus(parts) == [("t-before", 1), ("t-1", 1)]


async def test_a_row_that_is_not_taken_holds_back_its_aggregate_and_no_other(parts):
    """STACK row 24: gathered without regard to aggregates, the later fact would overtake the earlier one."""
    config = (await parts.streams.stream_info("TARGETS")).config
    subjects = list(config.subjects)
    config.subjects = [subject for subject in subjects if not subject.startswith(TargetSet.name)]
    await parts.streams.update_stream(config)
    held = TargetSet(target=target(id="t-held"))
    async with parts.pool.acquire() as sql:
        await write(sql, held, fact("second", "t-held"), fact("a", "t-free"), fact("b", "t-free"))
    parts.begin(parts.relay.run())

    async def free_sent():
        return await parts.rows("SELECT partitionkey FROM unsent ORDER BY id") == [("t-held",)] * 2

    await until(free_sent)
    assert await on_the_bus(parts) == [("t-free", 1), ("t-free", 2)]
    config.subjects = subjects
    await parts.streams.update_stream(config)
    parts.relay.wake()
    await all_sent(parts)
    assert await on_the_bus(parts) == [("t-free", 1), ("t-free", 2), ("t-held", 1), ("t-held", 2)]


async def test_a_bus_that_lost_everything_is_refilled_from_the_outbox(parts):
    """STACK row 1: JetStream is transport, the rows are the record."""
    parts.begin(parts.relay.run())
    async with parts.pool.acquire() as sql:
        await write(sql, *(fact(f"a-{n}", f"t-{n % 3}") for n in range(9)))
    await all_sent(parts)
    before = await on_the_bus(parts)
    config = (await parts.streams.stream_info("TARGETS")).config
    await parts.streams.delete_stream("TARGETS")
    await parts.streams.add_stream(config)
    async with parts.pool.acquire() as sql:
        assert await outbox.send_again(sql) == 9
        assert (await outbox.unsent(sql))[0] == 9
    await all_sent(parts)
    assert (len(before), await on_the_bus(parts)) == (9, before)


async def test_what_a_full_stream_refuses_stays_in_the_outbox_until_there_is_room(parts):
    """STACK row 30."""
    config = (await parts.streams.stream_info("TARGETS")).config
    await parts.streams.update_stream(replace(config, max_bytes=1))
    parts.begin(parts.relay.run())
    async with parts.pool.acquire() as sql:
        await write(sql, fact("a"), fact("b"))
    parts.relay.wake()

    async def refused():
        return failures() > before

    before = failures()
    await until(refused)
    assert await parts.rows("SELECT count(*) FROM unsent") == [(2,)]
    await parts.streams.update_stream(config)
    await all_sent(parts)
    assert await on_the_bus(parts) == [("t-1", 1), ("t-1", 2)]
