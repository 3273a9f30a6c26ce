"""What an older service has put by is handled by the next release, which knows the word."""

import json
from uuid import uuid4

import asyncpg
import pytest

from contracts.cases import CaseOpened
from contracts.every_service import ReplayDeadLetters
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from contracts.roster import PostStated
from deploy.local.bus import Bus
from deploy.local.ports import LOOPBACK
from deploy.nats.users import Integrator, Users
from tests.conformance.scenarios import SCENARIOS
from tests.conformance.wire import NOW, Sent, Wire
from tests.servers import database, running
from tests.skew.newer import KIND, ROLE, WORD, next_release, recorded

pytestmark = [pytest.mark.served, pytest.mark.timeout(600)]


@pytest.fixture
async def wire(tmp_path):
    server = Bus.prepare(tmp_path / "bus", Users((Integrator("acme"),)), sync="2m")
    server.start()
    found = Wire(f"nats://{LOOPBACK}:{server.port}", server.users.passwords)
    found.server = server
    await found.provision()
    yield found
    server.kill()


def reported():
    """A report of a kind that the next release knows, on ground that somebody answers for."""
    body = recorded(IncidentReport) | {"kind": KIND, "external_id": "r-next", "details": {}}
    envelope = Envelope(str(uuid4()), "acme", IncidentReport.type(), NOW)
    return Sent("acme", intake_subject(IncidentReport, "acme"), json.dumps(body).encode(), to_headers(envelope))


def stated(sequence, **changes):
    """A post as the roster of the next release states it."""
    body = recorded(PostStated)
    body["post"] |= {"id": "post-next", **changes}
    plain = PostStated.model_validate({"post": {**body["post"], "role": "chief"}})
    envelope = Envelope(str(uuid4()), "roster", PostStated.type(), NOW, sequence=sequence, partitionkey="post-next")
    return Sent("roster", plain.told_on(), json.dumps(body).encode(), to_headers(envelope))


async def rows(dsn, statement):
    sql = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await sql.fetch(statement)]
    finally:
        await sql.close()


async def replay(wire, dsn, service="cases"):
    letters = [str(id) for (id,) in await rows(dsn, "SELECT id FROM dead_letters WHERE state = 'waiting'")]
    return await wire.ask(service, ReplayDeadLetters, json.dumps({"ids": letters}).encode())


WAITING = "SELECT durable, reason, state FROM dead_letters ORDER BY at, id"
OPENED = "SELECT kind FROM cases"
POST = "SELECT sequence, body->>'role', body->>'title' FROM posts WHERE id = 'post-next'"


async def test_a_case_of_a_kind_that_only_the_next_release_knows_is_opened_once_that_is_there(wire, tmp_path):
    """Patrol goes first and tells it; what cases put by is replayed after its upgrade, and by the older in vain."""
    tree = next_release(tmp_path / "next")
    dsns = await database("patrol", "cases")
    put_by = ("cases-located", "incident.kind: enum")
    async with running("patrol", wire.server, dsns["patrol"], tree=tree):
        async with running("cases", wire.server, dsns["cases"]):
            for service in ("patrol", "cases"):
                await wire.tell(*SCENARIOS[service].reference)
                await wire.quiet(service)
            await wire.tell(reported())
            await wire.quiet("patrol")
            await wire.quiet("cases")
            assert await rows(dsns["cases"], WAITING) == [(*put_by, "waiting")]
            assert await rows(dsns["cases"], OPENED) == []
            await replay(wire, dsns["cases"])
            assert await rows(dsns["cases"], WAITING) == [(*put_by, "waiting")]
        async with running("cases", wire.server, dsns["cases"], tree=tree):
            await replay(wire, dsns["cases"])
            assert await rows(dsns["cases"], WAITING) == [(*put_by, "replayed")]
            assert await rows(dsns["cases"], OPENED) == [(KIND,)]
        async with running("cases", wire.server, dsns["cases"]):
            await wire.ready("cases")
            assert await rows(dsns["cases"], OPENED) == [(KIND,)]


async def test_a_word_that_a_replayed_message_is_not_read_for_stands_in_nobodys_way(wire, tmp_path):
    """The next release knows the role; the kind is of one that comes after it, and the record has no use for it."""
    tree = next_release(tmp_path / "next")
    dsn = (await database("targets"))["targets"]
    body = recorded(CaseOpened)
    body["case"]["kind"] = WORD
    for post in body["case"]["answerable"]:
        post["role"] = ROLE
    plain = CaseOpened.model_validate(recorded(CaseOpened))
    envelope = Envelope(str(uuid4()), "cases", CaseOpened.type(), NOW, sequence=1, partitionkey=plain.partition_key())
    told = Sent("cases", plain.told_on(), json.dumps(body).encode(), to_headers(envelope))
    async with running("targets", wire.server, dsn):
        await wire.tell(told)
        await wire.quiet("targets")
        ((durable, reason, state),) = await rows(dsn, WAITING)
        assert (durable, state) == ("targets-opened", "waiting")
        assert "case.answerable.0.role: enum" in reason
    async with running("targets", wire.server, dsn, tree=tree):
        await replay(wire, dsn, "targets")
        assert [state for *_, state in await rows(dsn, WAITING)] == ["replayed"]
        assert await rows(dsn, "SELECT what FROM records") == [("opened",)]


async def test_a_post_of_a_role_that_only_the_next_release_knows_is_kept_by_it_unless_a_newer_state_is(wire, tmp_path):
    tree = next_release(tmp_path / "next")
    dsn = (await database("cases"))["cases"]
    async with running("cases", wire.server, dsn):
        await wire.tell(stated(1, role="chief", title="one"), stated(2, role=ROLE, title="two"))
        await wire.quiet("cases")
        assert await rows(dsn, WAITING) == [("cases-post", "post.role: enum", "waiting")]
        assert await rows(dsn, POST) == [(1, "chief", "one")]
    async with running("cases", wire.server, dsn, tree=tree):
        await replay(wire, dsn)
        assert await rows(dsn, POST) == [(2, ROLE, "two")]
        await wire.tell(stated(3, role=ROLE, title="three"))
        await wire.quiet("cases")
        assert await rows(dsn, POST) == [(3, ROLE, "three")]
    async with running("cases", wire.server, dsn):
        await wire.ready("cases")
        assert await rows(dsn, POST) == [(3, ROLE, "three")]
