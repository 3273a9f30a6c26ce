"""Whatever fails, nobody's name, telephone or words stand in logs, metrics, dead letters or their announcements."""

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
import pytest

from clients.python.bus import connected
from clients.python.refused import Refused
from contracts.cases import Case, CaseOpened, DismissCase, VerifyCase
from contracts.every_service import DeadLetters, ListDeadLetters
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.patrol import IncidentReport
from contracts.wiring.table import SERVICES
from deploy.local.looking import http_get
from services.runtime.ids import uuid7
from tests.quoted import plain, quoted
from tests.system.conftest import system_of
from tests.telling import connect
from tests.waiting import until

pytestmark = pytest.mark.served

NAME, PHONE, TEXT = "张三丰", "13800138000", "李四家后山的老樟树被人锯倒"
OFFICE = "p-360222000000-office"


@pytest.fixture(scope="module", params=["text", "json"])
async def talkative(request, sample):
    """A system of its own that logs all it can."""
    async with system_of(sample, LINZHANG_LOG_FORMAT=request.param, LINZHANG_LOG_LEVEL="debug") as found:
        yield found


def report(lon, lat, now, **more):
    told = {"external_id": uuid7(), "at": {"lon": lon, "lat": lat, "datum": "cgcs2000"}, "seen_at": now.isoformat()}
    return told | {"kind": "felling", "reporter": "ranger", "text": TEXT} | more


async def post(bus, body, **headers):
    told = to_headers(Envelope(uuid7(), "acme", IncidentReport.type(), datetime.now(UTC)))
    await bus.post_raw(intake_subject(IncidentReport, "acme"), body, {**told, **headers})


def in_json(body):
    return json.dumps(body, ensure_ascii=False).encode()


async def test_what_is_posted_refused_given_up_and_interrupted_is_quoted_nowhere(talkative, sample, village, now):
    division, lon, lat = village
    run = talkative.run
    announced = []

    async def announce(message):
        announced.append(message.data.decode())

    database = {name: await asyncpg.connect(run.databases[name]) for name in ("notify", "cases")}
    # Whatever notify is told of now, the database refuses the row, and shows it whole.
    await database["notify"].execute("ALTER TABLE tellings ADD CONSTRAINT none CHECK (body = '') NOT VALID")
    async with (
        connected(run.url("acme"), "acme") as acme,
        connected(run.url(OFFICE), OFFICE) as office,
        connected(run.url(OPERATOR), OPERATOR) as operator,
        connected(run.url("reader"), "reader") as reader,
    ):
        for name in SERVICES:
            await reader.client.subscribe(f"{name}.dead_lettered.>", cb=announce)
        opened = await reader.client.subscribe("cases.opened.>")
        refused = await reader.client.subscribe("rejected.>")
        await reader.client.flush()
        await post(acme, in_json(report(lon, lat, now)))
        case_id = json.loads((await opened.next_msg(timeout=60)).data)["case"]["ref"]["id"]

        bad = [
            in_json(report(lon, lat, now, **{NAME: PHONE, PHONE: NAME})),
            in_json(report(lon, lat, now, kind=NAME, reporter=PHONE, seen_at=NAME, severity=TEXT)),
            in_json(report(lon, lat, now, at={"lon": PHONE, "lat": lat, "datum": NAME})),
            in_json(report(lon, lat, now))[:-30],
            f'{{"text": "{NAME}{PHONE}'.encode() + b"\xff",
        ]
        for body in bad:
            await post(acme, body)
        await post(acme, in_json(report(lon, lat, now)), **{"ce-type": NAME, "ce-time": PHONE, "traceparent": TEXT})
        for _ in range(len(bad) + 1):
            await refused.next_msg(timeout=60)

        # Facts that no contract reads, from one who may tell them.
        cases = await connect(talkative.bus, "cases")
        stream = cases.jetstream(timeout=5)
        told = to_headers(Envelope("-", "cases", CaseOpened.type(), now, sequence=1, partitionkey="x"))
        for body in (in_json({"case": {"text": TEXT, NAME: PHONE}}), f"{NAME} {PHONE}".encode()):
            headers = {**told, "ce-id": uuid7()}
            headers["Nats-Msg-Id"] = headers["ce-id"]
            await stream.publish(f"{CaseOpened.name}.{division.tokens}", body, headers=headers)
        await cases.close()

        for command in (VerifyCase(case_id=uuid7()), DismissCase(case_id=uuid7(), reason=TEXT + NAME)):
            with pytest.raises(Refused):
                await office.ask(command, OFFICE, division, Case)
        # Every connection is cut while reports come.
        others = "usename = current_user AND pid <> pg_backend_pid()"
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        for n in range(20):
            await post(acme, in_json(report(lon, lat, now, kind="pests" if n % 2 else "waste")))
            for one in database.values():
                await one.execute(cut)
            await asyncio.sleep(0)

        shown = []

        async def given_up():
            try:
                shown[:] = [
                    await operator.ask(ListDeadLetters(), OPERATOR, UNKNOWN, DeadLetters, service=name)
                    for name in SERVICES
                ]
            except Refused:  # while the database is away
                return False
            causes = {group.cause for of_service in shown for group in of_service.groups}
            return "CheckViolationError" in causes and any("unreadable" in cause for cause in causes)

        await until(given_up)

        async def all_announced():
            causes = {json.loads(one)["cause"] for one in announced}
            return "CheckViolationError" in causes and any("unreadable" in cause for cause in causes)

        await until(all_announced)
        await office.ask(VerifyCase(case_id=case_id), OFFICE, division, Case)
    for one in database.values():
        await one.close()

    _, posts = sample
    names = {to.person.name for each in posts for to in each.appointments} | {each.unit.name for each in posts}
    words = {NAME, PHONE, TEXT} | names
    metrics = [http_get(run.http_ports[name], "/metrics")[1] for name in SERVICES]
    servers = [path.read_text("utf-8", "replace") for path in talkative.home.path.glob("*/*log*") if path.is_file()]
    assert servers
    assert len([line for line in talkative.said if "dead letter" in line]) >= 3
    assert any("breaker open" in line for line in talkative.said)
    everything = plain(talkative.said) + "\n".join(
        [*metrics, *announced, *(one.model_dump_json() for one in shown), *servers]
    )
    assert quoted(words, everything) == []
    assert quoted(run.passwords.values(), everything) == []
