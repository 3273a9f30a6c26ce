"""The five services as real processes: from a report on the bus to a notified chief and a closed case."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest

from clients.python.bus import connected, told
from contracts.cases import (
    AcceptCase,
    AssignCase,
    Case,
    CaseList,
    CloseCase,
    ListCases,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.notify import Notice as NoticeShown
from contracts.notify import Notices, ReceiptNotice, ShowNotices
from contracts.patrol import IncidentReport
from contracts.targets import Record, ShowRecord
from contracts.wiring.table import SERVICES
from deploy.local.looking import http_get
from tests.waiting import until

COUNTY, TOWN = "360222000000", "360222100000"
OFFICE, UNIT, CHIEF = f"p-{COUNTY}-office", f"p-{TOWN}-unit", f"p-{COUNTY}-chief"


def incident(lon, lat, now, **changes):
    return {
        "external_id": str(uuid4()),
        "kind": "felling",
        "at": {"lon": lon, "lat": lat, "datum": "cgcs2000"},
        "seen_at": now.isoformat(),
        "reporter": "ranger",
        "text": "发现林木被砍伐",
    } | changes


@asynccontextmanager
async def follow(system, *subjects):
    """A way to wait for the facts that follow from a message."""
    heard = []

    async def put(message):
        heard.append(told(message))

    async def following(type_, correlation):
        def found():
            return [f for f in heard if f["type"].endswith(type_) and f["correlation"] == correlation]

        async def there():
            return bool(found())

        await until(there)
        return found()

    async with connected(system.run.url("reader"), "reader") as reader:
        for subject in subjects:
            await reader.client.subscribe(subject, cb=put)
        await reader.client.flush()
        yield following


async def test_a_report_becomes_a_case_that_is_put_right_and_everybody_is_told_once(system, village, now):
    division, lon, lat = village
    urls = system.run.url
    async with (
        follow(system, "patrol.>", "cases.>", "notify.>", "targets.>") as following,
        connected(urls("acme"), "acme") as acme,
        connected(urls(OFFICE), OFFICE) as office,
        connected(urls(UNIT), UNIT) as unit,
        connected(urls(CHIEF), CHIEF) as chief,
        connected(urls(OPERATOR), OPERATOR) as operator,
    ):
        receipt = await acme.post(IncidentReport, "acme", incident(lon, lat, now))
        (opened,) = await following("cases.opened.v1", receipt.message_id)
        (notified,) = await following("notify.notified.v1", receipt.message_id)
        await following("targets.recorded.v1", receipt.message_id)
        case = Case.model_validate(opened["body"]["case"])
        assert (case.state, case.ref.division, case.owner.unit.name) == ("registered", division, "浮梁县林长办")
        assert {to["person"]["id"] for to in notified["body"]["addressees"] if to["person"]} >= {OFFICE}

        due_on = (now + timedelta(days=10)).date()
        evidence = [{"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1}]
        station = {"id": f"u-{TOWN}", "name": "?"}
        road = [
            (office, OFFICE, VerifyCase(case_id=case.ref.id)),
            (office, OFFICE, AssignCase(case_id=case.ref.id, unit=station, due_on=due_on)),
            (unit, UNIT, StartCase(case_id=case.ref.id)),
            (unit, UNIT, SubmitCase(case_id=case.ref.id, measures="已补植", evidence=evidence)),
            (chief, CHIEF, AcceptCase(case_id=case.ref.id)),
            (office, OFFICE, CloseCase(case_id=case.ref.id, cause="no_permit")),
        ]
        states = [(await bus.ask(command, actor, division, Case)).state for bus, actor, command in road]
        assert states == ["verified", "assigned", "rectifying", "submitted", "accepted", "closed"]

        async def told_of_the_end():
            found = (await unit.ask(ShowNotices(), UNIT, division, Notices)).notices
            return [n.about for n in found if n.thing_id == case.ref.id] == ["cases.closed.v1", "cases.assigned.v1"]

        await until(told_of_the_end)
        notice = (await unit.ask(ShowNotices(), UNIT, division, Notices)).notices[0]
        signed = await unit.ask(ReceiptNotice(notice_id=notice.id), UNIT, division, NoticeShown)
        assert signed.receipted_at is not None

        async def in_the_record():
            shown = ShowRecord(post_id=f"{division}-village-chief")
            lines = (await operator.ask(shown, OPERATOR, UNKNOWN, Record)).lines
            return [line.what for line in lines if line.case.id == case.ref.id] == ["closed", "opened"]

        await until(in_the_record)


async def test_near_reports_corroborate_one_case(system, village, now):
    _, lon, lat = village
    async with follow(system, "patrol.>", "cases.>") as following, connected(system.run.url("acme"), "acme") as acme:
        first = await acme.post(IncidentReport, "acme", incident(lon, lat, now, kind="waste"))
        (opened,) = await following("cases.opened.v1", first.message_id)
        second = await acme.post(IncidentReport, "acme", incident(lon + 0.0005, lat, now, kind="waste"))
        await following("patrol.linked.v1", second.message_id)
        (grown,) = await following("cases.corroborated.v1", second.message_id)
    assert (grown["body"]["case"]["ref"], grown["body"]["case"]["weight"]) == (opened["body"]["case"]["ref"], 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": {"lon": 100.0, "lat": 29.0, "datum": "wgs84"}}, "at"),
        ({"at": {"lon": 117.0, "lat": 129.0, "datum": "wgs84"}}, "at.lat"),
        ({"at": {"lon": 117.0, "lat": 29.0}}, "at.datum"),
        ({"seen_at": "2099-01-01T00:00:00Z"}, "seen_at"),
        ({"seen_at": "2020-01-01T00:00:00"}, "seen_at"),
        ({"kind": "ufo"}, "kind"),
        ({"colour": "green"}, "colour"),
        ({"revision": 0}, "revision"),
        ({"text": "a\0b"}, "text"),
        ({"details": {"volume_m3": "1", "bees": 2}}, "details.bees"),
    ],
)
async def test_a_bad_report_is_refused_to_its_sender_by_field_and_changes_nothing(system, village, now, changes, field):
    _, lon, lat = village
    async with follow(system, "rejected.acme.>") as following, connected(system.run.url("acme"), "acme") as acme:
        receipt = await acme.post(IncidentReport, "acme", incident(lon, lat, now, **changes))
        (refusal,) = await following("refusal.v1", receipt.message_id)
    assert [problem["field"] for problem in refusal["body"]["problems"]] == [field]
    assert (refusal["body"]["stream_sequence"], refusal["body"]["source"]) == (receipt.sequence, "acme")


async def test_what_people_write_is_only_text(system, village, now):
    _, lon, lat = village
    nasty = "'); DROP TABLE cases;-- <script>alert(1)</script> {0} $office \u202e 🐼"
    async with follow(system, "cases.>") as following, connected(system.run.url("acme"), "acme") as acme:
        receipt = await acme.post(IncidentReport, "acme", incident(lon, lat, now, kind="pests", text=nasty))
        (opened,) = await following("cases.opened.v1", receipt.message_id)
    assert opened["body"]["case"]["text"] == nasty


@pytest.mark.parametrize("service", ["patrol", "cases", "notify"])
async def test_a_killed_service_is_started_again_and_nothing_is_lost_or_doubled(system, village, now, service):
    _, lon, lat = village
    kinds = ["felling", "forest_land_taken", "dead_pines", "old_tree_hurt", "poaching", "damaged_board"]
    seen_at = now - timedelta(days=100 + SERVICES.index(service) * 20)
    watching = asyncio.create_task(system.watch())
    async with (
        connected(system.run.url("acme"), "acme") as acme,
        connected(system.run.url(OPERATOR), OPERATOR) as operator,
    ):
        before = (await operator.ask(ListCases(limit=1), OPERATOR, UNKNOWN, CaseList)).total
        for n in range(30):
            report = incident(lon, lat, seen_at - timedelta(days=2 * (n // 6)), kind=kinds[n % 6])
            await acme.post(IncidentReport, "acme", report)
            if n == 15:
                os.kill(system.pid(service), signal.SIGKILL)

        async def all_opened():
            try:
                return (await operator.ask(ListCases(limit=1), OPERATOR, UNKNOWN, CaseList)).total == before + 30
            except Exception:
                return False

        await until(all_opened, within_s=30)
        notified = await asyncpg.connect(system.run.databases["notify"])
        cases = await asyncpg.connect(system.run.databases["cases"])

        async def all_told():
            told_of = await notified.fetchval("SELECT count(*) FROM tellings WHERE about = 'cases.opened.v1'")
            return told_of == await cases.fetchval("SELECT count(*) FROM cases")

        await until(all_told, within_s=30)
        await notified.close()
        await cases.close()
    watching.cancel()

    async def ready():
        return (await asyncio.to_thread(http_get, system.run.http_ports[service], "/readyz"))[0] == 200

    await until(ready)
    assert any(line.startswith(f"{service}: ended with -9") for line in system.said)


async def all_sent(port):
    return "linzhang_outbox_unsent_messages 0.0" in (await asyncio.to_thread(http_get, port, "/metrics"))[1]


async def test_every_part_is_alive_ready_and_measured(system):
    for service in SERVICES:
        port = system.run.http_ports[service]
        assert [http_get(port, path)[0] for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]
        await until(partial(all_sent, port))
