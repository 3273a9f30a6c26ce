"""`linzhang status` says what is wrong, and ends with 1 where anything is."""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace

import nats

from contracts.wiring.streams import MIB, STORE_MIB, STREAMS
from deploy.local.home import Home
from deploy.local.looking import http_get
from deploy.nats.provision import provision
from tests.cli.conftest import linzhang
from tests.waiting import until


async def status(up, *arguments):
    return await asyncio.to_thread(linzhang, up.home, "status", *arguments)


@asynccontextmanager
async def provisioner(up):
    client = await nats.connect(Home(up.home).running().url("provisioner"), inbox_prefix=b"_INBOX.provisioner")
    try:
        yield client.jetstream(timeout=10)
    finally:
        await client.close()


async def test_every_stream_is_shown_with_its_budget_and_nothing_is_wrong(up):
    ended, out, said = await status(up, "--json")
    told = json.loads(out)
    assert (ended, told["wrong"], told["servers"]) == (0, [], {"nats": "", "postgres": ""}), said
    budgets = {name: stream["budget_bytes"] for name, stream in told["streams"].items()}
    assert budgets == {one.name: STORE_MIB * MIB * one.store_percent // 100 for one in STREAMS}
    roster = told["streams"]["ROSTER"]
    assert roster["percent"] == roster["bytes"] * 100 // roster["budget_bytes"]


async def test_a_durable_that_is_gone_is_named(up):
    async with provisioner(up) as streams:
        await streams.delete_consumer("CASES", "notify-reassigned")
        try:
            ended, _, said = await status(up)
            assert (ended, "wrong: durable CASES/notify-reassigned does not exist" in said) == (1, True), said
        finally:
            await provision(streams, say=lambda _: None)

    async def well_again():
        return (await status(up))[0] == 0

    await until(well_again, within_s=60)


async def test_a_stream_that_is_nearly_full_is_named_measured_and_makes_whoever_tells_there_unready(up):
    port = Home(up.home).running().http_ports["roster"]

    def says(path, pattern):
        async def so():
            return re.search(pattern, (await asyncio.to_thread(http_get, port, path))[1]) is not None

        return so

    async with provisioner(up) as streams:
        info = await streams.stream_info("ROSTER")
        held = info.state.bytes
        try:
            await streams.update_stream(replace(info.config, max_bytes=held * 100 // 95))
            ended, _, said = await status(up)
            assert (ended, re.findall(r"wrong: stream ROSTER has (\d+) %", said)) == (1, ["95"]), said
            await streams.update_stream(replace(info.config, max_bytes=held))
            await until(says("/readyz", "stream ROSTER is full"), within_s=60)
            said = (await asyncio.to_thread(http_get, port, "/metrics"))[1]
            measured = re.findall(r'jetstream_stream_(?:limit|total)_bytes{stream_name="ROSTER"} (\S+)', said)
            assert list(map(float, measured)) == [held, held]
            _, _, said = await status(up)
            assert "wrong: roster is not ready: stream ROSTER is full" in said
        finally:
            await streams.update_stream(info.config)
    await until(says("/readyz", "^ready"), within_s=60)


async def test_what_only_wants_a_look_does_not_end_with_1(up):
    file = Home(up.home).users_file
    stated = file.path.read_text("utf-8")
    file.path.write_text(json.dumps({**json.loads(stated), "guests": []}))

    async def told():
        ended, _, said = await status(up)
        return (ended, "to look at: left out: guests: there are" in said) == (0, True)

    try:
        await until(told, within_s=60)
    finally:
        file.path.write_text(stated)
