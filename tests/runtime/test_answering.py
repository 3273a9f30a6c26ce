"""What whoever asks is told: an answer, or a problem that says which rule was broken."""

import asyncio
import json
from contextlib import asynccontextmanager

import asyncpg
import nats
import pytest

from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.message import JSON, dump
from contracts.targets import SetTarget, ShowPlan
from services.runtime.answering.commands import Answering
from services.runtime.breaker import Breaker
from services.runtime.clock import Clock
from services.runtime.messages import Answer
from services.runtime.problem import PROBLEM_JSON
from services.runtime.settings import Settings
from services.runtime.telling.relay import Relay
from tests.servers import NOW, migrated
from tests.targets.plan import TARGET

SET, SHOW = SetTarget.subject_for(OPERATOR, UNKNOWN), ShowPlan.subject_for(OPERATOR, UNKNOWN)
SET_BODY, SHOW_BODY = dump(SetTarget(target=TARGET)), dump(ShowPlan(year=2020))


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("targets")


@asynccontextmanager
async def asked(dsn, plain_nats, handler):
    """Whom to ask: `async def (subject, body, **envelope)` gives status, content type and what was told."""
    settings = Settings(nats_url=plain_nats, database_url=dsn)
    bus = await nats.connect(plain_nats)
    breaker = Breaker("database")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        await pool.execute("TRUNCATE answers, outbox, unsent")
        relay = Relay(settings, bus, "targets", Breaker("bus"), Breaker("database"))
        answering = Answering("targets", {SetTarget: handler, ShowPlan: handler}, pool, Clock(), breaker, relay, bus)
        reading = await bus.subscribe("cmd.targets.>", cb=answering.on)

        async def ask(subject=SET, body=SET_BODY, headers=None, **envelope):
            kind = ShowPlan if subject.split(".")[2] == "show_plan" else SetTarget
            stated = {"id": "c-1", "source": OPERATOR, "type": kind.type(), "time": NOW, **envelope}
            told = headers if headers is not None else to_headers(Envelope(**stated))
            reply = await bus.request(subject, body, timeout=60, headers=told)
            return reply.headers["content-type"], json.loads(reply.data)

        ask.breaker, ask.pool, ask.bus, ask.answering = breaker, pool, bus, answering
        try:
            yield ask
        finally:
            await reading.unsubscribe()
            await bus.close()


def counting():
    """A handler that answers how often it was called."""
    calls = []

    async def handler(tx, ask):
        calls.append(ask)
        return Answer(Done(changed=len(calls)))

    return handler, calls


async def test_what_changes_something_is_done_once_and_answered_alike_and_what_reads_is_fresh_each_time(
    dsn, plain_nats
):
    handler, calls = counting()
    async with asked(dsn, plain_nats, handler) as ask:
        assert [await ask(), await ask()] == [(JSON, {"changed": 1})] * 2
        assert [await ask(SHOW, SHOW_BODY, id="s-1"), await ask(SHOW, SHOW_BODY, id="s-1")] == [
            (JSON, {"changed": 2}),
            (JSON, {"changed": 3}),
        ]
        assert await ask(id="c-2") == (JSON, {"changed": 4})
        kept = await ask.pool.fetch("SELECT actor, message_id FROM answers ORDER BY message_id")
    assert [tuple(row) for row in kept] == [(OPERATOR, "c-1"), (OPERATOR, "c-2")]
    first = calls[0]
    assert (first.command, first.actor, first.division, first.id) == (
        SetTarget(target=TARGET),
        OPERATOR,
        UNKNOWN,
        "c-1",
    )


@pytest.mark.parametrize("other", ["body", "subject"])
async def test_an_id_that_was_used_for_another_command_is_told_so_and_nothing_is_done(dsn, plain_nats, other):
    handler, calls = counting()
    async with asked(dsn, plain_nats, handler) as ask:
        await ask()
        changed = {
            "body": {"body": dump(SetTarget(target=TARGET.model_copy(update={"year": 2021})))},
            "subject": {"subject": SetTarget.subject_for(OPERATOR, TARGET.division)},
        }
        content_type, problem = await ask(**changed[other])
    assert (content_type, problem["status"], problem["type"]) == (PROBLEM_JSON, 409, "urn:linzhang:problem:id-used")
    assert (problem["instance"], len(calls)) == ("c-1", 1)


@pytest.mark.parametrize(
    ("said", "status", "word", "fields"),
    [
        ({"subject": "cmd.targets.fly.v1.operator.00.00.00.000.000"}, 404, "unknown-command", []),
        ({"subject": SET.replace("set_target.v1", "set_target.v2")}, 404, "unknown-command", []),
        ({"subject": SET + ".001"}, 400, "invalid", ["subject"]),
        ({"subject": SET.replace("00.00.00.000.000", "36")}, 400, "invalid", ["subject"]),
        ({"subject": SET.replace("operator", "Operator")}, 400, "invalid", ["subject"]),
        ({"subject": SET.replace("operator", "o" * 65)}, 400, "invalid", ["subject"]),
        ({"source": "zhang"}, 400, "invalid", ["ce-source"]),
        ({"type": ShowPlan.type()}, 400, "invalid", ["ce-type"]),
        ({"dataschema": "urn:linzhang:other"}, 400, "invalid", ["ce-dataschema"]),
        (
            {"source": "zhang", "type": ShowPlan.type(), "body": b"{}"},
            400,
            "invalid",
            ["ce-source", "ce-type", "target"],
        ),
        (
            {"headers": {}, "body": b"{}"},
            400,
            "invalid",
            ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "target"],
        ),
        ({"body": b""}, 400, "invalid", ["body"]),
        ({"body": b"x" * (SetTarget.max_bytes + 1)}, 413, "too-large", ["body"]),
        ({"body": b"x" * SetTarget.max_bytes}, 400, "invalid", ["body"]),
    ],
)
async def test_what_breaks_a_rule_is_told_by_the_names_of_what_is_wrong(dsn, plain_nats, said, status, word, fields):
    handler, calls = counting()
    async with asked(dsn, plain_nats, handler) as ask:
        content_type, problem = await ask(**said)
        assert await ask(SHOW, SHOW_BODY, dataschema=ShowPlan.schema_urn()) == (JSON, {"changed": 1})
    assert (content_type, problem["status"], problem["type"]) == (PROBLEM_JSON, status, f"urn:linzhang:problem:{word}")
    assert [error["field"] for error in problem["errors"]] == fields
    assert problem["instance"] == (None if "headers" in said else "c-1")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (KeyError("area"), 500, "failed"),
        (OverflowError("date value out of range"), 422, "unworkable"),
        (asyncpg.DataError("invalid input"), 422, "unworkable"),
        (ConnectionResetError(), 503, "unavailable"),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_a_handler_that_fails_is_answered_by_whose_fault_it_is(dsn, plain_nats, error, status, word):
    async def handler(tx, ask):
        await tx.sql.execute("UPDATE told SET last_sequence = last_sequence + 1")
        raise error

    async with asked(dsn, plain_nats, handler) as ask:
        before = await ask.pool.fetchval("SELECT last_sequence FROM told")
        _, problem = await ask()
        assert (problem["status"], problem["type"]) == (status, f"urn:linzhang:problem:{word}")
        assert ask.breaker.is_open == (status == 503)
        assert await ask.pool.fetchval("SELECT last_sequence FROM told") == before
        if status == 503:
            assert (await ask(SHOW, SHOW_BODY))[1]["status"] == 503
            ask.breaker.close()


async def test_a_command_that_another_was_in_the_way_of_is_tried_five_times(dsn, plain_nats):
    tries = []

    async def handler(tx, ask):
        tries.append(ask.id)
        if ask.id == "never" or tries.count(ask.id) < 5:
            raise asyncpg.SerializationError("another was first")
        return Answer(Done(changed=len(tries)))

    async with asked(dsn, plain_nats, handler) as ask:
        assert await ask() == (JSON, {"changed": 5})
        tries.clear()
        _, problem = await ask(id="never")
    assert (problem["status"], len(tries)) == (500, 5)


@pytest.mark.parametrize("beyond", [0, 1])
async def test_an_answer_may_weigh_what_the_bus_takes_with_room_for_its_header(dsn, plain_nats, beyond):
    async def handler(tx, ask):
        most = bus_takes - 1024 + beyond
        return Answer(Padded(text="x" * (most - len(dump(Padded(text=""))))))

    async with asked(dsn, plain_nats, handler) as ask:
        bus_takes = ask.bus.max_payload
        content_type, told = await ask(SHOW, SHOW_BODY)
    assert (content_type, told.get("status")) == ((PROBLEM_JSON, 422) if beyond else (JSON, None))


class Padded(Done):
    """An answer of any weight."""

    changed: int = 0
    text: str


async def test_whoever_finds_no_room_is_told_to_ask_again(dsn, plain_nats):
    handler, _ = counting()
    async with asked(dsn, plain_nats, handler) as ask:
        reading = await ask.bus.subscribe("_INBOX.busy")
        await ask.answering.refuse_busy("_INBOX.busy")
        told = await asyncio.wait_for(reading.next_msg(timeout=60), 60)
    problem = json.loads(told.data)
    assert (told.headers["content-type"], problem["status"]) == (PROBLEM_JSON, 503)
    assert problem["type"] == "urn:linzhang:problem:busy"
