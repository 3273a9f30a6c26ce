"""Facts of one aggregate stand in their stream in their order, whatever becomes of the stream or the relay."""

import asyncio
import random
import shutil
from collections import Counter

import pytest
from structlog.testing import capture_logs

from contracts.language.envelope import Envelope
from contracts.language.intake import Problem
from contracts.targets import ProgressReport
from deploy.nats.provision import provision
from services.runtime.messages import Heard, Refused
from services.runtime.telling import outbox
from services.runtime.telling.receipts import NOT_CONNECTED, Receipts, Sending
from services.runtime.wire import EXPECTED
from tests.runtime.parts_of_targets import parts_of_targets
from tests.runtime.test_stack_outbox import all_sent, fact, on_the_bus, write
from tests.servers import NOW, migrated
from tests.telling import connect
from tests.waiting import until


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets"), publish_timeout_s=1.0) as parts:
        yield parts


async def tell(parts, *facts):
    async with parts.pool.acquire() as sql, sql.transaction():
        await write(sql, *facts)
    parts.relay.wake()


async def leads(parts):
    async def so():
        return parts.relay.leading and not parts.relay._behind

    await until(so)


async def made_anew(parts):
    """The stream has lost everything, and nobody's connection has."""
    config = (await parts.streams.stream_info("TARGETS")).config
    await parts.streams.delete_stream("TARGETS")
    await parts.streams.add_stream(config)


async def restarted(bus, store=None):
    """The bus was killed; it comes back empty, or with an older copy of what it held."""
    bus.kill()
    shutil.rmtree(bus.home / "jetstream")
    if store is not None:
        shutil.copytree(store, bus.home / "jetstream")
    bus.start()
    provisioner = await connect(bus, "provisioner")
    await provision(provisioner.jetstream(timeout=10), bus.users.durables(), say=lambda _: None)
    await provisioner.close()


async def oldest(sql, order="ASC"):
    columns = "id, subject, partitionkey, sequence, headers, body"
    return outbox.Written(*await sql.fetchrow(f"SELECT {columns} FROM outbox ORDER BY id {order} LIMIT 1"))


async def newest(sql):
    return await oldest(sql, "DESC")


def in_order(told):
    """Each aggregate's sequence from 1 without a gap, repeats of what was there before aside."""
    last: dict[str, int] = {}
    for key, sequence in told:
        if sequence > last.get(key, 0):
            assert sequence == last.get(key, 0) + 1, told
            last[key] = sequence
    return last


async def test_a_stream_made_anew_is_told_the_older_facts_of_an_aggregate_before_a_newer_one(parts):
    parts.begin(parts.relay.run())
    await tell(parts, fact("a", "t-1"), fact("b", "t-1"), fact("c", "t-2"))
    await all_sent(parts)
    await made_anew(parts)
    await tell(parts, fact("d", "t-1"))
    await all_sent(parts)
    assert in_order(await on_the_bus(parts)) == {"t-1": 3, "t-2": 1}


async def test_a_full_stream_is_told_of_and_takes_what_waits_when_it_has_room_a_new_one_is_no_news(parts):
    config = (await parts.streams.stream_info("TARGETS")).config
    await parts.streams.update_stream(config.evolve(max_msgs=1, discard="new"))

    async def is_told():
        return any(line["event"] == "not sent yet" for line in said)

    with capture_logs() as said:
        await tell(parts, *(fact(f"a-{n}", f"t-{n % 7}") for n in range(20)))
        parts.begin(parts.relay.run())
        await until(is_told)
        await parts.streams.update_stream(config)
        await all_sent(parts)
    assert {line["event"] for line in said if line["log_level"] == "warning"} == {"not sent yet"}
    assert sum(in_order(await on_the_bus(parts)).values()) == 20


async def test_a_bus_that_comes_back_empty_is_refilled_before_what_was_written_meanwhile(bus, parts):
    """STACK row 1: nothing that was published while the client was not connected comes out of a buffer later."""
    parts.begin(parts.relay.run())
    await tell(parts, *(fact(f"a-{n}", f"t-{n % 5}") for n in range(20)))
    await all_sent(parts)
    bus.kill()
    await tell(parts, *(fact(f"b-{n}", f"t-{n % 5}") for n in range(20)))
    await restarted(bus)
    await all_sent(parts)
    assert in_order(await on_the_bus(parts)) == {f"t-{n}": 8 for n in range(5)}


async def test_a_bus_that_comes_back_empty_is_refilled_though_nobody_has_anything_to_tell(bus, parts):
    parts.begin(parts.relay.run())
    await tell(parts, fact("a", "t-1"), fact("b", "t-1"))
    await all_sent(parts)
    await restarted(bus)

    async def refilled():
        return await on_the_bus(parts) == [("t-1", 1), ("t-1", 2)]

    await until(refilled)


async def test_a_bus_that_lost_its_latest_messages_is_told_them_again(bus, parts, tmp_path):
    parts.begin(parts.relay.run())
    await tell(parts, fact("a", "t-1"), fact("b", "t-2"))
    await all_sent(parts)
    bus.stop()
    shutil.copytree(bus.home / "jetstream", tmp_path / "older")
    bus.start()
    await tell(parts, fact("c", "t-1"))
    await all_sent(parts)
    await restarted(bus, tmp_path / "older")
    await tell(parts, fact("d", "t-1"))
    await all_sent(parts)
    assert in_order(await on_the_bus(parts)) == {"t-1": 3, "t-2": 1}


async def test_what_a_relay_that_stood_still_sends_late_is_refused_by_a_stream_that_went_on(parts):
    """Bytes of a frozen process, of a frozen server, or of a client's buffer; the window for repeats is long past."""
    await tell(parts, fact("a", "t-1"), fact("b", "t-1"))
    relaying = parts.begin(parts.relay.run())
    await all_sent(parts)
    relaying.cancel()
    async with parts.pool.acquire() as sql:
        late = await newest(sql)
    await made_anew(parts)
    receipts = Receipts(parts.client)
    await receipts.listen()
    receipted = await receipts.publish([Sending(late, 1)], 5.0)
    assert (receipted.overtaken, await on_the_bus(parts)) == ({late.id}, [])


async def test_what_the_stream_has_is_repeated_by_whole_waves_and_what_follows_it_is_told_in_order(parts):
    """A wave is refused but for its first where each is bound to the end that the one before it would have made."""
    await tell(parts, *(fact(f"a-{n}", f"t-{n}") for n in range(400)))
    parts.begin(parts.relay.run())
    await all_sent(parts)
    async with parts.pool.acquire() as sql, sql.transaction():
        await outbox.send_again(sql)
    await tell(parts, *(fact(f"b-{n}", f"t-{n}") for n in range(400)))
    before = parts.client.stats["out_msgs"]
    await all_sent(parts)
    told = await on_the_bus(parts)
    assert in_order(told) == {f"t-{n}": 2 for n in range(400)}
    assert parts.client.stats["out_msgs"] - before < 8 * 400


async def test_two_relays_at_once_tell_nothing_out_of_order(parts):
    """STACK row 24: as while one has lost its lock and does not know it; the stream takes from who knows its end."""
    async with parts_of_targets(parts.bus, parts.dsn) as other:
        for n in range(10):
            await tell(parts, *(fact(f"{n}-{k}", f"t-{k}") for k in range(20)))
        for one in (parts, other):
            await one.relay._receipts.listen()
            async with one.pool.acquire() as sql:
                await one.relay._look(sql)

        async def send(one):
            async with one.pool.acquire() as sql:
                while (await outbox.unsent(sql))[0]:
                    if one.relay._in_doubt:
                        await one.relay._look(sql)
                    await one.relay._send_some(sql)

        await asyncio.gather(*(send(one) for one in (parts, other)))
    assert in_order(await on_the_bus(parts)) == {f"t-{k}": 10 for k in range(20)}


async def test_what_the_leading_relays_own_replica_commits_leaves_from_memory(parts):
    """The row in the table is made another before it is offered: what comes was not read there."""
    parts.begin(parts.relay.run())
    await tell(parts, fact("a", "t-1"))
    await all_sent(parts)
    await leads(parts)
    async with parts.pool.acquire() as sql, sql.transaction():
        written = await write(sql, fact("b", "t-1"), fact("c", "t-2"), fact("d", "t-1"))
        await sql.execute("UPDATE outbox SET body = 'read' WHERE id = ANY($1)", [row.id for row in written])
    parts.relay.offer(written)
    await all_sent(parts)
    assert in_order(await on_the_bus(parts)) == {"t-1": 3, "t-2": 1}
    stored = [await parts.streams.get_msg("TARGETS", n) for n in (2, 3, 4)]
    assert sorted(one.data for one in stored) == sorted(row.body for row in written)


async def test_two_replicas_of_which_now_one_and_now_the_other_leads_tell_every_aggregate_in_order(parts):
    """Each offers what it has committed; an aggregate's facts are committed by both, and both lose their locks."""
    async with parts_of_targets(parts.bus, parts.dsn, publish_timeout_s=1.0) as other:
        replicas, draw, counts = (parts, other), random.Random(5), Counter()
        for one in replicas:
            one.begin(one.relay.run())
        await until(lambda: one_leads(replicas))

        async def commit(one, n):
            keys = [f"t-{draw.randrange(12)}" for _ in range(8)]
            counts.update(keys)
            async with one.pool.acquire() as sql, sql.transaction():
                written = await write(sql, *(fact(f"{n}-{k}", key) for k, key in enumerate(keys)))
            one.relay.offer(written)

        for n in range(60):
            await asyncio.gather(*(commit(draw.choice(replicas), f"{n}-{k}") for k in range(4)))
            if n % 12 == 7:
                async with parts.pool.acquire() as sql:
                    await sql.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'targets-relay' AND datname = current_database()
                        """
                    )
        await all_sent(parts)
    told = await on_the_bus(parts)
    assert in_order(told) == counts
    assert len(told) == counts.total()


async def one_leads(replicas):
    return any(one.relay.leading for one in replicas)


async def test_a_refill_asked_for_again_and_again_under_load_loses_and_reorders_nothing(parts):
    parts.begin(parts.relay.run())
    for n in range(30):
        await tell(parts, *(fact(f"{n}-{k}", f"t-{k}") for k in range(20)))
        if n % 10 == 5:
            await made_anew(parts)
        if n % 3 == 0:
            async with parts.pool.acquire() as sql, sql.transaction():
                await outbox.send_again(sql)
    await all_sent(parts)
    assert in_order(await on_the_bus(parts)) == {f"t-{k}": 30 for k in range(20)}


async def test_what_stands_in_a_stream_says_what_it_was_bound_to(parts):
    """The binding is a header that the server checks; a department may read it and need not."""
    parts.begin(parts.relay.run())
    await tell(parts, fact("a", "t-1"), fact("b", "t-2"))
    await all_sent(parts)
    kept = [await parts.streams.get_msg("TARGETS", n) for n in (1, 2)]
    assert [one.headers[EXPECTED] for one in kept] == ["0", "1"]


async def test_beside_what_goes_to_a_stream_of_many_writers_facts_stay_bound_to_the_end_of_their_own(parts):
    """A refusal is bound to nothing: others write there too. The fact after it is bound to the fact before it."""
    heard = Heard(None, Envelope("posted", "other", ProgressReport.type(), NOW), "intake.other.progress.v1", "other", 1)
    refusal = outbox.refusing(Refused(heard, (Problem(field="body", rule="none"),)), "progress", "v1", NOW)
    async with parts.pool.acquire() as sql, sql.transaction():
        await write(sql, fact("a", "t-1"))
        await outbox.write(sql, "targets", [refusal], NOW)
        await write(sql, fact("b", "t-2"))
    parts.begin(parts.relay.run())
    await all_sent(parts)
    facts = [await parts.streams.get_msg("TARGETS", n) for n in (1, 2)]
    refused = await parts.streams.get_last_msg("REJECTED", "rejected.other.progress.v1")
    assert [one.headers.get(EXPECTED) for one in (*facts, refused)] == ["0", "1", None]


async def test_a_fact_that_is_there_already_is_struck_off_and_those_of_its_wave_that_are_not_are_told_after_it(parts):
    """Its receipt was lost: the stream knows its id, whatever it is bound to; the others were bound one too far."""
    await tell(parts, *(fact(f"a-{n}", f"t-{n}") for n in range(3)))
    async with parts.pool.acquire() as sql:
        first = await oldest(sql)
    receipts = Receipts(parts.client)
    await receipts.listen()
    await receipts.publish([Sending(first, 0)], 5.0)
    await tell(parts, fact("b-0", "t-0"))
    parts.begin(parts.relay.run())
    await all_sent(parts)
    assert sorted(await on_the_bus(parts)) == [("t-0", 1), ("t-0", 2), ("t-1", 1), ("t-2", 1)]
    assert in_order(await on_the_bus(parts)) == {"t-0": 2, "t-1": 1, "t-2": 1}


async def test_nothing_is_left_in_the_client_for_a_bus_that_comes_back(bus, parts):
    await tell(parts, fact("a", "t-1"))
    async with parts.pool.acquire() as sql:
        row = await oldest(sql)
    receipts = Receipts(parts.client)
    await receipts.listen()
    bus.kill()

    async def away():
        return not parts.client.is_connected

    await until(away)
    receipted = await receipts.publish([Sending(row, 0)], 0.1)
    await restarted(bus)

    async def back():
        return parts.client.is_connected

    await until(back)
    await parts.client.flush()
    assert (receipted.failed, await on_the_bus(parts)) == ({row.id: NOT_CONNECTED}, [])
