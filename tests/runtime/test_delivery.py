"""Once delivered, every message has its one effect or a dead letter, whatever its handler does."""

import asyncio
import json
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import nats
import pytest

from contracts.every_service import (
    DeadLetters,
    DiscardDeadLetters,
    ListDeadLetters,
    ReplayDeadLetters,
)
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.targets import SetTarget, ShowPlan
from contracts.wiring.streams import STREAMS
from deploy.nats.provision import provision
from services.runtime.ids import uuid7
from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.runtime.running_targets import service, targets_on
from tests.servers import migrated
from tests.telling import connect


@pytest.fixture
async def on_bus(bus):
    async with targets_on(bus) as found:
        yield found


async def test_a_failing_handler_is_tried_again_later_and_later_and_the_message_is_not_lost(on_bus):
    """STACK rows 2 and 3: at the defaults the first error drops it, or a thousand come at once."""
    async with service(on_bus):
        await on_bus.post(progress("a", "fails-3"))
        await on_bus.seen("a")
    gaps = await on_bus.rows(
        "SELECT extract(epoch FROM at - lag(at) OVER (ORDER BY at))::float8 FROM tried ORDER BY at"
    )
    first, second, third = [gap for (gap,) in gaps[1:]]
    assert (len(gaps), first >= 0.05, second >= 0.1, third >= 0.2) == (4, True, True, True)
    assert await on_bus.rows("SELECT attempts FROM attempts") == [(3,)]


async def test_one_bad_event_does_not_hold_up_the_others_of_its_batch(on_bus):
    """It fails in the batch, in each half that has it, and then alone."""
    for n in range(20):
        await on_bus.post(progress(f"ok-{n:02d}"))
    await on_bus.post(progress("bad", "fails-7"))
    async with service(on_bus):
        await on_bus.seen(*(f"ok-{n:02d}" for n in range(20)), "bad")
    assert await on_bus.rows("SELECT external_id FROM seen ORDER BY id DESC LIMIT 1") == [("bad",)]
    assert await on_bus.rows("SELECT count(*) FROM seen") == [(21,)]


async def test_poison_becomes_a_dead_letter_that_is_announced_grouped_replayed_and_has_one_effect(on_bus):
    announced = await on_bus.reader.subscribe("targets.dead_lettered.>")
    await on_bus.reader.flush()
    async with service(on_bus, LINZHANG_MAX_ATTEMPTS="3") as one:
        await on_bus.post(progress("p-1", "poison"))
        await on_bus.post(progress("p-2", "poison"))
        await on_bus.post(progress("good"))
        letters = [json.loads((await announced.next_msg(timeout=10)).data) for _ in range(2)]
        assert [(letter["cause"], letter["attempts"], letter["durable"]) for letter in letters] == [
            ("Poison", 3, "targets-intake-progress")
        ] * 2
        (group,) = (await on_bus.ask(ListDeadLetters(), DeadLetters)).groups
        assert (group.cause, group.count) == ("Poison", 2)
        assert re.fullmatch(r"in __main__\.see, line \d+", group.example["reason"])
        assert (await on_bus.ask(ReplayDeadLetters(ids=group.ids), Done)).changed == 0
        await on_bus.rows("INSERT INTO mended VALUES (true)")
        assert (await on_bus.ask(ReplayDeadLetters(ids=group.ids[:1]), Done)).changed == 1
        discarded = DiscardDeadLetters(ids=group.ids, reason="发错了")
        assert (await on_bus.ask(discarded, Done)).changed == 1
        assert (await on_bus.ask(ListDeadLetters(), DeadLetters)).groups == ()
        assert 'outcome="dead"' in one.get("/metrics")[1]
    assert await on_bus.rows("SELECT count(*) FROM seen") == [(2,)]
    assert sorted(await on_bus.rows("SELECT state, settled_reason FROM dead_letters")) == [
        ("discarded", "发错了"),
        ("replayed", None),
    ]


async def test_poison_that_two_replicas_have_at_once_is_one_dead_letter(bus):
    async def poisoned(tx, events):
        await asyncio.sleep(0.1)
        raise RuntimeError("cannot be handled")

    async with parts_of_targets(bus, await migrated("targets"), max_attempts=1) as one:
        pull = await one.pull()
        await one.post(progress("p-1"))
        taken = await pull.take()
        await asyncio.gather(*(one.handling(poisoned).settle(pull, taken) for _ in range(2)))
        assert await one.rows("SELECT durable FROM dead_letters") == [("targets-intake-progress",)]
        assert await one.rows("SELECT count(*) FROM outbox WHERE subject LIKE 'targets.dead_lettered.%'") == [(1,)]


async def test_a_fact_that_its_contract_refuses_is_a_dead_letter_at_once(on_bus):
    cases = await connect(on_bus.bus, "cases")
    told = to_headers(Envelope(uuid7(), "cases", "cn.linzhang.cases.opened.v1", datetime.now(UTC)))
    await cases.jetstream().publish("cases.opened.v1.36.02.22.104.201", b'{"case": 1}', headers=told)
    async with service(on_bus):
        await on_bus.becomes("SELECT durable, attempts FROM dead_letters", [("targets-opened", 1)])
        ((reason, body),) = await on_bus.rows("SELECT reason, body FROM dead_letters")
    assert ("case:" in reason, body) == (True, b'{"case": 1}')
    await cases.close()


async def test_a_fact_told_under_a_false_name_is_not_believed(on_bus):
    cases = await connect(on_bus.bus, "cases")
    told = to_headers(Envelope(uuid7(), "patrol", "cn.linzhang.cases.opened.v1", datetime.now(UTC)))
    await cases.jetstream().publish("cases.opened.v1.36.02.22.104.201", b"{}", headers=told)
    async with service(on_bus):
        await on_bus.becomes("SELECT cause FROM dead_letters", [("unreadable ce-source",)])
    await cases.close()


async def test_the_same_message_twice_in_one_batch_has_one_effect(on_bus):
    """STACK row 23. INTAKE remembers ids for 100 ms only, so the second comes after that."""
    await on_bus.post(progress("a"), "m-1")
    await asyncio.sleep(0.15)
    await on_bus.post(progress("a"), "m-1")
    await on_bus.post(progress("b"), "m-2")
    async with service(on_bus):
        await on_bus.seen("a", "b")
    assert await on_bus.rows("SELECT batch FROM seen") == [(2,), (2,)]


async def test_what_cannot_be_read_is_refused_once_however_often_it_is_delivered(on_bus):
    provisioner = await connect(on_bus.bus, "provisioner")
    stream = provisioner.jetstream(timeout=5)
    refusals = ("SELECT count(*) FROM outbox WHERE subject LIKE 'rejected.%'", [(1,)])
    async with service(on_bus):
        # What fails once comes twice, so that the second delivery of the torn one has another number.
        await on_bus.post(progress("a", "fails-1"))
        await on_bus.seen("a")
        await on_bus.post({"torn": True})
        await on_bus.becomes(*refusals)
        await stream.delete_consumer("INTAKE", "targets-intake-progress")
        await provision(stream, on_bus.bus.users.durables(), say=lambda _: None)
        await on_bus.post(progress("b"))
        await on_bus.seen("a", "b")
    assert await on_bus.rows(refusals[0]) == refusals[1]
    await provisioner.close()


async def test_two_senders_that_use_one_message_id_are_both_heard(on_bus):
    """STACK row 21: the inbox goes by the source in the subject, and INTAKE hardly deduplicates."""
    other = await connect(on_bus.bus, "other")
    await on_bus.post(progress("a"), "m-1")
    await asyncio.sleep(0.15)
    await on_bus.post(progress("b"), "m-1", other, "other")
    async with service(on_bus):
        await on_bus.seen("a", "b")
    await other.close()


async def test_a_deadlock_is_tried_again_at_once_and_is_nobodys_failure(on_bus):
    """STACK row 22."""
    async with service(on_bus, LINZHANG_RETRY_FIRST_S="30"):
        await on_bus.post(progress("a", "deadlock"))
        await on_bus.seen("a")
    assert await on_bus.rows("SELECT count(*) FROM attempts") == [(0,)]


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 - 700])
async def test_what_would_be_larger_than_a_stream_takes_fails_its_transaction_and_its_sender_is_told(on_bus, size):
    """Headers count too: one that the stream would never take must not stand in the outbox (STACK row 29)."""
    async with service(on_bus):
        await on_bus.post(progress("a", f"bytes-{size}"))
        ((refusal,),) = await on_bus.come("SELECT body FROM outbox WHERE subject = 'rejected.acme.progress.v1'")
    rule = "what would be told of it is larger than the bus takes"
    told = {"field": "body", "rule": rule, "code": "untellable", "figures": {}}
    assert json.loads(refusal)["problems"] == [told]
    assert await on_bus.rows("SELECT (SELECT count(*) FROM seen), (SELECT count(*) FROM outbox)") == [(0, 1)]


async def acknowledged_within(stream, ack_wait_s):
    config = (await stream.consumer_info("INTAKE", "targets-intake-progress")).config
    config.ack_wait = ack_wait_s
    await stream.add_consumer("INTAKE", config)


async def test_a_slow_handler_does_not_run_twice(on_bus):
    """STACK row 12: what is held is reported as in progress."""
    operator = await nats.connect(on_bus.bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    stream = operator.jetstream(timeout=5)
    await acknowledged_within(stream, 0.6)
    async with service(on_bus, ACK_WAIT_S="0.6"):
        await on_bus.post(progress("a", "slow-2"))
        await on_bus.seen("a")
        delivered = (await stream.consumer_info("INTAKE", "targets-intake-progress")).delivered
    assert (delivered.consumer_seq, await on_bus.rows("SELECT count(*) FROM tried")) == (1, [(1,)])
    await operator.close()


HOUR_S = 3600.0
STOPS = 4


async def given_up_after(on_bus, seconds):
    """What is not given back comes again only then."""
    provisioner = await connect(on_bus.bus, "provisioner")
    await acknowledged_within(provisioner.jetstream(timeout=5), seconds)
    await provisioner.close()


async def test_a_clean_stop_gives_back_what_was_fetched_at_once(on_bus):
    """STACK row 12: without that it would come again only after `ack_wait`."""
    await given_up_after(on_bus, HOUR_S)
    for n in range(30):
        await on_bus.post(progress(f"a-{n:02d}", "slow-0.5" if n == 0 else "ok"))
    async with service(on_bus, LINZHANG_BATCH_MAX="1"):
        await on_bus.becomes("SELECT count(*) FROM tried", [(1,)])
    async with service(on_bus):
        await on_bus.seen(*(f"a-{n:02d}" for n in range(30)))


async def test_a_stop_under_load_ends_and_what_is_given_back_does_not_come_to_the_one_that_stops(on_bus):
    """A cancellation that a library swallows would leave it running; a request left open would take all back again."""
    await given_up_after(on_bus, HOUR_S)
    posted = []
    stopping = False

    async def post_on():
        while not stopping:
            ahead = len(posted) - (await on_bus.rows("SELECT count(*) FROM seen"))[0][0]
            for _ in range(300 - ahead):
                posted.append(f"a-{len(posted):05d}")
                await on_bus.post(progress(posted[-1]))

    posting = asyncio.create_task(post_on())
    for stop in range(1, STOPS + 1):
        async with service(on_bus):
            await on_bus.becomes(f"SELECT count(*) > {200 * stop} FROM seen", [(True,)])
    stopping = True
    await posting
    async with service(on_bus):
        # At a stop one may have left the server's consumer and not yet the server: nobody has it to give it back.
        await on_bus.becomes(f"SELECT count(*) >= {len(posted) - STOPS} FROM seen", [(True,)])
        await given_up_after(on_bus, 0.5)
        await on_bus.seen(*posted)


async def test_two_replicas_share_the_work_and_every_message_has_one_effect(on_bus):
    async with AsyncExitStack() as stack:
        for replica in ("one", "two"):
            await stack.enter_async_context(service(on_bus, LINZHANG_BATCH_MAX="8", REPLICA=replica))
        await asyncio.gather(*(on_bus.post(progress(f"a-{n:03d}", target_id=f"t-{n % 7}")) for n in range(300)))
        await on_bus.seen(*(f"a-{n:03d}" for n in range(300)))
        await on_bus.becomes("SELECT count(*) FROM unsent", [(0,)])
    assert await on_bus.rows("SELECT count(DISTINCT replica), count(*) FROM seen") == [(2, 300)]


async def test_facts_of_one_aggregate_leave_in_order_also_when_the_relay_dies(on_bus):
    """Two relays, one of which leads; it is killed in the middle (STACK rows 13 and 24)."""
    provisioner = await connect(on_bus.bus, "provisioner")
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(service(on_bus, LINZHANG_RELAY_CHUNK="4"))
        await stack.enter_async_context(service(on_bus, LINZHANG_RELAY_CHUNK="4"))
        posting = asyncio.gather(*(on_bus.post(progress(f"a-{n:03d}", target_id=f"t-{n % 3}")) for n in range(200)))
        await on_bus.becomes("SELECT (SELECT count(*) FROM outbox) - (SELECT count(*) FROM unsent) > 20", [(True,)])
        await first.kill()
        await posting
        await on_bus.seen(*(f"a-{n:03d}" for n in range(200)))
        await on_bus.becomes("SELECT count(*) FROM unsent", [(0,)])
    stream = provisioner.jetstream(timeout=5)
    told = [await stream.get_msg("TARGETS", seq) for seq in range(1, 201)]
    sequences = {}
    for message in told:
        sequences.setdefault(message.headers["ce-partitionkey"], []).append(int(message.headers["ce-sequence"]))
    assert {key: its == list(range(1, len(its) + 1)) for key, its in sequences.items()} == dict.fromkeys(
        ("t-0", "t-1", "t-2"), True
    )
    await provisioner.close()


async def test_the_correlation_and_the_trace_go_on_from_what_was_posted(on_bus):
    heard = await on_bus.reader.subscribe("targets.progressed.>")
    await on_bus.reader.flush()
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with service(on_bus):
        await on_bus.post(progress("a"), "m-1", **{"ce-traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        fact = await heard.next_msg(timeout=10)
    assert (fact.headers["ce-correlationid"], fact.headers["ce-causationid"]) == ("m-1", "m-1")
    assert re.match(rf"00-{trace}-(?!b7ad6b7169203331)[0-9a-f]{{16}}-01", fact.headers["ce-traceparent"])


async def test_a_service_changes_neither_streams_nor_durables(on_bus):
    """STACK rows 4 and 19: whoever declares a stream where it is used overwrites its limits."""
    provisioner = await connect(on_bus.bus, "provisioner")
    stream = provisioner.jetstream(timeout=5)

    async def all_of_them():
        streams = [(await stream.stream_info(one.name)).config for one in STREAMS]
        return streams, [[one.config for one in await stream.consumers_info(of.name)] for of in streams]

    before = await all_of_them()
    async with service(on_bus):
        pass
    assert await all_of_them() == before
    await provisioner.close()


async def test_a_reply_to_header_makes_nobody_publish_anywhere(on_bus):
    """STACK row 7: FastStream's own subscribers answer wherever such a header points."""
    heard = await on_bus.reader.subscribe("targets.>")
    await on_bus.reader.flush()
    async with service(on_bus):
        await on_bus.post(progress("a"), reply_to="targets.set.v1.36.02.22.104.201")
        assert (await heard.next_msg(timeout=10)).subject.startswith("targets.progressed.")
        await on_bus.becomes("SELECT count(*) FROM unsent", [(0,)])
    assert heard.pending_msgs == 0


async def test_metrics_have_no_series_for_each_subject(on_bus):
    """STACK row 10."""
    async with service(on_bus) as one:
        await on_bus.post(progress("a"))
        await on_bus.seen("a")
        _, told = one.get("/metrics")
    assert 'linzhang_messages_total{consumer_name="targets-intake-progress",outcome="handled"} 1.0' in told
    assert "intake.acme" not in told


async def plan(on_bus, year):
    subject = ShowPlan.subject_for(OPERATOR, UNKNOWN)
    told = to_headers(Envelope(uuid7(), OPERATOR, ShowPlan.type(), datetime.now(UTC)))
    reply = await on_bus.operator.request(subject, json.dumps({"year": year}).encode(), headers=told, timeout=10)
    return json.loads(reply.data)["changed"]


async def test_a_fast_command_does_not_wait_behind_a_slow_one(on_bus):
    """STACK row 25."""
    async with service(on_bus):
        slow = asyncio.create_task(plan(on_bus, 2100))
        await asyncio.sleep(0)
        assert await plan(on_bus, 2000) == 2000
        assert not slow.done()
        assert await slow == 2100


async def test_a_command_whose_handler_fails_is_answered_with_a_problem(on_bus):
    """STACK row 25: FastStream would answer nothing."""
    target = {"id": "x", "year": 2020, "name": "x", "name_en": "x", "kind": "count", "unit": "pieces", "amount": None}
    target |= {"division": "360200000000", "in_force": {"first": "2020-01-01", "last": "2020-12-31"}}
    body = {"target": target | {"known_from": "2020-01-01", "source": "x"}}
    told = to_headers(Envelope(uuid7(), OPERATOR, SetTarget.type(), datetime.now(UTC)))
    async with service(on_bus):
        subject = SetTarget.subject_for(OPERATOR, UNKNOWN)
        reply = await on_bus.operator.request(subject, json.dumps(body).encode(), headers=told, timeout=10)
    problem = json.loads(reply.data)
    assert (problem["status"], problem["type"]) == (500, "urn:linzhang:problem:failed")
    assert reply.headers["content-type"] == "application/problem+json"
