"""What the stack does where nothing is set: an upgrade that changes one of these is noticed (docs/stack.md)."""

from datetime import UTC, datetime

import asyncpg
import nats
import pytest
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import APIError

from tests.raw import Raw, hpub, pub
from tests.waiting import until


@pytest.fixture
async def stream(plain_nats):
    """JetStream with one stream S of `s.>`, gone again afterwards."""
    connection = await nats.connect(plain_nats)
    stream = connection.jetstream(timeout=5)
    await stream.add_stream(StreamConfig(name="S", subjects=["s.>"]))
    yield stream
    await stream.delete_stream("S")
    await connection.close()


def subscribing(url, handler, **settings):
    """A FastStream subscriber of `s.a`, as its documentation shows it."""
    broker = NatsBroker(url, logger=None)
    wanted = {"stream": JStream("S", declare=False), "durable": "d", "pull_sub": PullSub(), **settings}
    broker.subscriber("s.a", **wanted)(handler)
    return broker


async def test_faststream_drops_a_message_whose_handler_fails(plain_nats, stream):
    """STACK row 2: REJECT_ON_ERROR."""
    called = []

    async def fail(message):
        called.append(message)
        raise RuntimeError("the database is away for a second")

    async with subscribing(plain_nats, fail) as broker:
        await broker.start()
        await stream.publish("s.a", b"1")

        async def gone():
            state = await stream.consumer_info("S", "d")
            return bool(called) and (state.num_pending, state.num_ack_pending) == (0, 0)

        await until(gone)
    assert len(called) == 1


async def test_a_plain_nak_comes_back_at_once_whatever_the_consumers_backoff(stream):
    """STACK row 3."""
    config = ConsumerConfig(backoff=[20, 30], max_deliver=1000)
    reading = await stream.pull_subscribe("s.a", durable="d", stream="S", config=config)
    await stream.publish("s.a", b"1")
    for delivered in range(1, 20):
        (message,) = await reading.fetch(1, timeout=5)
        assert message.metadata.num_delivered == delivered
        await message.nak()


async def test_faststream_overwrites_the_limits_of_a_stream_that_it_declares(plain_nats, stream):
    """STACK row 4."""
    await stream.update_stream(StreamConfig(name="S", subjects=["s.>"], max_age=3600))

    async def hear(message): ...

    async with subscribing(plain_nats, hear, stream=JStream("S", subjects=["s.>"])) as broker:
        await broker.start()
        assert (await stream.stream_info("S")).config.max_age == 0


async def test_faststream_answers_wherever_a_reply_to_header_points(plain_nats, stream):
    """STACK row 7."""
    connection = await nats.connect(plain_nats)
    heard = await connection.subscribe("somewhere.else")
    await connection.flush()

    async def hear(message):
        return "what only the service may say"

    async with subscribing(plain_nats, hear) as broker:
        await broker.start()
        await stream.publish("s.a", b"1", headers={"reply_to": "somewhere.else"})
        assert (await heard.next_msg(timeout=5)).data == b"what only the service may say"
    await connection.close()


async def test_a_widened_durable_does_not_go_back_to_what_it_missed(stream):
    """STACK row 19."""
    await stream.add_consumer("S", ConsumerConfig(durable_name="d", filter_subject="s.a"))
    await stream.publish("s.b", b"missed")
    await stream.publish("s.a", b"heard")
    reading = await stream.pull_subscribe_bind("d", "S")
    (message,) = await reading.fetch(1, timeout=5)
    await message.ack_sync()
    await stream.add_consumer("S", ConsumerConfig(durable_name="d", filter_subject="s.>"))
    info = await stream.consumer_info("S", "d")
    assert (info.config.filter_subject, info.num_pending) == ("s.>", 0)


async def test_a_fired_schedule_has_no_message_id(stream):
    """STACK row 15."""
    config = StreamConfig(name="LATER", subjects=["later.>"], allow_msg_schedules=True, allow_rollup_hdrs=True)
    await stream.add_stream(config)
    headers = {
        "Nats-Schedule": f"@at {datetime.now(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Nats-Schedule-Target": "later.fired",
        "Nats-Msg-Id": "m-1",
        "ce-id": "m-1",
    }
    reading = await stream.pull_subscribe("later.fired", durable="d", stream="LATER")
    await stream.publish("later.planned", b"1", headers=headers)
    (fired,) = await reading.fetch(1, timeout=5)
    assert ("Nats-Msg-Id" in fired.headers, fired.headers["ce-id"]) == (False, "m-1")
    await stream.delete_stream("LATER")


async def test_a_stream_deduplicates_for_two_minutes_whoever_the_sender(stream):
    """STACK row 21."""
    assert (await stream.stream_info("S")).config.duplicate_window == 120
    receipts = [await stream.publish("s.a", sender, headers={"Nats-Msg-Id": "1"}) for sender in (b"one", b"other")]
    assert [bool(receipt.duplicate) for receipt in receipts] == [False, True]


async def test_a_key_twice_in_one_statement_is_returned_once(postgres):
    """STACK row 23."""
    sql = await asyncpg.connect(postgres.admin_dsn)
    await sql.execute("CREATE TEMPORARY TABLE claimed (id text PRIMARY KEY)")
    claim = "INSERT INTO claimed SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING id"
    assert [row["id"] for row in await sql.fetch(claim, ["a", "a", "b"])] == ["a", "b"]
    await sql.close()


@pytest.mark.parametrize(
    "frame",
    [pub(b"s.\xff"), pub(b"s.a\x0cb"), hpub(b"s.a", b"NATS/1.0 503 \xff\xff\r\n\r\n"), hpub(b"s.a", b"NATS")],
)
async def test_nats_py_stops_reading_at_bytes_that_the_server_lets_in(plain_nats, frame):
    """STACK row 28: what it expects to be text is not looked at by the server."""

    async def quiet(error):
        pass

    client = await nats.connect(plain_nats, error_cb=quiet, allow_reconnect=False)
    await client.subscribe("s.*")
    await client.flush()
    reading, raw = client._reading_task, await Raw.connect(plain_nats)
    await raw.send(frame)

    async def stopped():
        return reading.done()

    await until(stopped)
    await raw.close()
    await client.close()


@pytest.mark.parametrize(("size", "taken"), [(65_535, True), (65_536, False)])
async def test_a_stream_takes_a_header_block_of_64_kb(stream, size, taken):
    """STACK row 29: the receipt says so, and a fact that is larger would be sent for ever."""
    value = "y" * (size - len(b"NATS/1.0\r\nname: \r\n\r\n"))
    if taken:
        assert (await stream.publish("s.a", b"", headers={"name": value})).stream == "S"
    else:
        with pytest.raises(APIError, match="header size exceeds maximum"):
            await stream.publish("s.a", b"", headers={"name": value})
