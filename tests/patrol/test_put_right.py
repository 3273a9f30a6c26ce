"""What a chief looked at and finds is to be put right: an incident of its own, once, whose case knows the patrol."""

import pytest

from contracts.patrol import BeginPatrol, EndPatrol, IncidentLinked, IncidentLocated, PatrolEnded, PatrolRecorded
from services.patrol.service import patrol
from services.runtime.messages import Refused
from tests.patrol.areas_and_reports import LAT, METRE, NOW, WEST, reported
from tests.patrol.chiefs import patrolled
from tests.patrol.rounds import (
    AT_HOME,
    BEGIN,
    MINUTE,
    RANGER,
    ask,
    enrol,
    ground,
    hold,
    kinds,
    post,
    refused,
    report,
    reports,
)
from tests.telling import hear


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER) as tx:
        await enrol(tx, RANGER, post("c-1", "village_chief", WEST, WEST))
        await hold(tx, "t-c", "p-c-1", "c-1")
        yield tx


def item(name="board", lon=AT_HOME, **more):
    at = {"lon": lon, "lat": LAT, "datum": "cgcs2000"}
    return {"item": name, "finding": "公示牌倒伏", "put_right": {"kind": "damaged_board", "at": at}, **more}


def found(told):
    """The incidents that are told of."""
    return [
        one.incident
        for one in (one[1] if isinstance(one, tuple) else one for one in told)
        if isinstance(one, IncidentLocated)
    ]


async def test_what_is_to_be_put_right_is_an_incident_of_the_chief_once_however_often_it_is_told(tx):
    begin, pause = report("w-1", "begin", BEGIN, "t-c"), report("w-1", "pause", BEGIN + MINUTE, "t-c", items=[item()])
    end = report(
        "w-1", "end", BEGIN + 40 * MINUTE, "t-c", items=[item(finding="还是倒着"), item("fire", put_right=None)]
    )
    told = await reports(tx, begin, pause)
    (incident,) = found(told)
    assert (incident.reporter, incident.kind, incident.text) == ("chief", "damaged_board", "公示牌倒伏")
    assert (incident.seen_at, incident.division, incident.severity) == (BEGIN + MINUTE, WEST, "serious")
    assert kinds(await reports(tx, end, pause, begin, end)) == [PatrolEnded]
    (id,) = [row["id"] for row in await tx.sql.fetch("SELECT id FROM patrols")]
    assert (incident.patrol_id, incident.external_id.startswith(str(id))) == (id, True)


async def test_what_is_found_was_seen_when_it_was_said_first_in_whatever_order_that_is_heard(tx):
    moves = [
        report("w-1", "begin", BEGIN, "t-c"),
        report("w-1", "pause", BEGIN + MINUTE, "t-c", items=[item()]),
        report("w-1", "resume", BEGIN + 2 * MINUTE, "t-c", items=[item()]),
        report("w-1", "end", BEGIN + 3 * MINUTE, "t-c"),
    ]
    (incident,) = found(await reports(tx, *reversed(moves)))
    assert incident.seen_at == BEGIN + MINUTE


async def test_two_places_are_two_incidents_and_one_that_is_reported_already_is_corroborated(tx):
    far = AT_HOME + 1000 * METRE
    await hear(patrol, tx, [reported("i-1", far, kind="damaged_board", seen_at=BEGIN)])
    items = [item(), item(lon=AT_HOME + 400 * METRE), item(lon=far)]
    told = await reports(tx, report("w-1", "begin", BEGIN, "t-c"), report("w-1", "end", NOW, "t-c", items=items))
    assert len(found(told)) == 2
    assert kinds(told).count(IncidentLinked) == 1


async def test_a_ranger_finds_as_a_ranger_by_command(tx):
    id = (await ask(tx, BeginPatrol(post_id="r-1", at=BEGIN), "p-r-1")).body.patrol.id
    end = EndPatrol.model_validate({"patrol_id": id, "items": [item()]})
    (incident,) = found((await ask(tx, end, "p-r-1")).news)
    assert (incident.reporter, incident.patrol_id) == ("ranger", id)


async def test_a_patrol_that_no_terminal_saw_reports_what_it_found(tx):
    answer = await ask(tx, patrolled("c-1", BEGIN, items=[item()]), "p-c-1")
    (incident,) = found(answer.news)
    assert kinds(answer.news)[0] is PatrolRecorded
    assert (incident.patrol_id, incident.seen_at) == (answer.body.id, BEGIN)


@pytest.mark.parametrize("lon", [AT_HOME + 1, LAT])
async def test_what_lies_nowhere_is_refused_by_its_field_and_nothing_is_written(tx, lon):
    nowhere = [item("fire", put_right=None), item(lon=lon)]
    (wrong,) = await reports(tx, report("w-1", "begin", BEGIN, "t-c", items=nowhere))
    assert isinstance(wrong, Refused)
    assert [(one.field, one.code) for one in wrong.problems] == [("items.1.put_right.at", "nowhere")]
    assert await tx.sql.fetchval("SELECT count(*) FROM patrol_moves") == 0
    asked = await refused(tx, patrolled("c-1", BEGIN, items=nowhere), "p-c-1")
    assert [one["field"] for one in asked.errors] == ["items.1.put_right.at"]


async def test_a_finding_that_is_not_to_be_put_right_is_no_incident(tx):
    told = await reports(
        tx,
        report("w-1", "begin", BEGIN, "t-c"),
        report("w-1", "end", NOW, "t-c", items=[item(put_right=None)]),
    )
    assert kinds(told) == [PatrolEnded]
