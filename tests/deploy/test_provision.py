"""The provisioner makes what is missing, says what it changes, and loses nothing."""

from dataclasses import replace

import nats
import pytest
from nats.js.errors import NotFoundError

from contracts.wiring import streams
from contracts.wiring.streams import DURABLES, STREAMS
from deploy.nats import provision as provisioner
from deploy.nats.provision import WouldLoseData, provision


@pytest.fixture
async def stream(bus):
    connection = await nats.connect(bus.url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    yield connection.jetstream(timeout=5)
    await connection.close()


async def test_a_second_run_changes_nothing_and_says_nothing(bus, stream):
    said = []
    assert (await provision(stream, bus.users.durables(), say=said.append), said) == (0, [])


async def test_what_is_missing_is_made_and_said(bus, stream):
    await stream.delete_consumer("CASES", "targets-closed")
    said = []
    assert await provision(stream, bus.users.durables(), say=said.append) == 1
    assert said == ["durable CASES/targets-closed: made, hears cases.closed.v1.>"]


async def test_every_durable_asks_again_for_ever_and_hears_one_kind(stream):
    """STACK rows 12 and 19: with a finite `max_deliver` a stuck worker lost messages."""
    for durables in DURABLES.values():
        for durable in durables:
            config = (await stream.consumer_info(durable.stream, durable.name)).config
            assert (config.max_deliver, config.filter_subject) == (-1, durable.filter_subject)


async def test_a_change_that_would_lose_messages_is_named_and_nothing_is_changed(bus, stream, monkeypatch):
    shorter = tuple(replace(one, max_age_s=60.0) if one.name == "CASES" else one for one in STREAMS)
    monkeypatch.setattr(provisioner, "STREAMS", shorter)
    await stream.delete_consumer("CASES", "targets-closed")
    with pytest.raises(WouldLoseData, match="stream CASES: max_age"):
        await provision(stream, bus.users.durables(), say=lambda _: None)
    with pytest.raises(NotFoundError):
        await stream.consumer_info("CASES", "targets-closed")


async def test_what_a_later_release_tells_is_left_by_the_provisioner_of_the_one_before(bus, stream, monkeypatch):
    """On the way back its services may still be there, and what they have not told yet waits for the stream."""
    later = "cases.danced.v1.>"
    more = tuple(
        replace(one, subjects=(*one.subjects, later), max_age_s=100 * streams.DAY_S) if one.name == "CASES" else one
        for one in STREAMS
    )
    with monkeypatch.context() as next_release:
        next_release.setattr(provisioner, "STREAMS", more)
        assert await provision(stream, bus.users.durables(), say=lambda _: None) == 1
    widened = tuple(replace(one, max_age_s=100 * streams.DAY_S) if one.name == "CASES" else one for one in STREAMS)
    monkeypatch.setattr(provisioner, "STREAMS", widened)
    said = []
    assert await provision(stream, bus.users.durables(), say=said.append) == 0
    assert said == [f"stream CASES: takes {later} too, which another release tells: left as it is"]
    assert later in (await stream.stream_info("CASES")).config.subjects


async def test_a_durable_that_hears_something_else_is_named_and_left_alone(bus, stream):
    """STACK row 19: its filter could be widened, and it would not go back to what it has missed."""
    have = (await stream.consumer_info("CASES", "targets-closed")).config
    await stream.delete_consumer("CASES", "targets-closed")
    await stream.add_consumer("CASES", replace(have, filter_subject="cases.opened.v1.>"))
    with pytest.raises(WouldLoseData, match="durable CASES/targets-closed hears cases"):
        await provision(stream, bus.users.durables(), say=lambda _: None)
    assert (await stream.consumer_info("CASES", "targets-closed")).config.filter_subject == "cases.opened.v1.>"


async def test_a_longer_life_is_given_without_losing_anything(bus, stream, monkeypatch):
    cases = await nats.connect(bus.url("cases"), inbox_prefix=b"_INBOX.cases")
    await cases.jetstream().publish("cases.opened.v1.36.02.22.104.201", b"kept")
    await cases.close()
    longer = tuple(replace(one, max_age_s=100 * streams.DAY_S) if one.name == "CASES" else one for one in STREAMS)
    monkeypatch.setattr(provisioner, "STREAMS", longer)
    assert await provision(stream, bus.users.durables(), say=lambda _: None) == 1
    assert (await stream.stream_info("CASES")).state.messages == 1
