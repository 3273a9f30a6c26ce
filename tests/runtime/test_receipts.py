"""What becomes of what is published: by receipt, by refusal, or by nobody's word."""

import asyncio

import pytest

from clients.python.connection import connect
from services.runtime.telling.outbox import Written
from services.runtime.telling.receipts import NOT_CONNECTED, End, Receipts, Sending
from tests.telling import through

LONG_S = 3600.0


class TwoStreams:
    """Two streams on a bus, who publishes to them, and somebody else."""

    def __init__(self, bus, other):
        self.bus, self.other = bus, other
        self.receipts = Receipts(bus)
        self.streams = other.jetstream(timeout=10)

    async def sent(self, *sendings, within_s=LONG_S):
        async with asyncio.timeout(60):
            return await self.receipts.publish(sendings, within_s)


@pytest.fixture
async def two_streams(plain_nats):
    two_streams = TwoStreams(await connect(plain_nats), await connect(plain_nats))
    await two_streams.receipts.listen()
    await two_streams.streams.add_stream(name="OURS", subjects=["ours.>"])
    await two_streams.streams.add_stream(name="MANY", subjects=["many.>"], max_msg_size=100)
    yield two_streams
    for name in ("OURS", "MANY"):
        await two_streams.streams.delete_stream(name)
    for client in (two_streams.bus, two_streams.other):
        await client.close()


def sending(number, subject, after=None, body=b"{}"):
    headers = f"NATS/1.0\r\nNats-Msg-Id: m-{number}\r\n"
    return Sending(Written(number, subject, f"t-{number}", None, headers, body), after)


async def test_each_of_a_wave_has_a_receipt_or_the_reason_why_it_has_none(two_streams):
    """The wave is over with the last of them, and nothing of it is remembered."""
    told = await two_streams.sent(
        sending(1, "ours.a", 0),
        sending(2, "many.a"),
        sending(3, "nobody.a"),
        sending(4, "ours.b", 5),
        sending(5, "many.b", body=b"x" * 200),
    )
    assert {number: told.failed[number] for number in (3, 5)} == {
        3: "no stream takes this subject",
        5: "message size exceeds maximum allowed",
    }
    assert (sorted(told.failed), told.overtaken, told.last) == ([3, 4, 5], {4}, 1)
    assert two_streams.receipts._waiting == {}


async def test_the_last_sequence_is_one_that_was_given_to_what_was_bound_to_one(two_streams):
    """What goes to a stream of many writers says nothing of ours, and what is there already was given none now."""
    assert (await two_streams.sent(*(sending(n, "many.a") for n in range(5)))).last == 0
    assert (await two_streams.sent(sending(10, "ours.a", 0), sending(11, "many.a"))).last == 1
    assert (await two_streams.sent(sending(12, "ours.a", 1), sending(13, "ours.a", 2))).last == 3
    again = await two_streams.sent(sending(13, "ours.a", 3))
    assert (again.failed, again.last) == ({}, 0)


async def test_what_nobody_answers_in_time_has_no_receipt_and_an_answer_that_comes_later_harms_nobody(two_streams):
    silent = await two_streams.other.subscribe("silent.a")
    await through(two_streams.other)
    told = await two_streams.sent(sending(1, "silent.a"), sending(2, "ours.a", 0), within_s=0.2)
    assert (told.failed, told.overtaken, two_streams.receipts._waiting) == ({1: "no receipt in time"}, set(), {})
    await (await silent.next_msg()).respond(b'{"stream": "SILENT", "seq": 1}')
    await through(two_streams.other)
    assert (await two_streams.sent(sending(3, "ours.a", 1))).last == 2


async def test_a_receipt_with_headers_of_its_own_is_a_receipt(two_streams):
    async def receipt(message):
        await two_streams.other.publish(message.reply, b'{"stream": "OTHER", "seq": 7}', headers={"by": "another"})

    await two_streams.other.subscribe("other.a", cb=receipt)
    await through(two_streams.other)
    told = await two_streams.sent(sending(1, "other.a", 6))
    assert (told.failed, told.last) == ({}, 7)


async def test_a_stream_says_when_it_was_made_and_where_it_ends_and_one_that_is_not_there_says_nothing(two_streams):
    await two_streams.sent(sending(1, "ours.a", 0), sending(2, "ours.a", 1))
    made_at = (await two_streams.streams.stream_info("OURS")).created
    end = await two_streams.receipts.end_of("OURS", LONG_S)
    assert isinstance(end, End)
    assert (end.made_at[:19], end.last) == (made_at.isoformat()[:19], 2)
    assert await two_streams.receipts.end_of("GONE", LONG_S) is None
    assert two_streams.receipts._waiting == {}


async def test_whoever_is_not_connected_asks_and_sends_nothing(two_streams):
    await two_streams.bus.close()
    assert await two_streams.receipts.end_of("OURS", LONG_S) is None
    told = await two_streams.sent(sending(1, "ours.a", 0), sending(2, "ours.a", 1), within_s=0.1)
    assert told.failed == {1: NOT_CONNECTED, 2: NOT_CONNECTED}
    assert two_streams.receipts._waiting == {}
