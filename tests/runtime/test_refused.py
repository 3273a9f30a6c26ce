"""What is wrong with a message is told at once, by name, with whose it was."""

import json
from datetime import UTC, datetime

import asyncpg
import pytest
from pydantic import ValidationError

from clients.python.connection import Arrived
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.language.rules import broken
from contracts.patrol import IncidentReport, TrackBatch
from contracts.targets import ProgressReport
from contracts.wiring.table import SERVICES
from services.runtime.hearing.burial import Unreadables, bury
from services.runtime.hearing.reading import Unreadable, read
from services.runtime.messages import Heard
from services.runtime.wire import block_of
from tests.runtime.parts_of_targets import parts_of_targets, progress
from tests.servers import NOW, migrated, transaction

REFUSED = "SELECT convert_from(body, 'UTF8') FROM outbox WHERE subject = 'rejected.acme.progress.v1' ORDER BY id"


async def refusals(parts):
    return [json.loads(body) for (body,) in await parts.rows(REFUSED)]


async def nothing(tx, heard):
    return []


async def test_another_body_under_a_used_id_is_refused_and_the_same_is_a_repeat(bus):
    """In one batch and in two; INTAKE itself remembers an id for 100 ms."""
    async with parts_of_targets(bus, await migrated("targets")) as parts:
        pull, handling = await parts.pull(), parts.handling(nothing)
        for bodies in (("a", "b"), ("a", "c")):
            for name in bodies:
                await parts.post(progress(name), message_id="m-1", **{"Nats-Msg-Id": None})
            taken = []
            while len(taken) < len(bodies):
                taken += await pull.take()
            await handling.settle(pull, taken)
        await handling.settle(pull, taken)
        told = [(one["external_id"], one["message_id"], one["problems"]) for one in await refusals(parts)]
        state = await parts.state()
    rule = "was used for another message; each has an id of its own"
    problem = {"field": "ce-id", "rule": rule, "code": "id_of_another", "figures": {}}
    assert told == [("b", "m-1", [problem]), ("c", "m-1", [problem])]
    assert state.num_ack_pending == 0


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("date value out of range"),
        UnicodeEncodeError("utf-8", "a\0b\ud800", 3, 4, "surrogates not allowed"),
        RecursionError(),
        ValidationError.from_exception_data("told", []),
        asyncpg.DataError("invalid input for query argument $3"),
        asyncpg.NumericValueOutOfRangeError("numeric field overflow"),
        asyncpg.CheckViolationError("violates check constraint"),
        asyncpg.ProgramLimitExceededError("index row size"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_value_that_a_handler_cannot_reckon_with_is_refused_at_its_first_attempt(bus, error):
    tries = []

    async def fails(tx, heard):
        tries.append(len(heard))
        raise error

    async with parts_of_targets(bus, await migrated("targets")) as parts:
        pull = await parts.pull()
        await parts.post(progress("a"))
        await parts.handling(fails).settle(pull, await pull.take())
        (refusal,) = await refusals(parts)
        assert await parts.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        assert await parts.rows("SELECT message_id FROM inbox") == [(refusal["message_id"],)]
        await parts.client.flush()
        assert (await parts.state()).num_ack_pending == 0
    assert (refusal["external_id"], [one["field"] for one in refusal["problems"]]) == ("a", ["body"])
    assert tries == [1]


@pytest.mark.parametrize(("value", "refused"), [(2**70, True), ("\ud800", True), (b"", False)])
async def test_what_the_driver_cannot_encode_is_refused_and_what_is_of_another_type_is_our_fault(bus, value, refused):
    async def fails(tx, heard):
        await tx.sql.fetchval(f"SELECT $1::{'bigint' if isinstance(value, int) else 'text'}", value)

    async with parts_of_targets(bus, await migrated("targets")) as parts:
        pull = await parts.pull()
        await parts.post(progress("a"))
        await parts.handling(fails).settle(pull, await pull.take())
        assert len(await refusals(parts)) == refused


@pytest.mark.parametrize(
    "error",
    [
        ValueError("min() iterable argument is empty"),
        TypeError("None < 1"),
        KeyError("area"),
        asyncpg.NotNullViolationError("null value"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_for_a_fault_of_our_own_nobody_is_refused_the_message_is_put_off_and_then_kept(bus, error):
    async def fails(tx, heard):
        raise error

    async with parts_of_targets(bus, await migrated("targets"), max_attempts=2, retry_first_s=0.01) as parts:
        pull, handling = await parts.pull(), parts.handling(fails)
        await parts.post(progress("a"))
        await handling.settle(pull, await pull.take())
        assert await parts.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        while not (taken := await pull.take()):
            pass
        await handling.settle(pull, taken)
        assert await refusals(parts) == []
        assert await parts.rows("SELECT cause, attempts FROM dead_letters") == [(type(error).__name__, 2)]


@pytest.mark.served
@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_can_give_up_any_message_and_tell_it(service):
    subject = "intake.\udcff\0\x1b[2J." + "y" * 4000
    block = block_of({"ce-id": "\udcff\0", "Name": "y" * 60_000})
    raw = Arrived(subject.encode("utf-8", "surrogateescape"), b"", b"\x00\xff", block)
    heard = Heard(None, Envelope("", "", "", NOW), subject, "", 7)
    async with transaction(await migrated(service)) as tx:
        error = Unreadables("ce-id\0\ud800: " + "y" * 5000)
        await bury(tx.sql, service, f"{service}-any", raw, heard, error, 1, NOW)
        letter = await tx.sql.fetchrow("SELECT * FROM dead_letters")
        told = await tx.sql.fetchrow("SELECT subject, body FROM outbox")
    assert letter["subject"].startswith(r"intake.\xff\x00\x1b[2J.yyy")
    assert (len(letter["subject"]), len(letter["reason"]), letter["body"]) == (1000, 2000, b"\x00\xff")
    assert json.loads(letter["headers"])["ce-id"] == r"\xff\x00"
    assert told["subject"].startswith(f"{service}.dead_lettered.v1.")
    assert json.loads(told["body"])["subject"] == letter["subject"]


BODY = {"external_id": "e-1", "revision": 3, "kind": "felling"}
PLACE = {"lon": 117.2, "lat": 29.7, "datum": "wgs84"}
REPORT = {**BODY, "at": PLACE, "seen_at": "2020-06-15T08:30:00+08:00", "reporter": "ranger"}


@pytest.mark.parametrize(
    ("data", "rule", "identity"),
    [
        (b"", "must not be empty", (None, None)),
        (b"\xef\xbb\xbf{}", "byte order mark", (None, None)),
        ('{"external_id": "e-1"}'.encode("utf-16"), "byte-order mark", (None, None)),
        (json.dumps(BODY).encode()[:-1], "must be JSON; it is not from line 1, column", ("e-1", 3)),
        (b'{"external_id": "e-1", "text": "\xff"}', "must be UTF-8; byte 33 is not", ("e-1", None)),
        (b'{"external_id": "e-1", "revision": 3, "x": "\\ud800"}', "half of a surrogate pair", ("e-1", 3)),
        (b'{"batch_id": "b\\u0000", "revision": 2.5, "x": ' + b"[" * 100_000, "must be JSON", (r"b\x00", None)),
        (b"[" * 1_000_000, "must be JSON", (None, None)),
    ],
)
def test_a_body_that_is_no_json_is_told_why_and_whose_it_was(data, rule, identity):
    headers = to_headers(Envelope("m-1", "acme", IncidentReport.type(), datetime.now(UTC)))
    found = read(IncidentReport, "intake.acme.incident.v1", headers, data, 1, NOW)
    assert isinstance(found, Unreadable)
    assert [(one.field, rule in one.rule) for one in found.problems] == [("body", True)], found.problems
    assert (found.heard.body.external_id, found.heard.body.revision) == identity
    assert found.heard.envelope.id == "m-1"


def test_everything_that_is_wrong_is_told_at_once_the_envelope_and_the_body():
    headers = to_headers(Envelope("m-1", "other", ProgressReport.type(), datetime.now(UTC)))
    found = read(IncidentReport, "intake.acme.incident.v1", headers, b'{"external_id": "e-1", "colour": 1}', 1, NOW)
    fields = [one.field for one in found.problems]
    assert fields[:2] == ["ce-type", "ce-source"]
    assert {"kind", "at", "seen_at", "colour"} <= set(fields)
    assert found.heard.body.external_id == "e-1"


def test_problems_beyond_the_twentieth_are_told_by_number():
    data = json.dumps({**BODY, **{f"colour-{n}": 1 for n in range(100)}}).encode()
    headers = to_headers(Envelope("m-1", "acme", IncidentReport.type(), datetime.now(UTC)))
    found = read(IncidentReport, "intake.acme.incident.v1", headers, data, 1, NOW)
    assert (len(found.problems), found.problems[-1].rule) == (21, "breaks rules in 83 more places")


def test_twenty_problems_are_told_without_a_word_of_more_and_each_in_short():
    data = json.dumps({**REPORT, **{f"{n:02d}{'y' * 300}": 1 for n in range(20)}}).encode()
    headers = to_headers(Envelope("m-1", "acme", IncidentReport.type(), datetime.now(UTC)))
    found = read(IncidentReport, "intake.acme.incident.v1", headers, data, 1, NOW)
    assert len(found.problems) == 20
    assert {(len(one.field), one.rule) for one in found.problems} == {(200, str(broken("extra_forbidden")))}


@pytest.mark.parametrize(
    ("revision", "told"), [(0, 0), (9_999_999, 9_999_999), (10**7, None), (-1, None), (True, None)]
)
def test_a_revision_that_no_report_can_have_is_not_told(revision, told):
    data = json.dumps({"external_id": "e-1", "revision": revision}).encode()
    headers = to_headers(Envelope("m-1", "acme", IncidentReport.type(), datetime.now(UTC)))
    assert read(IncidentReport, "intake.acme.incident.v1", headers, data, 1, NOW).heard.body.revision == told


def test_headers_that_break_rules_are_told_as_a_bodys_fields_are_the_first_twenty_in_short():
    wrong = {f"ce-{n}\x7f{'y' * 1000}": "%" for n in range(7000)}
    headers = {**to_headers(Envelope("m-1", "acme", IncidentReport.type(), NOW)), **wrong}
    found = read(IncidentReport, "intake.acme.incident.v1", headers, json.dumps(REPORT).encode(), 1, NOW)
    assert (len(found.problems), found.problems[-1].rule) == (21, "breaks rules in 6980 more places")
    assert [one.field[:9] for one in found.problems[:2]] == [r"ce-0\x7fy", r"ce-1\x7fy"]
    assert max(len(one.field) for one in found.problems) == 200


@pytest.mark.parametrize("kind", [IncidentReport, ProgressReport, TrackBatch])
def test_an_id_that_cannot_be_read_is_not_told_and_the_rest_is(kind):
    headers = {**to_headers(Envelope("x" * 300, "acme", kind.type(), NOW)), "ce-correlationid": "中" * 15_000}
    found = read(kind, intake_subject(kind, "acme"), headers, b'{"batch_id": "b-1"}', 1, NOW)
    assert {"ce-id", "ce-correlationid"} <= {one.field for one in found.problems}
    assert (found.heard.envelope.id, found.heard.envelope.correlationid) == ("", None)
    assert found.heard.body.external_id == "b-1"
