"""How many messages a pull asks for, and when: by its pace, by what it holds, by what it was told."""

import asyncio
import json
from dataclasses import replace

import pytest

from clients.python.connection import Arrived, connect
from contracts.wiring.streams import Durable
from services.runtime.hearing.pull import Pull
from services.runtime.pause import pause_s
from tests.telling import through
from tests.waiting import until

MIB = 1024 * 1024
WHOLE = 200
"""Twice the largest batch; the pace with which it begins is enough for it."""


class PullAndServer:
    """A pull, and who sits where the server keeps the durable: sees what is asked and settled."""

    def __init__(self, bus, server):
        self.bus, self.server = bus, server
        self.pull = Pull(bus, Durable("d", "NONE", "a.>", ack_wait_s=3.0), batch_max=100)
        self._told = 0

    async def enter(self):
        self._asked = await self.server.subscribe("$JS.API.CONSUMER.MSG.NEXT.NONE.d")
        self._settled = await self.server.subscribe("ack.>")
        await through(self.server)
        await self.pull.start()

    async def _come(self, subscription):
        await through(self.bus)
        await through(self.server)
        return [await subscription.next_msg() for _ in range(subscription.pending_msgs)]

    async def requests(self):
        """Let it ask, if it would; what it has asked since the last look."""
        await self.pull.ack([])
        return [json.loads(message.data) for message in await self._come(self._asked)]

    async def asked(self):
        return [request["batch"] for request in await self.requests()]

    async def settled(self):
        return [(message.subject, message.data) for message in await self._come(self._settled)]

    async def says(self, status, unfilled=None):
        told = f"Nats-Pending-Messages: {unfilled}\r\n" if unfilled else ""
        block = f"NATS/1.0 {status}\r\n{told}\r\n"
        self.pull._receive(Arrived(f"{self.pull._inbox}.1".encode(), b"", b"", block.encode()))

    async def sends(self, *sizes):
        """Messages of so many bytes."""
        sent = []
        for size in sizes:
            self._told += 1
            sent.append(Arrived(b"a.b", b"ack.%d" % self._told, b"x" * size))
            self.pull._receive(sent[-1])
        return sent


@pytest.fixture
async def pulling(plain_nats):
    pulling = PullAndServer(await connect(plain_nats), await connect(plain_nats))
    await pulling.enter()
    yield pulling
    for client in (pulling.bus, pulling.server):
        await client.close()


async def test_the_first_request_is_for_a_whole_window_and_there_is_no_second_beside_it(pulling):
    first = {"batch": WHOLE, "max_bytes": 4 * MIB, "expires": 30 * 10**9, "idle_heartbeat": 5 * 10**9}
    assert [await pulling.requests(), await pulling.requests()] == [[first], []]


@pytest.mark.parametrize(
    ("paces", "window"),
    [
        ([(10, 0.05)], 200),
        ([(10, 0.1)], 180),
        ([(1, 0.01)], 180),
        ([(0, 1.0)], 160),
        ([(0, 1.0), (0, 1.0)], 128),
        ([(100, 0.1)], 200),
        ([(1, 0.0)], 200),
        ([(0, 1.0)] * 25, 4),
    ],
)
async def test_the_window_is_what_is_handled_in_a_third_of_the_time_for_acknowledging(pulling, paces, window):
    """Of the pace the latest batch makes a fifth; at least four, at most two batches."""
    for handled, seconds in paces:
        pulling.pull.measure(handled, seconds)
    assert await pulling.asked() == [window]


async def test_it_asks_again_when_half_of_the_window_is_free(pulling):
    """What is held counts as what is asked for; with 185 the half is 92."""
    pulling.pull.measure(125, 1.0)
    assert await pulling.asked() == [185]
    held = await pulling.sends(*[1] * 185)
    assert await pulling.asked() == []
    await pulling.pull.ack(held)
    assert await pulling.asked() == [185]
    held = await pulling.sends(*[1] * 92)
    await pulling.pull.ack(held[:91])
    assert await pulling.asked() == []
    await pulling.pull.ack(held[91:])
    assert await pulling.asked() == [92]


async def test_with_no_request_open_it_asks_for_whatever_room_there_is(pulling):
    assert await pulling.asked() == [WHOLE]
    held = await pulling.sends(*[1] * WHOLE)
    await pulling.pull.ack(held[:1])
    assert await pulling.asked() == [1]


async def test_it_asks_for_nothing_while_it_holds_more_than_half_of_the_bytes(pulling):
    assert await pulling.asked() == [WHOLE]
    large = await pulling.sends(MIB, MIB)
    await pulling.says("408")
    assert await pulling.asked() == [WHOLE - 2]
    (one,) = await pulling.sends(1)
    await pulling.says("408")
    assert await pulling.asked() == []
    await pulling.pull.terminate(one)
    await pulling.pull.terminate(one)
    assert await pulling.asked() == [WHOLE - 2]
    await pulling.pull.ack(large)
    await pulling.says("408")
    assert await pulling.asked() == [WHOLE]


@pytest.mark.parametrize(
    ("status", "unfilled", "again"),
    [
        ("100", None, []),
        ("100", "200", []),
        ("404", None, [WHOLE]),
        ("408", None, [WHOLE]),
        ("408", "150", [150]),
        ("408", "99", []),
        ("408", "300", [WHOLE]),
        ("409", None, [WHOLE]),
        ("409", "150", [150]),
        ("503", None, [WHOLE]),
        ("", None, [WHOLE]),
    ],
)
async def test_what_a_request_did_not_bring_is_asked_for_again_and_a_heartbeat_ends_none(
    pulling, status, unfilled, again
):
    assert await pulling.asked() == [WHOLE]
    await pulling.says(status, unfilled)
    assert await pulling.asked() == again


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        (["409"], None),
        (["409"] * 2, 0.05),
        (["409"] * 3, 0.1),
        (["503"] * 6, 0.8),
        (["409"] * 7, 1.0),
        (["409"] * 2000, 1.0),
        (["409"] * 2 + ["100"] + ["409"], 0.1),
        (["409"] * 6 + ["408"] + ["409"] * 2, 0.05),
        (["409"] * 6 + ["404"] + ["409"] * 2, 0.05),
        (["409"] * 6 + ["a message"] + ["409"] * 2, 0.05),
    ],
)
async def test_whoever_is_refused_again_and_again_pauses_for_longer_and_longer(pulling, said, pause):
    """A durable that is gone refuses at once."""
    for one in said:
        await (pulling.sends(1) if one == "a message" else pulling.says(one))
    if pause is None:
        assert await pulling.asked() == [WHOLE]
        return
    assert pulling.pull._ask_at - pulling.pull._last_sign == pytest.approx(pause)
    pulling.pull._ask_at += 60
    assert await pulling.asked() == []
    pulling.pull._ask_at -= 120
    assert len(await pulling.asked()) == 1


async def test_what_was_asked_over_a_connection_that_is_lost_is_asked_again_without_a_pause(pulling):
    for _ in range(9):
        assert len(await pulling.asked()) <= 1
        await pulling.says("409")
    pulling.pull._ask_at += 60
    pulling.pull.forget_requests()
    assert await pulling.asked() == [WHOLE]
    pulling.pull.forget_requests()
    assert await pulling.asked() == [WHOLE]


async def test_a_request_of_which_nothing_is_heard_for_two_heartbeats_and_a_half_is_made_again(pulling):
    assert await pulling.asked() == [WHOLE]
    pulling.pull._last_sign -= 6
    assert await pulling.asked() == []
    pulling.pull._last_sign -= 7
    assert await pulling.asked() == [WHOLE]


async def test_whoever_has_stopped_asks_for_nothing(pulling):
    pulling.pull.stop()
    assert await pulling.asked() == []


@pytest.mark.parametrize(
    ("sizes", "batches"),
    [
        ([1] * 101, [100, 1]),
        ([MIB - 1, 1, 1], [2, 1]),
        ([MIB - 2, 1, 1, 1], [3, 1]),
        ([MIB, 1], [1, 1]),
        ([2 * MIB, 2 * MIB], [1, 1]),
    ],
)
async def test_a_batch_ends_with_its_number_or_with_the_message_that_reaches_a_mebibyte(pulling, sizes, batches):
    await pulling.sends(*sizes)
    assert [len(await pulling.pull.take()) for _ in batches] == batches


async def test_a_message_is_settled_by_the_word_for_what_became_of_it(pulling):
    """A plain nak would come back at once."""
    done, late, bad, kept = await pulling.sends(1, 1, 1, 1)
    await pulling.pull.ack([done])
    await pulling.pull.put_off(late, 0.25)
    await pulling.pull.terminate(bad)
    assert await pulling.settled() == [
        ("ack.1", b"+ACK"),
        ("ack.2", b'-NAK {"delay": 250000000}'),
        ("ack.3", b"+TERM"),
    ]
    pulling.pull.stop()
    await pulling.pull.give_back()
    assert await pulling.settled() == [(kept.reply, b"-NAK")]
    assert await pulling.pull.take() == []


@pytest.mark.parametrize(
    ("failures", "pause"), [(1, 0.5), (2, 1.0), (3, 2.0), (10, 256.0), (11, 300.0), (12, 300.0), (5000, 300.0)]
)
def test_a_pause_doubles_up_to_the_longest(failures, pause):
    assert pause_s(0.5, failures, 300.0) == pause


async def test_all_that_is_held_is_reported_as_in_progress_again_and_again_while_there_is_a_connection(pulling):
    """Else what waits for its batch would come again, and to another."""
    pulling.pull.durable = replace(pulling.pull.durable, ack_wait_s=0.03)
    done, _ = await pulling.sends(1, 1)
    beating = asyncio.create_task(pulling.pull.beat())
    in_progress = {("ack.1", b"+WPI"), ("ack.2", b"+WPI")}
    heard = []

    async def heard_of(*settled):
        heard.extend(await pulling.settled())
        return all(heard.count(one) >= 3 for one in settled)

    await until(lambda: heard_of(*in_progress))
    await pulling.pull.ack([done])
    await pulling.settled()
    heard.clear()
    await until(lambda: heard_of(("ack.2", b"+WPI")))
    assert ("ack.1", b"+WPI") not in heard
    await pulling.bus.close()
    ended, _ = await asyncio.wait([beating], timeout=0.2)
    assert ended == set()
    beating.cancel()
