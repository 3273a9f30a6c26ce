"""One trace from the post of a report to the notice sent, through five services as processes, and of commands too."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from clients.python.bus import connected
from contracts.cases import AssignCase, Case, VerifyCase
from contracts.language.envelope import Envelope, to_headers
from contracts.language.intake import intake_subject
from contracts.language.message import dump
from contracts.patrol import IncidentReport
from services.runtime.ids import uuid7
from tests.receiver import receiving
from tests.system.conftest import system_of

COUNTY, TOWN = "360222000000", "360222100000"
OFFICE = f"p-{COUNTY}-office"
PLACE = "{province}.{city}.{county}.{town}.{village}"
TO_THE_NOTICE = [
    ("patrol", "process intake.{source}.incident.v1"),
    ("patrol", f"create patrol.located.v1.{PLACE}"),
    ("cases", f"process patrol.located.v1.{PLACE}"),
    ("cases", f"create cases.opened.v1.{PLACE}"),
    ("notify", f"process cases.opened.v1.{PLACE}"),
    ("notify", f"create notify.notified.v1.{PLACE}"),
    ("notify", f"send notify.notified.v1.{PLACE}"),
]
"""One within the other."""
SENT = "b7ad6b7169203331"
pytestmark = pytest.mark.served
TEXT = "王五家后山的树被砍"


@pytest.fixture(scope="module")
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
async def traced(sample, receiver):
    """A system of its own, whose services tell a receiver."""
    async with system_of(sample, **receiver.settings) as found:
        yield found


def report(lon, lat, now, kind):
    stated = {"lon": lon, "lat": lat, "datum": "cgcs2000"}
    told = {"external_id": uuid7(), "kind": kind, "at": stated, "seen_at": now, "reporter": "ranger", "text": TEXT}
    return IncidentReport.model_validate(told)


async def post(bus, body, **headers):
    told = to_headers(Envelope(uuid7(), "acme", IncidentReport.type(), body.seen_at))
    await bus.post_raw(intake_subject(IncidentReport, "acme"), dump(body), {**told, **headers})


async def ask(bus, command, division, **headers):
    told = to_headers(Envelope(uuid7(), OFFICE, command.type(), datetime.now(UTC)))
    reply = await bus.request(command.subject_for(OFFICE, division), dump(command), {**told, **headers}, timeout=60)
    return Case.model_validate_json(reply.data)


async def way(receiver, trace, names):
    """The spans of these services and names, each within the one before."""
    found = []
    for service, name in names:
        beneath = {"parent": found[-1].id} if found else {}
        found += (await receiver.has(1, trace=trace, service=service, name=name, **beneath))[:1]
    return found


async def test_a_report_is_one_trace_from_its_post_to_the_notice(traced, receiver, village, now):
    _, lon, lat = village
    trace = "1" * 32
    async with connected(traced.run.url("acme"), "acme") as acme:
        await post(acme, report(lon, lat, now, "felling"), traceparent=f"00-{trace}-{SENT}-01")
        spans = await way(receiver, trace, TO_THE_NOTICE)
        await way(receiver, trace, [("targets", f"process cases.opened.v1.{PLACE}")])
    assert spans[0].parent == SENT
    crossings = [before.service != after.service for before, after in pairwise(spans)]
    assert [one.is_remote for one in spans] == [True, *crossings]
    assert [one for one in receiver.spans if one.trace == trace and one.failed] == []
    assert all(before.began_ns <= after.began_ns for before, after in pairwise(spans))


async def test_reports_that_come_together_are_a_trace_each_to_the_notice(traced, receiver, village, now):
    _, lon, lat = village
    traces = {kind: f"{n:032x}" for n, kind in enumerate(("pests", "waste", "poaching", "dead_pines"), 2)}
    async with connected(traced.run.url("acme"), "acme") as acme:
        states = {kind: f"00-{trace}-{SENT}-01" for kind, trace in traces.items()}
        posts = (post(acme, report(lon, lat, now, kind), traceparent=stated) for kind, stated in states.items())
        await asyncio.gather(*posts)
        for trace in traces.values():
            assert (await way(receiver, trace, TO_THE_NOTICE))[0].parent == SENT


async def test_a_report_whose_sender_gives_no_trace_is_one_from_where_it_is_heard(traced, receiver, village, now):
    _, lon, lat = village
    known = {one.trace for one in receiver.spans}
    async with connected(traced.run.url("acme"), "acme") as acme:
        await post(acme, report(lon, lat, now, "old_tree_hurt"))
        begun = await receiver.has(1, name=TO_THE_NOTICE[0][1], parent="")
        (first,) = [one for one in begun if one.trace not in known]
        await way(receiver, first.trace, TO_THE_NOTICE)


async def test_a_command_is_one_trace_to_the_notice_that_follows_from_it(traced, receiver, village, now):
    division, lon, lat = village
    url = traced.run.url
    async with (
        connected(url("acme"), "acme") as acme,
        connected(url(OFFICE), OFFICE) as office,
        connected(url("reader"), "reader") as reader,
    ):
        heard = await reader.client.subscribe("cases.opened.>")
        await reader.client.flush()
        await post(acme, report(lon, lat, now, "damaged_board"))
        case_id = json.loads((await heard.next_msg(timeout=60)).data)["case"]["ref"]["id"]
        await ask(office, VerifyCase(case_id=case_id), division)
        trace, due_on = "a" * 32, (now + timedelta(days=10)).date()
        assign = AssignCase(case_id=case_id, unit={"id": f"u-{TOWN}", "name": "?"}, due_on=due_on)
        await ask(office, assign, division, **{"ce-traceparent": f"00-{trace}-{SENT}-01"})
        names = [
            ("cases", f"process cmd.cases.assign.v1.{{actor}}.{PLACE}"),
            ("cases", f"create cases.assigned.v1.{PLACE}"),
            ("notify", f"process cases.assigned.v1.{PLACE}"),
            ("notify", f"create notify.notified.v1.{PLACE}"),
            ("notify", f"send notify.notified.v1.{PLACE}"),
        ]
        assert (await way(receiver, trace, names))[0].parent == SENT


async def test_spans_hold_nothing_that_was_posted_or_enrolled(traced, receiver, sample, village, now):
    """Runs last: everything that the others have made is looked through."""
    _, lon, lat = village
    areas, posts = sample
    async with connected(traced.run.url("acme"), "acme") as acme:
        body = report(lon, lat, now, "pests").model_copy(update={"seen_at": now + timedelta(days=400)})
        await post(acme, body, traceparent=f"00-{'b' * 32}-{SENT}-01")
        await receiver.has(1, trace="b" * 32, operation="send")
    people = {one.person.name for post in posts for one in post.appointments}
    words = people | {area.name for area in areas} | {post.unit.name for post in posts} | {TEXT}
    assert len(people) > 10
    assert [word for word in words for one in receiver.bodies if word.encode() in one] == []
