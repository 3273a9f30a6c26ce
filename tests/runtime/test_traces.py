"""A service tells an OpenTelemetry receiver what becomes of each message, in the trace that it was sent in."""

import json
import re
import socket

import pytest

from contracts.every_service import ListDeadLetters, ReplayDeadLetters, operation_subject
from contracts.language.command import OPERATOR, Done
from contracts.language.division import UNKNOWN
from contracts.language.envelope import to_headers
from contracts.language.message import dump
from contracts.targets import ProgressReport, SetTarget
from tests.receiver import receiving
from tests.runtime.parts_of_targets import progress
from tests.runtime.running_targets import service, targets_on
from tests.telling import envelope
from tests.waiting import until

TRACE, SENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
POSTED = "process intake.{source}.progress.v1"
TOLD = "targets.progressed.v1.{province}.{city}.{county}.{town}.{village}"
CHAIN = [POSTED, f"create {TOLD}", f"send {TOLD}"]
"""One within the other."""


def traceparent(flags="01"):
    return f"00-{TRACE}-{SENT}-{flags}"


@pytest.fixture
async def on_bus(bus):
    async with targets_on(bus) as found:
        yield found


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def within_each_other(spans, *names):
    """The spans of these names, each within the one before."""
    chain = [next(one for one in spans if one.name == names[0])]
    for name in names[1:]:
        chain.append(next(one for one in spans if one.name == name and one.parent == chain[-1].id))
    return chain


async def test_what_becomes_of_a_report_is_a_span_in_the_trace_of_its_sender(on_bus, receiver):
    async with service(on_bus, **receiver.settings):
        await on_bus.post(progress("a"), "m-1", **{"ce-traceparent": traceparent()})
        spans = await receiver.has(4, trace=TRACE)
    assert receiver.paths == {"/v1/traces"}
    assert {one.service for one in spans} == {"targets"}
    processed, created, sent = within_each_other(spans, *CHAIN)
    assert (processed.parent, processed.is_remote, processed.kind) == (SENT, True, "consumer")
    assert (created.kind, sent.kind, created.is_remote) == ("producer", "client", False)
    assert [one.failed for one in spans] == [False] * 4
    (transaction,) = [one for one in spans if one.operation == "transaction"]
    assert (transaction.name, transaction.parent) == ("transaction targets-intake-progress", processed.id)
    assert transaction.about["messaging.batch.message_count"] == 1
    assert processed.about == {
        "messaging.system": "nats",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "INTAKE",
        "messaging.destination.template": "intake.{source}.progress.v1",
        "messaging.destination.subscription.name": "targets-intake-progress",
        "messaging.message.id": "m-1",
        "linzhang.correlation": "m-1",
        "linzhang.outcome": "handled",
    }
    about = {
        "messaging.system": "nats",
        "messaging.destination.name": "TARGETS",
        "messaging.destination.template": TOLD,
        "messaging.message.id": created.about["messaging.message.id"],
        "linzhang.correlation": "m-1",
    }
    assert created.about == about | {"messaging.operation.name": "create", "messaging.operation.type": "create"}
    assert sent.about == about | {
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": 1,
    }
    assert processed.began_ns <= created.began_ns <= created.ended_ns <= sent.ended_ns


async def test_the_fact_carries_the_span_in_which_it_was_created(on_bus, receiver):
    heard = await on_bus.reader.subscribe("targets.progressed.>")
    await on_bus.reader.flush()
    async with service(on_bus, **receiver.settings):
        await on_bus.post(progress("a"), "m-1", **{"ce-traceparent": traceparent()})
        fact = await heard.next_msg(timeout=60)
        (created,) = await receiver.has(1, operation="create")
    assert fact.headers["ce-traceparent"] == f"00-{TRACE}-{created.id}-01"
    assert fact.headers["ce-id"] == created.about["messaging.message.id"]


async def test_the_header_of_a_tracing_library_goes_before_the_attribute_of_the_event(on_bus, receiver):
    async with service(on_bus, **receiver.settings):
        elsewhere = f"00-{'9' * 32}-{'8' * 16}-01"
        await on_bus.post(progress("a"), **{"ce-traceparent": elsewhere, "Traceparent": traceparent()})
        (processed,) = await receiver.has(1, operation="process")
    assert (processed.trace, processed.parent) == (TRACE, SENT)


MALFORMED = [
    traceparent("0"),
    traceparent().upper(),
    traceparent() + "-1",
    f"ff{traceparent()[2:]}",
    f"00-{'0' * 32}-{SENT}-01",
    f"00-{TRACE}-{'0' * 16}-01",
    "一二三",
    "\x01\x7f",
    "",
]


@pytest.mark.parametrize("name", ["traceparent", "ce-traceparent"])
async def test_a_report_without_a_trace_that_can_be_read_begins_one(on_bus, receiver, name):
    stated = [*MALFORMED, None] if name == "traceparent" else [one for one in MALFORMED if one.isascii()]
    if name == "ce-traceparent":
        stated.remove("\x01\x7f")  # no attribute of an event may hold it: that one is refused
    async with service(on_bus, **receiver.settings):
        for n, one in enumerate(stated):
            await on_bus.post(progress(f"a-{n}"), **({} if one is None else {name: one}))
        processed = await receiver.has(len(stated), operation="process")
        created = await receiver.has(len(stated), operation="create")
        await receiver.has(len(stated), operation="send")
    assert [one.about["linzhang.outcome"] for one in processed] == ["handled"] * len(stated)
    assert {one.parent for one in processed} == {""}
    assert len({one.trace for one in processed}) == len(stated)
    assert {one.trace for one in created} == {one.trace for one in processed}
    assert {one.parent for one in created} == {one.id for one in processed}


async def test_what_its_sender_does_not_record_is_not_recorded_and_goes_on_unrecorded(on_bus, receiver):
    heard = await on_bus.reader.subscribe("targets.progressed.>")
    await on_bus.reader.flush()
    async with service(on_bus, **receiver.settings):
        await on_bus.post(progress("a"), **{"ce-traceparent": traceparent("00")})
        fact = await heard.next_msg(timeout=60)
        await on_bus.post(progress("b"), "m-2")
        await receiver.has(1, operation="send")
    assert re.fullmatch(rf"00-{TRACE}-(?!{SENT})[0-9a-f]{{16}}-00", fact.headers["ce-traceparent"])
    assert {one.about.get("linzhang.correlation", "m-2") for one in receiver.spans} == {"m-2"}


async def test_the_sampler_of_the_environment_decides_which_traces_are_begun(on_bus, receiver):
    heard = await on_bus.reader.subscribe("targets.progressed.>")
    await on_bus.reader.flush()
    async with service(on_bus, **receiver.settings, OTEL_TRACES_SAMPLER="parentbased_always_off"):
        await on_bus.post(progress("a"))
        fact = await heard.next_msg(timeout=60)
        await on_bus.post(progress("b"), **{"ce-traceparent": traceparent()})
        await receiver.has(4, trace=TRACE)
    assert fact.headers["ce-traceparent"].endswith("-00")
    assert {one.trace for one in receiver.spans} == {TRACE}


async def test_each_message_of_a_batch_has_its_span_and_all_of_them_are_linked_to_their_transaction(on_bus, receiver):
    for n in range(20):
        await on_bus.post(progress(f"a-{n:02d}", target_id=f"t-{n}"), f"m-{n:02d}")
    async with service(on_bus, **receiver.settings):
        processed = await receiver.has(20, operation="process")
        created = await receiver.has(20, operation="create")
        sent = await receiver.has(20, operation="send")
    assert len({one.trace for one in processed}) == 20
    assert {(one.trace, one.parent) for one in created} == {(one.trace, one.id) for one in processed}
    assert {(one.trace, one.parent) for one in sent} == {(one.trace, one.id) for one in created}
    transactions = {one.id: one for one in receiver.spans if one.operation == "transaction"}
    for one in transactions.values():
        count = one.about["messaging.batch.message_count"]
        of_it = {(p.trace, p.id) for p in processed if (one.trace, one.id) in p.links or one.parent == p.id}
        assert len(of_it) == count
        assert count == 1 or set(one.links) == of_it
    assert max(one.about["messaging.batch.message_count"] for one in transactions.values()) > 1
    assert sum(one.about["messaging.batch.message_count"] for one in transactions.values()) == 20


async def test_what_comes_again_is_a_span_that_says_so_and_creates_nothing(on_bus, receiver):
    async with service(on_bus, **receiver.settings):
        for n in range(2):
            # Under another name for the stream, which would take one of them for the other.
            await on_bus.post(progress("a"), "m-1", **{"ce-traceparent": traceparent(), "Nats-Msg-Id": f"n-{n}"})
        first, again = await receiver.has(2, operation="process")
        await receiver.has(1, operation="send")
    assert [one.about["linzhang.outcome"] for one in (first, again)] == ["handled", "repeated"]
    assert [(one.trace, one.parent) for one in (first, again)] == [(TRACE, SENT)] * 2
    assert [one.parent for one in receiver.spans if one.operation == "create"] == [first.id]


async def test_a_refused_report_is_an_error_that_names_the_rule_and_nothing_of_what_was_posted(on_bus, receiver):
    async with service(on_bus, **receiver.settings):
        posted = progress("a") | {"plot": "张三家的小班", "13800138000": "李四"}
        await on_bus.post(posted, "m-1", **{"ce-traceparent": traceparent()})
        spans = await receiver.has(4, trace=TRACE)
    names = (POSTED, "create rejected.{source}.{kind}.{major}", "send rejected.{source}.{kind}.{major}")
    processed, created, sent = within_each_other(spans, *names)
    assert (processed.failed, created.failed, sent.failed) == (True, False, False)
    assert (processed.about["linzhang.outcome"], processed.about["error.type"]) == ("refused", "refused")
    assert processed.about["linzhang.rules"] == ["extra_forbidden"]
    assert (processed.message, created.about["messaging.destination.name"]) == ("", "REJECTED")
    for body in receiver.bodies:
        for word in ("张三", "李四", "13800138000", "一号小班"):
            assert word.encode() not in body


async def test_a_report_without_an_id_is_refused_within_its_trace(on_bus, receiver):
    stream = on_bus.acme.jetstream(prefix="FOREST.API")
    async with service(on_bus, **receiver.settings):
        told = to_headers(envelope(ProgressReport.model_construct(), "acme")) | {"ce-traceparent": traceparent()}
        told = {name: value for name, value in told.items() if name not in ("ce-id", "ce-sequence")}
        await stream.publish("intake.acme.progress.v1", b"{", headers=told)
        spans = await receiver.has(4, trace=TRACE)
    (processed,) = [one for one in spans if one.operation == "process"]
    assert (processed.parent, processed.failed) == (SENT, True)
    assert len([one for one in spans if one.operation == "create" and one.parent == processed.id]) == 1


async def test_each_failed_try_is_an_error_and_a_dead_letter_is_told_in_its_trace(on_bus, receiver):
    async with service(on_bus, **receiver.settings, LINZHANG_MAX_ATTEMPTS="2"):
        await on_bus.post(progress("a", "poison"), "m-1", **{"ce-traceparent": traceparent()})
        first, last = await receiver.has(2, operation="process")
        (created,) = await receiver.has(1, operation="create")
        (sent,) = await receiver.has(1, operation="send")
    assert [one.about["linzhang.outcome"] for one in (first, last)] == ["put off", "dead"]
    assert [(one.failed, one.about["error.type"], one.message) for one in (first, last)] == [(True, "Poison", "")] * 2
    assert (created.name, created.parent) == ("create targets.dead_lettered.v1." + TOLD.partition(".v1.")[2], last.id)
    assert (sent.parent, sent.trace, sent.about["messaging.destination.name"]) == (created.id, TRACE, "ADVISORY")


async def test_a_message_is_handled_in_spans_of_its_own_beside_one_that_fails(on_bus, receiver):
    for n in range(6):
        await on_bus.post(progress(f"ok-{n}"), f"m-{n}")
    await on_bus.post(progress("bad", "poison"), "m-bad")
    async with service(on_bus, **receiver.settings, LINZHANG_MAX_ATTEMPTS="1"):
        processed = await receiver.has(7, operation="process")
    outcomes = {one.about["messaging.message.id"]: one.about["linzhang.outcome"] for one in processed}
    assert outcomes == {**{f"m-{n}": "handled" for n in range(6)}, "m-bad": "dead"}
    assert len(processed) == 7


async def asked(on_bus, command, **headers):
    subject = command.subject_for(OPERATOR, UNKNOWN).replace("*", "targets")
    told = to_headers(envelope(command, OPERATOR)) | {"ce-type": type(command).type().replace("*", "targets")}
    reply = await on_bus.operator.request(subject, dump(command), headers={**told, **headers}, timeout=60)
    return json.loads(reply.data)


async def test_a_command_is_a_span_in_the_trace_of_whoever_asks_and_an_error_where_it_is_refused(on_bus, receiver):
    division = ".{actor}.{province}.{city}.{county}.{town}.{village}"
    async with service(on_bus, **receiver.settings) as running:
        await asked(on_bus, ListDeadLetters(), **{"ce-traceparent": traceparent()})
        (answered,) = await receiver.has(1, operation="process")
        body = dict.fromkeys(SetTarget.model_fields)
        subject = operation_subject(ListDeadLetters, "targets", OPERATOR, UNKNOWN)
        told = to_headers(envelope(ListDeadLetters(), OPERATOR))
        await on_bus.operator.request(subject, json.dumps(body).encode(), headers=told, timeout=60)
        _, refused = await receiver.has(2, operation="process")
    assert (answered.name, answered.kind) == (f"process cmd.targets.list_dead.v1{division}", "server")
    assert (answered.trace, answered.parent, answered.failed) == (TRACE, SENT, False)
    assert answered.about["linzhang.status"] == 200
    assert (refused.failed, refused.about["error.type"], refused.about["linzhang.status"]) == (True, "invalid", 400)
    assert refused.parent == ""
    assert "Traceback" not in "".join(running.log)


async def test_what_time_brings_about_begins_a_trace_of_its_own(on_bus, receiver):
    async with service(on_bus, **receiver.settings, TELLS_WHEN_DUE="yes"):
        await receiver.has(1, operation="send")
        await receiver.has(1, operation="due")
    due, created, sent = within_each_other(receiver.spans, "due tell_what_is_due", *CHAIN[1:])
    assert (due.parent, due.kind, due.failed) == ("", "internal", False)
    assert {created.trace, sent.trace} == {due.trace}


async def test_a_dead_letter_that_is_replayed_goes_on_in_the_trace_of_its_message(on_bus, receiver):
    async with service(on_bus, **receiver.settings, LINZHANG_MAX_ATTEMPTS="1"):
        await on_bus.post(progress("a", "poison"), "m-1", **{"ce-traceparent": traceparent()})
        ((letter,),) = await on_bus.come("SELECT id FROM dead_letters")
        await on_bus.rows("INSERT INTO mended VALUES (true)")
        await on_bus.ask(ReplayDeadLetters(ids=(letter,)), Done)
        (sent,) = await receiver.has(1, name=f"send {TOLD}")
        (created,) = await receiver.has(1, name=f"create {TOLD}")
    assert (created.trace, created.parent, sent.parent) == (TRACE, SENT, created.id)


async def test_lines_of_the_log_carry_service_correlation_and_trace(on_bus, receiver):
    settings = {**receiver.settings, "LINZHANG_LOG_FORMAT": "json", "LINZHANG_MAX_ATTEMPTS": "1"}
    async with service(on_bus, **settings) as running:
        await on_bus.post(progress("a", "poison"), "m-1", **{"ce-correlationid": "c-1", "traceparent": traceparent()})

        async def said():
            return any("dead letter" in line for line in running.log)

        await until(said)
    lines = [json.loads(line) for line in running.log]
    assert {one["service"] for one in lines} == {"targets"}
    (dead,) = [one for one in lines if one["event"] == "dead letter"]
    assert (dead["correlation"], dead["trace_id"]) == ("c-1", TRACE)


@pytest.mark.parametrize("how", ["nobody listens", "never answers", "refuses"])
async def test_a_receiver_that_takes_nothing_holds_up_neither_work_nor_stop_and_is_said_once(on_bus, receiver, how):
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    if how == "nobody listens":
        silent.close()
    receiver.status = 503
    settings = receiver.settings if how == "refuses" else {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
    quick = {"OTEL_BSP_SCHEDULE_DELAY": "20", "OTEL_EXPORTER_OTLP_TIMEOUT": "1", "LINZHANG_LOG_FORMAT": "json"}
    async with service(on_bus, **settings | quick) as running:
        for n in range(30):
            await on_bus.post(progress(f"a-{n:02d}"))
            await on_bus.seen(*(f"a-{m:02d}" for m in range(n + 1)))

        async def said():
            return any("traces are not taken" in line for line in running.log)

        await until(said)
        await on_bus.post(progress("b"))
        await on_bus.becomes("SELECT count(*) FROM seen", [(31,)])
        await on_bus.becomes("SELECT count(*) FROM unsent", [(0,)])
    silent.close()
    lines = [json.loads(line) for line in running.log]
    told = [(one["level"], one["setting"]) for one in lines if "traces" in one["event"]]
    assert told == [("warning", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    assert [one for one in lines if one["level"] != "info" and "traces" not in one["event"]] == []
    assert str(port) not in "".join(running.log)


async def test_a_receiver_that_is_back_is_said_and_told_again(on_bus, receiver):
    receiver.status = 400
    async with service(on_bus, **receiver.settings) as running:
        await on_bus.post(progress("a"), "m-1")

        async def asked_once():
            return receiver.asked > 0

        await until(asked_once)
        receiver.status = 200
        await on_bus.post(progress("b"), "m-2")
        await receiver.has(1, operation="send")

        async def said():
            return any("traces are taken again" in line for line in running.log)

        await until(said)
    assert {one.about.get("linzhang.correlation", "m-2") for one in receiver.spans} <= {"m-1", "m-2"}


async def test_what_has_ended_before_a_stop_is_still_told(on_bus, receiver):
    async with service(on_bus, **receiver.settings | {"OTEL_BSP_SCHEDULE_DELAY": "3600000"}):
        await on_bus.post(progress("a"))
        await on_bus.becomes("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM unsent)", [(1, 0)])
    assert sorted(one.operation for one in receiver.spans) == ["create", "process", "send", "transaction"]
