"""What the runtime makes of the bus's hazards: sync, pulls, batches, ids and headers (docs/stack.md)."""

import asyncio

import pytest
from typer.main import get_command

from cli.main import app
from deploy.local.bus import Bus
from deploy.nats.accounts import SUPERVISOR
from deploy.nats.provision import provision
from deploy.nats.telling import told as told_by
from deploy.nats.users import Users
from services.runtime.hearing.pull import PAUSE_FIRST_S
from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.servers import migrated
from tests.waiting import until


@pytest.fixture
async def parts(bus):
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        yield parts


def remembering(heard, *, before=None):
    """A handler that writes down the external ids of each batch."""

    async def handle(tx, batch):
        heard.append([one.body.external_id for one in batch])
        if before is not None:
            await before()
        return []

    return handle


async def gathers(heard, *external_ids):
    async def so():
        return sorted(one for batch in heard for one in batch) == sorted(external_ids)

    await until(so)


@pytest.mark.served
@pytest.mark.parametrize(
    ("told", "always", "interval_s"), [({}, True, 120), ({"sync": "2m"}, None, 120), ({"sync": "10s"}, None, 10)]
)
def test_a_bus_syncs_every_message_to_disk_unless_it_is_told_how_often(tmp_path, told, always, interval_s):
    """STACK row 1: the server's own default is every two minutes."""
    bus = Bus.prepare(tmp_path, Users(), **told)
    bus.start()
    try:
        config = asyncio.run(told_by(bus.url(SUPERVISOR), "VARZ"))["jetstream"]["config"]
    finally:
        bus.stop()
    assert (config.get("sync_always"), config["sync_interval"] / 1e9) == (always, interval_s)


def test_linzhang_up_is_configured_to_sync_always():
    """STACK row 1."""
    (sync,) = (option for option in get_command(app).commands["up"].params if option.name == "sync")
    assert (sync.default, sync.envvar) == ("always", "LINZHANG_SYNC")


async def test_a_durable_that_is_gone_is_asked_for_seldom_and_heard_when_it_is_back(parts):
    """STACK row 5: FastStream's pull loop would ask 2,200 times a second for ever."""
    heard = []
    pull = await parts.pull()
    await parts.streams.delete_consumer("INTAKE", "targets-intake-progress")
    before = parts.client.stats["out_msgs"]
    parts.begin(parts.handling(remembering(heard)).run(pull, parts.bus_breaker))
    await asyncio.sleep(10 * PAUSE_FIRST_S)
    assert parts.client.stats["out_msgs"] - before < 10
    await provision(parts.streams, parts.bus.users.durables(), say=lambda _: None)
    await parts.post(progress("a"))
    await gathers(heard, "a")


async def test_a_handler_has_one_batch_at_a_time(parts):
    """STACK row 8: FastStream's pull without `batch=True` runs as many at once as were fetched."""
    heard, at_once, most = [], 0, 0

    async def look():
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await parts.client.flush()
        at_once -= 1

    ids = [f"a-{n:02d}" for n in range(30)]
    await parts.post(*map(progress, ids))
    pull = await parts.pull(batch_max=4)
    parts.begin(parts.handling(remembering(heard, before=look)).run(pull, parts.bus_breaker))
    await gathers(heard, *ids)
    assert (most, max(map(len, heard))) == (1, 4)


async def test_at_rest_each_message_is_a_batch_and_one_request_serves_them_all(parts):
    """STACK row 11: nothing waits for a batch to fill, and no short timeout makes a request for every message."""
    heard, ids = [], [f"a-{n:02d}" for n in range(20)]
    pull = await parts.pull()
    before = parts.client.stats["out_msgs"]
    parts.begin(parts.handling(remembering(heard)).run(pull, parts.bus_breaker))
    for at, one in enumerate(ids, 1):
        await parts.post(progress(one))
        await gathers(heard, *ids[:at])

    async def acknowledged():
        return (await parts.state()).ack_floor.stream_seq == len(ids)

    await until(acknowledged)
    assert heard == [[one] for one in ids]
    assert parts.client.stats["out_msgs"] - before == len(ids) + 1


async def test_what_arrives_while_a_batch_is_handled_is_the_next_batch(parts):
    """STACK row 11: the more there is to do, the larger the batches."""
    heard, go_on = [], asyncio.Event()
    pull = await parts.pull()
    parts.begin(parts.handling(remembering(heard, before=go_on.wait)).run(pull, parts.bus_breaker))
    await parts.post(progress("first"))
    await gathers(heard, "first")
    ids = [f"a-{n:03d}" for n in range(100)]
    await parts.post(*map(progress, ids))

    async def all_sent():
        return (await parts.state()).num_ack_pending == 1 + len(ids)

    await until(all_sent)
    await parts.client.flush()
    go_on.set()
    await gathers(heard, "first", *ids)
    assert heard == [["first"], ids]


async def test_a_message_without_the_buss_own_id_has_one_effect_too(parts):
    """STACK row 15: a fired NATS schedule carries no `Nats-Msg-Id`; the inbox goes by source and `ce-id`."""
    heard = []
    await parts.post(progress("a"), progress("a"), message_id="m-1", **{"Nats-Msg-Id": None})
    await parts.post(progress("b"))
    assert (await parts.streams.stream_info("INTAKE")).state.messages == 3
    parts.begin(parts.handling(remembering(heard)).run(await parts.pull(batch_max=1), parts.bus_breaker))
    await gathers(heard, "a", "b")


@pytest.mark.parametrize("case", [str.upper, str.title])
async def test_header_names_in_any_case_are_the_same_header(parts, case):
    """STACK row 16: nats-py's headers are a dict that knows only one case."""
    heard = []
    await parts.post(progress("a"), case=case)
    parts.begin(parts.handling(remembering(heard)).run(await parts.pull(), parts.bus_breaker))
    await gathers(heard, "a")


async def test_intake_hardly_deduplicates_and_facts_do_for_long(parts):
    """STACK row 21: where no window is set the server takes two minutes, for all senders together."""
    windows = {name: (await parts.streams.stream_info(name)).config.duplicate_window for name in ("INTAKE", "CASES")}
    assert windows == {"INTAKE": 0.1, "CASES": 600}
