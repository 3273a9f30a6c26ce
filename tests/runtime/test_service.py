"""A service as a real process, between a real bus and a real database."""

import json
from datetime import UTC, datetime

import asyncpg
import nats
import pytest

from contracts.every_service import ShowStatus, operation_subject
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.targets import ProgressReport, SetTarget
from deploy.nats.provision import provision
from services.runtime.ids import uuid7
from tests.servers import migrated, running, starting
from tests.waiting import until

TARGET = {
    "id": "afforestation-2020",
    "year": 2020,
    "name": "人工造林",
    "name_en": "afforestation",
    "kind": "quantity",
    "unit": "mu",
    "amount": "11000",
    "division": "360200000000",
    "in_force": {"first": "2020-01-01", "last": "2020-12-31"},
    "known_from": "2020-05-21",
    "source": "景林长办发〔2020〕12号",
}
PROGRESS = {
    "external_id": "p-1",
    "target_id": "afforestation-2020",
    "entity": "示范林场",
    "plot": "一号地块",
    "period": {"first": "2020-05-01", "last": "2020-05-31"},
    "amounts": {"reported": "12.5"},
}


def headers(source, type_, message_id=None):
    return to_headers(Envelope(message_id or uuid7(), source, type_, datetime.now(UTC)))


async def ask(connection, command, subject, body, message_id=None):
    type_ = command.type().replace("*", subject.split(".")[1])
    told = await connection.request(
        subject, json.dumps(body).encode(), headers=headers(subject.split(".")[4], type_, message_id), timeout=5
    )
    return json.loads(told.data)


async def connect(bus, user):
    return await nats.connect(bus.url(user), inbox_prefix=f"_INBOX.{user}".encode())


@pytest.fixture
async def targets(bus):
    dsn = await migrated("targets")
    async with running("targets", bus, dsn) as service:
        operator = await connect(bus, OPERATOR)
        subject = SetTarget.subject_for(OPERATOR, UNKNOWN)
        assert (await ask(operator, SetTarget, subject, {"target": TARGET}))["id"] == TARGET["id"]
        yield service, dsn, operator
        await operator.close()


async def post(bus, body, message_id=None, source="acme"):
    connection = await connect(bus, source)
    receipt = await connection.jetstream(prefix="FOREST.API").publish(
        intake_subject(ProgressReport, source),
        body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers=headers(source, ProgressReport.type(), message_id),
    )
    await connection.close()
    return receipt


async def rows(dsn, sql):
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def status(operator):
    return await ask(operator, ShowStatus, operation_subject(ShowStatus, "targets", OPERATOR, UNKNOWN), {})


async def test_a_report_becomes_a_fact_on_the_bus_once(bus, targets):
    _, dsn, operator = targets
    watcher = await connect(bus, "reader")
    heard = await watcher.subscribe("targets.progressed.>")
    await watcher.flush()
    await post(bus, PROGRESS, "m-1")
    fact = await heard.next_msg(timeout=5)
    assert json.loads(fact.data)["total"]["reported"] == "12.5000"
    assert fact.headers["ce-sequence"] == "2".zfill(20)  # the first was the target itself
    assert fact.headers["ce-causationid"] == "m-1"
    await post(bus, PROGRESS, "m-1")

    async def settled():
        return (await status(operator))["lag"]["targets-intake-progress"] == 0

    await until(settled)
    assert await rows(dsn, "SELECT count(*) FROM outbox WHERE subject LIKE 'targets.progressed.%'") == [(1,)]
    await watcher.close()


async def test_bad_intake_is_refused_to_its_sender_field_by_field(bus, targets):
    await post(bus, {**PROGRESS, "colour": "red"}, "m-2")
    await post(bus, b"{not json", "m-3")
    acme = await connect(bus, "acme")
    reading = await acme.jetstream(prefix="FOREST.API").pull_subscribe_bind("acme", "REJECTED")
    refusals = [json.loads((await reading.fetch(1, timeout=5))[0].data) for _ in range(2)]
    assert {refusal["message_id"]: refusal["problems"][0]["field"] for refusal in refusals} == {
        "m-2": "colour",
        "m-3": "body",
    }
    await acme.close()


async def test_the_same_command_twice_has_one_effect_and_one_answer(targets):
    _, dsn, operator = targets
    subject = SetTarget.subject_for(OPERATOR, UNKNOWN)
    changed = {"target": {**TARGET, "amount": "12000"}}
    first = await ask(operator, SetTarget, subject, changed, "c-1")
    assert await ask(operator, SetTarget, subject, changed, "c-1") == first
    other = await ask(operator, SetTarget, subject, {"target": TARGET}, "c-1")
    assert (other["status"], other["type"]) == (409, "urn:linzhang:problem:id-used")
    assert await rows(dsn, "SELECT count(*) FROM outbox WHERE subject LIKE 'targets.set.%'") == [(2,)]


async def test_a_command_that_breaks_the_contract_is_a_problem_that_names_the_field(targets):
    _, _, operator = targets
    told = await ask(operator, SetTarget, SetTarget.subject_for(OPERATOR, UNKNOWN), {"target": {"id": "x"}})
    assert told["status"] == 400
    assert {"field": "target.year", "rule": "is required", "code": "missing"} in told["errors"]


async def test_a_deleted_durable_turns_readiness_off_and_its_return_turns_it_on(bus, targets):
    """STACK row 5: FastStream's `ping()` stays true."""
    service, _, _ = targets
    provisioner = await connect(bus, "provisioner")
    stream = provisioner.jetstream(timeout=5)
    await stream.delete_consumer("CASES", "targets-closed")
    await service.answers("/readyz", 503)
    assert "durable targets-closed does not exist" in service.get("/readyz")[1]
    assert service.get("/livez")[0] == 200
    assert await provision(stream, bus.users.durables(), say=lambda _: None) == 1
    await service.answers("/readyz", 200)
    await provisioner.close()


async def test_a_service_goes_on_when_a_killed_bus_is_back(bus, targets):
    service, dsn, _ = targets
    bus.kill()
    await service.answers("/readyz", 503)
    bus.start()
    await service.answers("/readyz", 200)
    await post(bus, PROGRESS, "m-9")

    async def counted():
        return await rows(dsn, "SELECT count(*) FROM outbox WHERE subject LIKE 'targets.progressed.%'") == [(1,)]

    await until(counted)


async def test_a_service_whose_database_is_not_there_waits_and_names_the_setting_and_what_to_do(bus):
    async with starting("targets", bus, f"{await migrated('targets')}_gone") as service:
        await service.reason("LINZHANG_DATABASE_URL: there is no database of that name; run the job that makes it")
        assert "Traceback" not in "".join(service.log)
