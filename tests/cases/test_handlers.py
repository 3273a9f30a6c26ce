"""Cases on its tables: opened once, moved by command, overdue once."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from contracts.cases import (
    AssignCase,
    CaseCorroborated,
    CaseOpened,
    CaseOverdue,
    ListCases,
    SendBackCase,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.patrol import IncidentLinked
from contracts.roster import PostStated
from services.cases.case import clock as case_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.cases.book import FULIANG, ask, begun, opened
from tests.cases.county import EVIDENCE, OFFICE, POSTS, STATION, UNIT, incident
from tests.cases.steps import PROOFS
from tests.servers import NOW
from tests.telling import answered, asking, hear, heard
from tests.waiting import until


async def test_each_incident_opens_one_case_however_often_it_is_heard(tx):
    first = await opened(tx, incident(1), incident(2), incident(1))
    again = await opened(tx, incident(2), incident(3))
    assert [(type(fact), fact.case.ref.number) for fact in (*first, *again)] == [
        (CaseOpened, "2020-360222-000001"),
        (CaseOpened, "2020-360222-000002"),
        (CaseOpened, "2020-360222-000003"),
    ]


async def test_each_county_has_a_book_of_its_own(tx):
    facts = await opened(tx, incident(1), incident(2, division=Division("360281101201")), incident(3))
    assert [fact.case.ref.number for fact in facts] == [
        "2020-360222-000001",
        "2020-360281-000001",
        "2020-360222-000002",
    ]


@pytest.mark.parametrize("order", [(0, 0, 1), (1, 1, 0), (0, 1, 0), (1, 0, 0)])
async def test_each_book_counts_its_own_in_whatever_order_they_come(tx, order):
    places = (Division("360281101201"), Division("360222104201"))
    facts = await opened(tx, *(incident(n, division=places[place]) for n, place in enumerate(order)))
    for place in (0, 1):
        numbers = [fact.case.ref.number for fact in facts if fact.case.ref.division == places[place]]
        assert numbers == [f"2020-{places[place][:6]}-{n:06}" for n in range(1, order.count(place) + 1)]


async def test_an_alarm_opens_no_case(tx):
    assert await opened(tx, incident(1, kind="fire")) == []


async def test_a_corroboration_makes_the_case_weigh_more_whichever_comes_first(tx):
    link = IncidentLinked(incident=incident(9), to=incident(1).id, distance_m=20, weight=3)
    assert await hear(cases, tx, [heard(link, "patrol")]) == []
    (first,) = await opened(tx, incident(1))
    assert first.case.weight == 3
    heavier = link.model_copy(update={"weight": 4})
    news = await hear(cases, tx, [heard(heavier, "patrol"), heard(link, "patrol")])
    assert [(type(fact), fact.case.weight) for _, fact in news] == [(CaseCorroborated, 4)]
    assert await hear(cases, tx, [heard(link, "patrol")]) == []


async def test_a_corroboration_heard_while_its_case_is_being_opened_is_not_lost(dsn):
    link = IncidentLinked(incident=incident(9), to=incident(1).id, distance_m=20, weight=2)
    one, two, looking = [await asyncpg.connect(dsn) for _ in range(3)]
    opening, linking = one.transaction(), two.transaction()
    await opening.start()
    await linking.start()
    await hear(cases, begun(one, NOW), [heard(PostStated(post=post), "roster") for post in POSTS])
    (fact,) = await opened(begun(one, NOW), incident(1))
    corroborating = asyncio.create_task(hear(cases, begun(two, NOW), [heard(link, "patrol")]))

    async def waits():
        return await looking.fetchval(
            "SELECT true FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'", two.get_server_pid()
        )

    await until(waits)
    await opening.commit()
    news = await corroborating
    await linking.commit()
    assert [(told.case.ref, told.case.weight) for _, told in news] == [(fact.case.ref, 2)]
    await one.execute("TRUNCATE posts, cases, moves, numbers, corroborations, handovers")
    for connection in (one, two, looking):
        await connection.close()


async def test_a_case_moves_by_command_and_keeps_every_move(tx):
    (fact,) = await opened(tx, incident(1))
    case_id = fact.case.ref.id
    answer = await ask(tx, VerifyCase(case_id=case_id), OFFICE, FULIANG)
    assert (answer.body.state, answer.news[0].by) == ("verified", OFFICE)
    due_on = date(2020, 7, 1)
    command = AssignCase(case_id=case_id, unit={"id": STATION.id, "name": "随便写的名字"}, due_on=due_on)
    assert (await ask(tx, command, OFFICE, FULIANG)).body.unit == STATION
    rows = await tx.sql.fetch("SELECT move, before, after, by FROM moves WHERE case_id = $1 ORDER BY id", case_id)
    assert [tuple(row) for row in rows] == [
        ("register", None, "registered", "cases"),
        ("verify", "registered", "verified", OFFICE),
        ("assign", "verified", "assigned", OFFICE),
    ]


async def test_a_refused_move_changes_nothing(tx):
    (fact,) = await opened(tx, incident(1))
    submit = SubmitCase(
        case_id=fact.case.ref.id,
        measures="补种",
        evidence=[{"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1}],
    )
    with pytest.raises(Problem) as refused:
        await ask(tx, submit, UNIT, FULIANG)
    assert (refused.value.status, refused.value.moves_allowed) == (409, ())
    assert await tx.sql.fetchval("SELECT state FROM cases") == "registered"


async def test_a_case_outside_the_subjects_division_is_not_moved(tx):
    (fact,) = await opened(tx, incident(1))
    with pytest.raises(Problem) as refused:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id), OFFICE, Division("360281000000"))
    assert refused.value.word == "outside-division"


async def test_a_case_that_does_not_exist_is_named(tx):
    with pytest.raises(Problem) as refused:
        await ask(tx, VerifyCase(case_id=incident(1).id))
    assert (refused.value.status, refused.value.errors[0]["field"]) == (404, "case_id")


async def test_overdue_is_told_once_for_each_owner_and_day(tx):
    (fact,) = await opened(tx, incident(1))

    def later(days: int) -> Transaction:
        return begun(tx.sql, NOW + timedelta(days=days))

    assert await case_clock.tell_overdue(later(3)) == []
    (overdue,) = await case_clock.tell_overdue(later(4))
    assert (type(overdue), overdue.overdue_since) == (CaseOverdue, date(2020, 6, 18))
    assert await case_clock.tell_overdue(later(5)) == []
    await ask(later(5), VerifyCase(case_id=fact.case.ref.id), OFFICE, FULIANG)
    assert (await case_clock.due(later(30)))["overdue"] == 1
    assert [fact.case.state for fact in await case_clock.tell_overdue(later(30))] == ["verified"]


async def test_a_missed_day_is_not_told_again_when_the_case_comes_back_to_its_owner_with_the_same_day(tx):
    (fact,) = await opened(tx, incident(1))
    id = fact.case.ref.id
    late = begun(tx.sql, NOW + timedelta(days=10))
    await ask(tx, VerifyCase(case_id=id))
    await ask(tx, AssignCase(case_id=id, unit=STATION, due_on=date(2020, 6, 18)))
    await ask(tx, StartCase(case_id=id), UNIT)
    assert [one.overdue_since for one in await case_clock.tell_overdue(late)] == [date(2020, 6, 18)]
    await ask(late, SubmitCase(case_id=id, measures="已补植", evidence=[EVIDENCE], proofs=PROOFS), UNIT)
    back = (await ask(late, SendBackCase(case_id=id, reason="补植数量不足"))).body
    assert (back.owner.unit.id, back.owner.due_on) == (STATION.id, date(2020, 6, 18))
    assert await case_clock.tell_overdue(late) == []
    assert (await case_clock.due(late))["overdue"] == 0


async def test_cases_are_listed_by_region_state_and_overdue(tx):
    await opened(tx, incident(1), incident(2, kind="waste"), incident(3, division=Division("360281101201")))

    async def listed(division=FULIANG, **asked):
        answer = await answered(cases, tx, asking(ListCases(**asked), OFFICE, division))
        return [case.incident_id for case in answer.body.cases], answer.body.total

    assert await listed() == ([incident(2).id, incident(1).id], 2)
    assert await listed(kind="waste") == ([incident(2).id], 1)
    assert await listed(Division("360281000000")) == ([incident(3).id], 1)
    assert await listed(state="closed") == ([], 0)
    assert await listed(number="2020-360222-000002") == ([incident(2).id], 1)
    assert await listed(overdue=True) == ([], 0)
    assert await listed(limit=1, offset=1) == ([incident(1).id], 2)


async def test_an_older_state_of_a_post_does_not_replace_a_newer_one(tx):
    old = POSTS[0].model_copy(update={"title": "旧"})
    await hear(cases, tx, [heard(PostStated(post=POSTS[0]), "roster", sequence=5)])
    await hear(cases, tx, [heard(PostStated(post=old), "roster", sequence=4)])
    assert await tx.sql.fetchval("SELECT body->>'title' FROM posts WHERE id = $1", old.id) == "ranger"
