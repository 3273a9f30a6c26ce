"""Whatever outsiders put on the bus, as bytes, is settled with an answer, and nobody else waits for it."""

import asyncio
import json
import random
import re
import statistics
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from clients.python.connection import connect as connect_to
from contracts.evidence.bucket import CHUNKS
from contracts.language.command import OPERATOR
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.language.message import dump
from contracts.patrol import IncidentReport
from contracts.publishing.publish import payloads
from contracts.wiring.permissions import (
    ASKED,
    OPERATED,
    integrator_permissions,
    official_permissions,
    operator_permissions,
)
from contracts.wiring.table import KINDS, SERVICES
from deploy.comeback.lost import Lost
from deploy.local.stack import LocalPlace
from deploy.nats.answering import answering
from deploy.nats.provisioning import Provisioning
from deploy.nats.users_file import UsersFile
from services.runtime.ids import uuid7
from tests.outsiders import FULIANG
from tests.patrol.areas_and_reports import STATED, report
from tests.raw import Raw, block, hpub
from tests.servers import database, running
from tests.telling import connect, tell
from tests.waiting import until

SEED = 20201127
FRAMES, TURNS = 10_000, 5
AT_ONCE = 50
PACE_S = 0.05
SETTLED_WITHIN_S = 300
HEARING = ("patrol", "cases", "targets")
NASTY = [b"\x00", b"\xff", b"\xed\xa0\x80", b"\x0b", b"\x0c", b"\x1b[2J", b"*", b">", b"%", b"\\u0000", b"\\ud800"]


def asked_on(permissions, names=(*ASKED, *OPERATED)):
    """By the name of each command, a subject that the permissions allow it to be asked on."""
    found = {}
    for subject in (one for one in permissions.publish if one.startswith("cmd.")):
        name = ".".join(subject.split(".")[1:4])
        assert name in names, subject
        found[name] = ".".join([*subject.split(".")[:5], *FULIANG.tokens.split(".")])
    return found


@pytest.fixture
async def every_service(bus):
    """All services and the provisioner on one bus, with ground to patrol."""
    dsns = await database(*SERVICES)
    await tell(bus, "roster", *STATED)
    place = LocalPlace(UsersFile(bus.home / "users.json"), bus.users, bus, lambda: None, Lost(bus.home / "lost.json"))
    operated = asyncio.create_task(answering(Provisioning(place, lambda *_: None)))
    async with AsyncExitStack() as stack:
        stack.callback(operated.cancel)
        yield {name: await stack.enter_async_context(running(name, bus, dsns[name])) for name in SERVICES}


async def test_everything_that_an_outsider_may_publish_on_is_answered(bus, every_service):
    """Intake is refused to its sender, a command is answered by the service that it names; the rest is the server's."""
    asked = {
        "zhang": (official_permissions("zhang", FULIANG), ASKED),
        OPERATOR: (operator_permissions(), ASKED + OPERATED),
    }
    for name, (permissions, wanted) in asked.items():
        assert [one for one in permissions.publish if not one.startswith("cmd.")] == [f"{CHUNKS}.{name}.*"]
        client, subjects = await connect(bus, name), asked_on(permissions)
        assert sorted(subjects) == sorted(wanted)
        for subject in subjects.values():
            problem = json.loads((await client.request(subject, b"{", timeout=10)).data)
            assert (problem["status"], problem["errors"][-1]["field"]) == (400, "body"), subject
        await client.close()
    acme = await connect(bus, "acme")
    posted = [subject for subject in integrator_permissions("acme").publish if re.match("intake|track", subject)]
    assert posted == [intake_subject(kind, "acme") for kind in KINDS]
    for subject in posted:
        assert "stream" in json.loads((await acme.request(subject, b"{", timeout=10)).data)
    reading = await acme.jetstream(prefix="FOREST.API").pull_subscribe_bind("acme", "REJECTED")
    refused = []
    while len(refused) < len(posted):
        refused += [json.loads(one.data)["subject"] for one in await reading.fetch(len(posted), timeout=10)]
    assert sorted(refused) == sorted(posted)
    await acme.close()


def envelope(name, source):
    return Envelope(uuid7(), source, f"cn.linzhang.{name}", datetime.now(UTC))


class Flood:
    """Mutated frames at every subject of each kind of outsider, or lawful ones at the same pace."""

    def __init__(self, bus):
        self.bus, self.draw = bus, random.Random(SEED)
        recorded = {name: json.dumps(found[0]).encode() for name, found in payloads().items()}
        subjects = asked_on(official_permissions("zhang", FULIANG))
        self.lawful = {
            "acme": [
                (intake_subject(kind, "acme"), recorded[kind.name], envelope(kind.name, "acme")) for kind in KINDS
            ],
            "zhang": [
                (subject, recorded[name], envelope(name, "zhang"))
                for name, subject in subjects.items()
                if name.startswith(HEARING)
            ],
        }
        self.sent = {"acme": 0, "zhang": 0}
        self.answered, self.taken = 0, 0

    async def enter(self):
        self.raw, self.clients = {}, {}
        for name in self.sent:
            self.raw[name] = await Raw.connect(self.bus.url(name))
            self.clients[name] = await connect_to(self.bus.url(name), inbox_prefix=f"_INBOX.{name}".encode())

        async def answer(message):
            self.answered += 1

        async def receipt(message):
            told = json.loads(message.data or b"{}")
            self.taken += "stream" in told and "error" not in told and not told.get("duplicate")

        await self.clients["zhang"].subscribe("_INBOX.zhang.fuzz.*", cb=answer)
        await self.clients["acme"].subscribe("_INBOX.acme.fuzz.*", cb=receipt)
        for client in self.clients.values():
            await client.flush()
        return self

    async def leave(self):
        for client in self.clients.values():
            await client.close()
        for raw in self.raw.values():
            await raw.close()

    def mutated(self, raw):
        """A few bytes changed, taken away, put in, or doubled."""
        raw = bytearray(raw)
        for _ in range(self.draw.randint(0, 4)):
            at = self.draw.randint(0, len(raw))
            match self.draw.randrange(4):
                case 0:
                    raw[at:at] = self.draw.choice(NASTY)
                case 1:
                    del raw[at : at + self.draw.randint(1, 9)]
                case 2:
                    raw[at : at + 1] = bytes([self.draw.randrange(256)])
                case 3:
                    raw[at:at] = raw[at : at + 20]
        return bytes(raw)

    def frame(self, who, lawful):
        subject, body, about = self.draw.choice(self.lawful[who])
        message_id = uuid7()
        headers = {**to_headers(about), "ce-id": message_id, "Nats-Msg-Id": message_id}
        self.sent[who] += 1
        reply = f"_INBOX.{who}.fuzz.{self.sent[who]}".encode()
        if lawful:
            return hpub(subject.encode(), block(headers), body, reply)
        if who == "zhang":  # an integrator's subjects have no token that is free
            *tokens, last = subject.encode().split(b".")
            last = re.sub(rb"[ \t\r\n.]", b"", self.mutated(last)) or b"000"
            subject = b".".join([*tokens, last]).decode("latin-1")
        header = self.mutated(block(headers, self.draw.choice((b"", b"", b" 503 \xff"))))
        return hpub(subject.encode("latin-1"), header, self.mutated(body), reply)

    async def pour(self, frames, lawful, pace_s):
        for _ in range(frames // AT_ONCE):
            for who in self.raw:
                await self.raw[who].send(*(self.frame(who, lawful) for _ in range(AT_ONCE // 2)))
            await asyncio.sleep(pace_s)


class Quiet:
    """Another integrator that reports one thing after the other, and how long each takes to be located."""

    def __init__(self, bus):
        self.bus, self.count = bus, 0

    async def enter(self):
        self.client, self.reader = await connect(self.bus, "other"), await connect(self.bus, "reader")
        self.located = await self.reader.subscribe("patrol.>")
        await self.reader.flush()
        return self

    async def report(self):
        """Post a report; the seconds until its fact is told."""
        self.count += 1
        # However many it comes to send, it saw them all while the ground was in force.
        seen = datetime.now(UTC) - timedelta(days=1 + self.count % 1000 * 2)
        body, id = report(f"quiet-{self.count}", seen_at=seen), uuid7()
        headers = to_headers(Envelope(id, "other", IncidentReport.type(), datetime.now(UTC)))
        started = time.perf_counter()
        await self.client.request(intake_subject(IncidentReport, "other"), dump(body), timeout=10, headers=headers)
        while True:
            told = await self.located.next_msg(timeout=200)
            if told.headers["ce-causationid"] == id:
                return time.perf_counter() - started

    async def waits_while(self, work):
        task, took = asyncio.ensure_future(work), []
        while not task.done() or len(took) < 3:
            took.append(await self.report())
        await task
        return took

    async def leave(self):
        await self.client.close()
        await self.reader.close()


async def test_ten_thousand_mutated_frames_stop_nobody(bus, every_service):
    """Beside a quiet sender, who waits no longer than beside as many lawful ones, twice over."""
    flood, quiet = await Flood(bus).enter(), await Quiet(bus).enter()
    beside_lawful, beside_mutated = [], []
    # By turns: what else the processors do meanwhile falls on both alike.
    for _ in range(TURNS):
        beside_lawful += await quiet.waits_while(flood.pour(FRAMES // 5 // TURNS, True, PACE_S))
        beside_mutated += await quiet.waits_while(flood.pour(FRAMES // TURNS, False, PACE_S))
    assert statistics.median(beside_mutated) <= 2 * statistics.median(beside_lawful)

    async def answered():
        return flood.answered == flood.sent["zhang"]

    async def settled():
        return sum(outcomes(every_service[name]) for name in HEARING) == flood.taken + quiet.count

    await until(answered, SETTLED_WITHIN_S)
    await until(settled, SETTLED_WITHIN_S)
    assert [one.process.returncode for one in every_service.values()] == [None] * len(SERVICES)
    await flood.leave()
    await quiet.leave()


def outcomes(service):
    """How many messages of outsiders it has handled, refused, buried or known as repeats."""
    told = service.get("/metrics")[1]
    became = "handled|refused|dead|repeated"
    counted = rf'linzhang_messages_total\{{consumer_name="\w+-intake-\w+",outcome="(?:{became})"\}} ([0-9.e+]+)'
    return sum(int(float(number)) for number in re.findall(counted, told))
