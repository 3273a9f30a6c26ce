"""What our client does past nats-py's public face, for every version that pyproject.toml lets in."""

import asyncio
import re
from importlib.metadata import version
from pathlib import Path

import nats
import pytest
from nats.errors import ConnectionClosedError, ConnectionDrainingError, MaxPayloadError, OutboundBufferLimitError
from packaging.specifiers import SpecifierSet

from clients.python.connection import Said, connect
from deploy.local.bus import Bus
from deploy.nats.users import Users
from tests.telling import through
from tests.waiting import until

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
async def two_clients(plain_nats):
    """Our client, and nats-py's own beside it."""
    ours, other = await connect(plain_nats), await nats.connect(plain_nats)
    yield ours, other
    for client in (ours, other):
        if not client.is_closed:
            await client.close()


async def said_by(client, *said):
    for subject, data in said:
        await client.publish(subject, data)
    await through(client)


async def gone(client):
    return not client.is_connected


def test_the_installed_library_is_of_a_version_for_which_these_tests_have_been_run():
    stated = re.search(r'"nats-py(\S+)"', PROJECT.read_text("utf-8"))[1]
    assert version("nats-py") in SpecifierSet(stated)
    assert "<" in stated


async def test_what_is_taken_at_once_comes_in_its_order_and_is_counted(two_clients):
    ours, other = two_clients
    taken = []
    await ours.subscribe_at_once("a.*", taken.append)
    await through(ours)
    before = dict(ours.stats)
    await other.publish("a.1", b"one", reply="back", headers={"k": "v"})
    await other.publish("a.2", b"")
    await through(other)
    await through(ours)
    assert [(one.subject, one.reply, one.data, dict(one.headers)) for one in taken] == [
        ("a.1", "back", b"one", {"k": "v"}),
        ("a.2", "", b"", {}),
    ]
    assert (ours.stats["in_msgs"] - before["in_msgs"], ours.stats["in_bytes"] - before["in_bytes"]) == (2, 3)


async def test_more_than_any_queue_of_the_library_holds_is_taken_at_once(two_clients):
    """There is no slow consumer: nothing waits."""
    ours, other = two_clients
    taken, errors = [], []

    async def told(error):
        errors.append(error)

    ours._error_cb = told
    subscription = await ours.subscribe_at_once("a", taken.append)
    await through(ours)
    subscription._pending_msgs_limit = 1
    await said_by(other, *(("a", b"%d" % n) for n in range(2_000)))
    await through(ours)
    assert [one.data for one in taken] == [b"%d" % n for n in range(2_000)]
    assert errors == []


async def test_what_taking_raises_is_told_and_the_next_message_is_taken(two_clients):
    ours, other = two_clients
    taken, errors = [], []

    async def told(error):
        errors.append(error)

    def take(message):
        if message.data == b"bad":
            raise ValueError("no")
        taken.append(message.data)

    ours._error_cb = told
    await ours.subscribe_at_once("a", take)
    await through(ours)
    await said_by(other, ("a", b"1"), ("a", b"bad"), ("a", b"2"))
    await through(ours)
    assert taken == [b"1", b"2"]
    assert [str(error) for error in errors] == ["no"]


@pytest.mark.parametrize("end", ["drain", "unsubscribe"])
async def test_a_subscription_that_has_ended_takes_nothing_more_and_one_that_drains_takes_what_was_under_way(
    two_clients, end
):
    ours, other = two_clients
    taken = []
    subscription = await ours.subscribe_at_once("a", lambda message: taken.append(message.data))
    await through(ours)
    await other.publish("a", b"before")
    await through(other)
    await getattr(subscription, end)()
    if end == "drain":
        assert taken == [b"before"]
    await through(ours)
    count = len(taken)
    await other.publish("a", b"after")
    await through(other)
    await through(ours)
    assert len(taken) == count
    assert ours._taking == {}


async def test_other_subscriptions_beside_it_work_as_they_do(two_clients):
    ours, other = two_clients
    taken = []
    await ours.subscribe_at_once("a.>", lambda message: taken.append(message.data))
    usual = await ours.subscribe("b")
    await through(ours)
    await said_by(other, ("a.1", b"1"), ("b", b"2"), ("a.2", b"3"))
    await through(ours)
    assert taken == [b"1", b"3"]
    assert [(await usual.next_msg()).data for _ in range(usual.pending_msgs)] == [b"2"]


async def test_many_are_published_in_one_write_in_their_order_as_the_library_would(two_clients):
    ours, other = two_clients
    heard = await other.subscribe("p.>")
    await through(other)
    before, writes = dict(ours.stats), []
    written = ours._transport.writelines
    ours._transport.writelines = lambda payload: (writes.append(payload), written(payload))
    said = [
        Said("p.1", "", b"plain"),
        Said("p.2", "back.1", b""),
        Said("p.3", "back.2", b"body", b"NATS/1.0\r\nName: value\r\n\r\n"),
        Said("p.4", "", b"", b"NATS/1.0\r\nName: other\r\n\r\n"),
    ]
    await ours.publish_all(said)
    await through(ours)
    await through(other)
    came = [await heard.next_msg() for _ in range(heard.pending_msgs)]
    assert [(one.subject, one.reply, one.data, one.headers) for one in came] == [
        ("p.1", "", b"plain", None),
        ("p.2", "back.1", b"", None),
        ("p.3", "back.2", b"body", {"Name": "value"}),
        ("p.4", "", b"", {"Name": "other"}),
    ]
    (frames,) = (one for payload in writes for one in payload if not one.startswith((b"PING", b"PONG")))
    assert frames.startswith(b"PUB p.1 ")
    assert (ours.stats["out_msgs"] - before["out_msgs"], ours.stats["out_bytes"] - before["out_bytes"]) == (4, 9)


async def test_nothing_to_publish_writes_nothing(two_clients):
    ours, _ = two_clients
    await ours.publish_all([])
    assert ours.stats["out_msgs"] == 0


async def test_a_client_that_may_not_publish_says_so_as_the_library_does(two_clients):
    ours, other = two_clients
    heard = await other.subscribe("p")
    await through(other)
    with pytest.raises(MaxPayloadError):
        await ours.publish_all([Said("p", "", b""), Said("p", "", b"x" * (ours.max_payload + 1))])
    await through(ours)
    await through(other)
    assert heard.pending_msgs == 0
    ours._status = type(ours).DRAINING_PUBS
    with pytest.raises(ConnectionDrainingError):
        await ours.publish_all([Said("p", "", b"")])
    ours._status = type(ours).CONNECTED
    await ours.close()
    with pytest.raises(ConnectionClosedError):
        await ours.publish_all([Said("p", "", b"")])


@pytest.mark.served
async def test_a_subscription_outlives_the_server_and_what_was_said_meanwhile_goes_out_when_it_is_back(tmp_path):
    bus = Bus.prepare(tmp_path / "nats", Users(), sync="2m")
    bus.start()
    back = asyncio.Event()

    async def reconnected():
        back.set()

    async def quiet(_):
        return None

    options = {"max_reconnect_attempts": -1, "reconnect_time_wait": 0.05, "error_cb": quiet}
    ours = await connect(
        bus.url("provisioner"),
        inbox_prefix=b"_INBOX.provisioner",
        pending_size=1000,
        reconnected_cb=reconnected,
        **options,
    )
    taken: list[bytes] = []
    await ours.subscribe_at_once("_INBOX.provisioner.a", lambda message: taken.append(message.data))
    await through(ours)
    bus.stop()
    await until(lambda: gone(ours))
    await ours.publish_all([Said("_INBOX.provisioner.a", "", b"meanwhile")])
    with pytest.raises(OutboundBufferLimitError):
        await ours.publish_all([Said("_INBOX.provisioner.a", "", b"x" * 1000)])
    bus.start()
    await asyncio.wait_for(back.wait(), 60)
    await ours.publish_all([Said("_INBOX.provisioner.a", "", b"after")])
    await through(ours)
    assert taken == [b"meanwhile", b"after"]
    await ours.close()
    bus.stop()
