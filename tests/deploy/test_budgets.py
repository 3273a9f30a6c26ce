"""Every stream has a part of the store that nobody else can take, and what it cannot take its sender is told."""

import nats
import pytest
from nats.js.api import StreamConfig
from nats.js.errors import APIError

from contracts.wiring.streams import DURABLES, MIB, STORE_LEAST_MIB, STREAMS
from deploy.local.bus import Bus
from deploy.nats.provision import provision
from deploy.nats.trim import Trim
from deploy.nats.users import Users
from tests.outsiders import OUTSIDERS
from tests.telling import connect

FACT = "cases.opened.v1.36.02.22.104.201"
REPORT, PROGRESS = "intake.acme.incident.v1", "intake.acme.progress.v1"
HALF = b"x" * (MIB // 2)
FACTS = {"ROSTER", "PATROL", "CASES", "TARGETS", "NOTIFY", "ADVISORY"}


class Small:
    """A bus whose store is as small as it may be, and the users who come to it."""

    def __init__(self, bus):
        self.bus = bus

    async def enter(self):
        self.provisioner = await connect(self.bus, "provisioner")
        self.streams = self.provisioner.jetstream(timeout=5)
        self.acme = (await connect(self.bus, "acme")).jetstream(prefix="FOREST.API", timeout=5)
        self.cases = (await connect(self.bus, "cases")).jetstream(timeout=5)
        self.patrol = (await connect(self.bus, "patrol")).jetstream(timeout=5)
        return self

    async def provision(self, **how):
        return await provision(self.streams, self.bus.users.durables(), say=lambda _: None, **how)

    async def state(self, stream):
        return (await self.streams.stream_info(stream)).state

    async def fill(self, bus, subject, most=200):
        """Publish until the stream takes no more; returns how many it took, and what the receipt says."""
        for taken in range(most):
            try:
                await bus.publish(subject, HALF)
            except APIError as full:
                return taken, full.description
        raise AssertionError(f"{subject}: {most} taken and still not full")

    async def settle(self, count):
        """Patrol takes and acknowledges the next of all intake."""
        taking = await self.patrol.pull_subscribe_bind("patrol-intake-incident", "INTAKE")
        taken = 0
        while taken < count:
            for message in await taking.fetch(min(16, count - taken), timeout=5):
                await message.ack_sync()
                taken += 1


@pytest.fixture
async def small_store(tmp_path):
    bus = Bus.prepare(tmp_path / "bus", Users(OUTSIDERS), sync="2m", store_mib=STORE_LEAST_MIB)
    bus.start()
    entered = await Small(bus).enter()
    await entered.provision(store_mib=STORE_LEAST_MIB)
    yield entered
    bus.kill()


def test_the_parts_of_the_store_are_the_whole_and_each_holds_two_of_its_largest_messages():
    assert sum(stream.store_percent for stream in STREAMS) == 100
    small = {s.name for s in STREAMS if s.budget_bytes(STORE_LEAST_MIB) < 2 * s.max_msg_bytes}
    assert small == set()


def test_only_refusals_make_room_by_forgetting_what_may_be_unheard():
    assert {stream.name for stream in STREAMS if stream.drops_oldest} == {"REJECTED"}
    assert {stream.name for stream in STREAMS if stream.handled_may_go} == {"INTAKE", "TRACKS"}
    assert not FACTS & {stream.name for stream in STREAMS if stream.drops_oldest or stream.handled_may_go}


@pytest.mark.served
async def test_what_one_sender_fills_is_told_to_it_and_facts_are_taken_all_the_same(small_store):
    """STACK row 30."""
    taken, told = await small_store.fill(small_store.acme, REPORT)
    budget = (await small_store.streams.stream_info("INTAKE")).config.max_bytes
    assert (taken, told) == (budget // (MIB // 2), "maximum bytes exceeded")
    with pytest.raises(APIError, match="maximum bytes exceeded"):
        await small_store.acme.publish(REPORT, HALF)
    assert (await small_store.state("INTAKE")).first_seq == 1
    assert (await small_store.cases.publish(FACT, HALF)).seq == 1


@pytest.mark.served
async def test_a_full_stream_of_facts_loses_none(small_store):
    taken, _ = await small_store.fill(small_store.cases, FACT)
    state = await small_store.state("CASES")
    assert (state.first_seq, state.messages) == (1, taken)


@pytest.mark.served
async def test_refusals_of_the_past_make_room_for_new_ones(small_store):
    for _ in range(20):
        await small_store.patrol.publish("rejected.acme.incident.v1", HALF)
    state = await small_store.state("REJECTED")
    assert (state.last_seq, state.first_seq > 1) == (20, True)


@pytest.mark.served
async def test_the_store_of_the_server_is_the_sum_of_the_budgets(small_store):
    """STACK row 30."""
    budgets = [(await small_store.streams.stream_info(one.name)).config.max_bytes for one in STREAMS]
    more = StreamConfig(name="MORE", subjects=["more"], max_bytes=STORE_LEAST_MIB * MIB - sum(budgets) + 1)
    with pytest.raises(APIError, match="insufficient storage"):
        await small_store.streams.add_stream(more)


@pytest.mark.served
async def test_a_system_without_budgets_is_brought_to_them_and_keeps_what_it_holds(tmp_path):
    bus = Bus.prepare(tmp_path / "bus", Users(OUTSIDERS), sync="2m", store_mib=STORE_LEAST_MIB)
    bus.start()
    try:
        old = await Small(bus).enter()
        for stream in STREAMS:
            kept = StreamConfig(
                name=stream.name,
                subjects=list(stream.subjects),
                max_age=stream.max_age_s,
                max_msgs_per_subject=stream.max_msgs_per_subject,
                max_msg_size=stream.max_msg_bytes,
                duplicate_window=stream.duplicate_window_s,
            )
            await old.streams.add_stream(kept)
        for _ in range(70):
            await old.cases.publish(FACT, HALF)
        assert await old.provision(store_mib=STORE_LEAST_MIB) == len(STREAMS) + sum(map(len, DURABLES.values())) + 3
        config = (await old.streams.stream_info("CASES")).config
        assert (config.max_bytes, config.discard) == (STORE_LEAST_MIB * MIB * 22 // 100, "new")
        assert (await old.state("CASES")).messages == 70
        assert await old.provision(store_mib=STORE_LEAST_MIB) == 0
    finally:
        bus.kill()


@pytest.mark.served
async def test_a_store_that_grows_and_shrinks_again_loses_nothing(small_store):
    taken, _ = await small_store.fill(small_store.cases, FACT)
    for store_mib in (2 * STORE_LEAST_MIB, STORE_LEAST_MIB):
        small_store.bus.kill()
        small_store.bus.store_mib = store_mib
        small_store.bus.start()
        entered = await Small(small_store.bus).enter()
        await entered.provision(store_mib=store_mib)
        budget = (await entered.streams.stream_info("CASES")).config.max_bytes
        assert (budget, (await entered.state("CASES")).messages) == (store_mib * MIB * 22 // 100, taken)


@pytest.mark.served
async def test_what_is_handled_goes_when_the_door_is_half_full_and_what_is_not_stays(small_store):
    taken, _ = await small_store.fill(small_store.acme, REPORT)
    await small_store.settle(taken - 3)
    trim = Trim(lambda _: None)
    assert (await trim.look(small_store.streams), await trim.look(small_store.streams)) == (0, taken - 3)
    state = await small_store.state("INTAKE")
    assert (state.messages, state.first_seq) == (3, taken - 2)
    await small_store.acme.publish(REPORT, HALF)


@pytest.mark.served
async def test_what_one_of_two_durables_has_not_handled_stays(small_store):
    await small_store.acme.publish(PROGRESS, b"{}")
    taken, _ = await small_store.fill(small_store.acme, REPORT)
    await small_store.settle(taken + 1)
    trim = Trim(lambda _: None)
    assert [await trim.look(small_store.streams) for _ in range(3)] == [0, 0, 0]
    assert (await small_store.state("INTAKE")).first_seq == 1


@pytest.mark.served
async def test_nothing_goes_while_a_durable_is_missing_or_there_is_room(small_store):
    for _ in range(4):
        await small_store.acme.publish(REPORT, HALF)
    await small_store.settle(4)
    trim = Trim(lambda _: None)
    assert [await trim.look(small_store.streams) for _ in range(2)] == [0, 0]
    taken, _ = await small_store.fill(small_store.acme, REPORT)
    await small_store.settle(taken)
    await small_store.streams.delete_consumer("INTAKE", "targets-intake-progress")
    assert [await trim.look(small_store.streams) for _ in range(2)] == [0, 0]
    await small_store.provision(store_mib=STORE_LEAST_MIB)
    assert [await trim.look(small_store.streams) for _ in range(2)] == [taken + 4, 0]


@pytest.mark.served
async def test_nobody_sees_the_server_without_a_password(small_store):
    """STACK row 35."""
    configuration = (small_store.bus.home / "server.conf").read_text()
    assert [line for line in configuration.splitlines() if line.strip().startswith(("http", "monitor"))] == []
    with pytest.raises(nats.errors.Error, match="Authorization"):
        await nats.connect(f"nats://127.0.0.1:{small_store.bus.port}", allow_reconnect=False)
