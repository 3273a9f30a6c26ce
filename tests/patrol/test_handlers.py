"""Patrol on its tables: fates, links, tracks, and two replicas at once."""

import asyncio
import json
from datetime import datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.cases import CaseClosed
from contracts.language.division import Division
from contracts.language.message import dump
from contracts.patrol import AlarmRaised, IncidentLinked, IncidentLocated, IncidentReport, IncidentRevised
from contracts.roster import AreaStated, Boundary
from services.patrol.service import patrol
from services.runtime.messages import Refused
from services.runtime.transaction import Transaction
from tests.cases import county
from tests.patrol.areas_and_reports import LAT, METRE, NOW, SEEN, STATED, reported
from tests.patrol.rounds import kinds
from tests.servers import transaction
from tests.telling import hear, heard
from tests.turns import committed, overlapping


async def fates(tx):
    rows = await tx.sql.fetch("SELECT external_id, fate FROM fates ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_batch_mixes_every_fate_and_each_is_written_down(tx):
    news = await hear(
        patrol,
        tx,
        [
            reported("a"),
            reported("b", 117.05 + 50 * METRE, source="other"),
            reported("a", revision=2),
            reported("a", revision=2),
            reported("a"),
            reported("c", 118.0),
        ],
    )
    assert kinds(news) == [IncidentLocated, IncidentLinked, IncidentRevised, Refused, Refused]
    assert await fates(tx) == [
        ("a", "located"),
        ("b", "linked"),
        ("a", "revised"),
        ("a", "repeat"),
        ("a", "refused"),
        ("c", "refused"),
    ]


async def test_what_was_heard_in_an_earlier_batch_is_remembered(tx):
    (first,) = await hear(patrol, tx, [reported("a")])
    assert kinds(await hear(patrol, tx, [reported("a")])) == []
    news = await hear(patrol, tx, [reported("b", 117.05 + 50 * METRE), reported("c")])
    assert [(fact.to, fact.weight) for _, fact in news] == [(first[1].incident.id, 2), (first[1].incident.id, 3)]
    news = await hear(patrol, tx, [reported("b", revision=2)])
    assert kinds(news) == [IncidentRevised]
    assert await tx.sql.fetchval("SELECT linked_to FROM incidents WHERE external_id = 'b'") == first[1].incident.id


async def test_fire_is_an_alarm_as_well(tx):
    assert kinds(await hear(patrol, tx, [reported("a", kind="fire")])) == [IncidentLocated, AlarmRaised]


async def test_after_its_case_is_closed_a_near_report_is_something_new(tx):
    ((_, located),) = await hear(patrol, tx, [reported("a")])
    case = county.closed_case(located.incident)
    await hear(patrol, tx, [heard(CaseClosed(case=case, by="p-1", at=NOW), "cases")])
    assert kinds(await hear(patrol, tx, [reported("b")])) == [IncidentLocated]


async def test_two_replicas_that_hear_of_one_thing_at_once_open_it_once(dsn):
    async with asyncpg.create_pool(dsn, min_size=2, max_size=2) as pool:
        async with pool.acquire() as sql, sql.transaction():
            await hear(patrol, Transaction(sql, NOW), [heard(one, "roster") for one in STATED])

        async def replica(external_id):
            async with pool.acquire() as sql, sql.transaction():
                return kinds(await hear(patrol, Transaction(sql, NOW), [reported(external_id, 117.08)]))

        found = await asyncio.gather(replica("two-1"), replica("two-2"))
        assert sorted(kind.__name__ for (kind,) in found) == ["IncidentLinked", "IncidentLocated"]
        async with pool.acquire() as sql:
            for table in ("areas", "incidents", "fates"):
                await sql.execute(f"DELETE FROM {table}")


async def test_a_position_that_would_lie_in_an_area_with_its_pair_exchanged_is_refused_with_that_hint(tx):
    west = ((80.0, 40.0), (80.5, 40.0), (80.5, 40.5), (80.0, 40.5), (80.0, 40.0))
    kashgar = STATED[0].area.model_copy(
        update={
            "id": "653100000000",
            "division": Division("653100000000"),
            "boundary": Boundary(coordinates=((west,),)),
        }
    )
    await hear(patrol, tx, [heard(AreaStated(area=kashgar), "roster")])
    rule = "must lie in a responsibility area that was in force on that day"
    reports = [
        reported("swapped", 40.2, 80.2),
        reported("far", 41.2, 80.2),
        reported("eastern", 118.0),
        reported("domestic", at={"lon": 40.2, "lat": 80.2, "datum": "gcj02"}),
        reported("right", 80.2, 40.2),
    ]
    news = await hear(patrol, tx, reports)
    assert [[(problem.field, problem.rule) for problem in item.problems] for item in news[:-1]] == [
        [("at", f"{rule}; with lon and lat exchanged it would")],
        [("at", rule)],
        [("at", rule)],
        [("at", f"{rule}; with lon and lat exchanged it would")],
    ]
    assert kinds(news[-1:]) == [IncidentLocated]


async def test_two_replicas_that_judge_the_same_place_take_turns(dsn):
    async with committed(dsn, NOW) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])

    async def first(tx):
        return kinds(await hear(patrol, tx, [reported("turn-1", 117.085)]))

    async def second(tx):
        return kinds(await hear(patrol, tx, [reported("turn-2", 117.085 + 20 * METRE)]))

    assert await overlapping(dsn, first, second, NOW) == ([IncidentLocated], [IncidentLinked])


async def test_two_replicas_that_are_given_one_report_under_two_ids_take_it_once(dsn):
    async with committed(dsn, NOW) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])

    async def first(tx):
        return kinds(await hear(patrol, tx, [reported("same", 117.095, revision=2)]))

    async def second(tx):
        # The place is another, so that only the report itself tells that it is the same.
        with pytest.raises(asyncpg.SerializationError):
            await hear(patrol, tx, [reported("same", 117.015, revision=1)])
        return None

    connection = await asyncpg.connect(dsn)
    try:
        assert await overlapping(dsn, first, second, NOW) == ([IncidentLocated], None)
        assert await connection.fetchval("SELECT revision FROM incidents WHERE external_id = 'same'") == 2
    finally:
        await connection.close()


EASTERN = ((117.9, 29.0), (118.1, 29.0), (118.1, 29.1), (117.9, 29.1), (117.9, 29.0))


async def test_the_ground_is_read_again_after_a_change(tx):
    assert kinds(await hear(patrol, tx, [reported("before", 118.0)])) == [Refused]
    more = STATED[0].area.model_copy(update={"id": "360222105000", "boundary": Boundary(coordinates=((EASTERN,),))})
    await hear(patrol, tx, [heard(AreaStated(area=more), "roster")])
    assert kinds(await hear(patrol, tx, [reported("after", 118.0)])) == [IncidentLocated]
    ended = more.model_copy(update={"ended_on": SEEN.date() - timedelta(days=1)})
    await hear(patrol, tx, [heard(AreaStated(area=ended), "roster", sequence=2)])
    assert kinds(await hear(patrol, tx, [reported("ended", 118.0)])) == [Refused]
    last = more.model_copy(update={"ended_on": SEEN.date()})
    await hear(patrol, tx, [heard(AreaStated(area=last), "roster", sequence=3)])
    assert kinds(await hear(patrol, tx, [reported("last day", 118.0, kind="waste")])) == [IncidentLocated]
    await hear(patrol, tx, [heard(AreaStated(area=ended), "roster", sequence=2)])
    assert kinds(await hear(patrol, tx, [reported("an older state", 118.0, kind="pests")])) == [IncidentLocated]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    text=st.text(max_size=4000).filter(lambda text: "\0" not in text),
    external_id=st.text(min_size=1, max_size=128),
    seen_at=st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.timezones()),
    lon=st.floats(116.9, 117.3) | st.floats(-180, 180),
    details=st.fixed_dictionaries({}, optional={"trees": st.integers(), "species": st.text(max_size=210)}),
)
def test_what_is_written_of_a_report_can_be_read_again_whatever_it_says(dsn, text, external_id, seen_at, lon, details):
    stated = {
        "external_id": external_id,
        "kind": "felling",
        "at": {"lon": lon, "lat": LAT, "datum": "gcj02"},
        "seen_at": seen_at.isoformat(),
        "reporter": "ranger",
        "text": text,
        "details": details,
    }
    try:
        body = IncidentReport.model_validate_json(json.dumps(stated))
    except ValidationError:
        event("no report")
        return

    async def write_and_read():
        async with transaction(dsn, NOW) as tx:
            await hear(patrol, tx, [heard(one, "roster") for one in STATED])
            news = await hear(patrol, tx, [heard(body, "acme")])
            event(kinds(news)[0].__name__)
            again = await hear(patrol, tx, [heard(body, "acme")])
            return news, again

    news, again = asyncio.run(write_and_read())
    for item in news:
        if not isinstance(item, Refused):
            assert type(item[1]).model_validate_json(dump(item[1])) == item[1]
            assert again == []
