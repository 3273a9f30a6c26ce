"""`linzhang report` to a system that is not this machine's: what is told of it, by whose credentials."""

import asyncio
import json
import re

import pytest

from clients.python.bus import connected
from contracts.patrol import IncidentReport
from deploy.local.home import Home
from deploy.local.private import write_private
from tests.cli.conftest import linzhang
from tests.waiting import until

pytestmark = pytest.mark.served
HERE = ("--kind", "felling", "--lon", "117.19", "--lat", "29.75")
LATE = ("--seen-at", "2099-01-01T00:00:00Z")
OTHER = {
    "external_id": "o-1", "revision": 1, "kind": "felling", "severity": "minor", "reporter": "ranger", "text": "",
    "at": {"lon": 117.19, "lat": 29.75, "datum": "wgs84"}, "seen_at": LATE[1],
}  # fmt: skip


class Away:
    """A person with a folder of contexts, and no home; `ask` types a command."""

    def __init__(self, folder, run):
        self.folder, self.run = folder, run

    async def ask(self, *arguments):
        stated = {"LINZHANG_HOME": "", "XDG_CONFIG_HOME": str(self.folder)}
        status, out, said = await asyncio.to_thread(linzhang, self.folder / "no-home", *arguments, **stated)
        return status, out, re.sub(r"\s+", " ", said)

    async def add(self, context, *users):
        files = [self.folder / f"{user}.json" for user in users]
        for user, file in zip(users, files, strict=True):
            told = {"url": f"nats://127.0.0.1:{self.run.nats_port}", "user": user, "password": self.run.passwords[user]}
            write_private(file, json.dumps(told))
        named = [word for file in files for word in ("--credentials", str(file))]
        bus = ("--bus", f"nats://127.0.0.1:{self.run.nats_port}")
        assert (await self.ask("context", "add", context, *bus, *named))[0] == 0


@pytest.fixture
async def away(up, tmp_path):
    assert (await asyncio.to_thread(linzhang, up.home, "user", "add", "integrator", "afar"))[0] == 0
    found = Away(tmp_path, Home(up.home).running())
    await found.add("afar", "afar")
    await found.add("seeing", "afar", "reader")
    return found


async def test_an_integrator_hears_of_its_refusal_and_ends_with_1(away):
    status, _, said = await away.ask("--context", "afar", "report", *HERE, *LATE, "--wait", "60")
    assert (status, "taken: number" in said, "refused: " in said, "seen_at" in said) == (1, True, True, True), said


async def test_an_integrator_whose_report_is_not_refused_is_told_so_and_who_hears_more(away):
    status, _, said = await away.ask("--context", "afar", "report", *HERE, "--wait", "1")
    assert (status, "not refused within 1 s" in said, "opened" in said) == (0, True, False), said


async def test_an_integrator_that_does_not_say_how_long_waits_for_nothing(away):
    status, _, said = await away.ask("--context", "afar", "report", *HERE, *LATE)
    assert (status, "taken: number" in said, "refused" in said) == (0, True, False), said


async def test_with_the_readers_credentials_all_that_becomes_of_it_is_told(away):
    status, _, said = await away.ask("--context", "seeing", "report", *HERE, "--wait", "60")
    # With or without another report of the same near by.
    became = re.search(r"people or units told|corroborates a near incident", said)
    assert (status, "taken: number" in said, became is not None) == (0, True, True), said


async def test_refusals_of_other_reports_are_given_back_to_who_reads_them(away):
    """They lie in the same durable, before the one that is waited for."""
    async with connected(away.run.url("afar"), "afar") as afar:
        refusals = await afar.client.jetstream(prefix="FOREST.API").pull_subscribe_bind("afar", "REJECTED")
        other = await afar.post(IncidentReport, "afar", OTHER)

        async def waits():
            told = await refusals.consumer_info()
            return (told.num_pending or 0) > 0

        await until(waits)
        status, _, said = await away.ask("--context", "afar", "report", *HERE, *LATE, "--wait", "60")
        assert (status, said.count("refused: ")) == (1, 1), said
        heard = []
        while other.message_id not in heard:
            (message,) = await refusals.fetch(1, timeout=30)
            heard.append(message.headers["ce-correlationid"])
            await message.ack()


async def test_whose_credentials_they_are_posts_where_nobody_is_named(away, up):
    status, _, said = await away.ask("--context", "seeing", "report", *HERE, "--as", "desk")
    assert (status, "intake.desk.incident.v1" in said) == (1, True), said
