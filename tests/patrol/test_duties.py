"""Duties as the service keeps them: opened once by the clock, reminded of, met, missed, vacant, excused."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.patrol import (
    DutyDueSoon,
    DutyExcused,
    DutyMet,
    DutyMissed,
    DutyOpened,
    DutyVacant,
    ExcuseDuty,
    ListDuties,
    OrderPatrol,
    PatrolRecorded,
    StateCondition,
)
from services.patrol.duty import clock
from tests.patrol.chiefs import (
    COUNTY,
    TOWN,
    VILLAGE,
    ask,
    china,
    enrol,
    held,
    only_duty,
    patrolled,
    post,
    put,
    refused,
    said,
    ticks,
)
from tests.patrol.variants import ROUND
from tests.servers import transaction

SECOND = timedelta(seconds=1)


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 1, 9)) as tx:
        yield tx


async def test_each_post_is_asked_once_in_a_period_however_often_the_clock_comes(tx):
    await enrol(tx, post("t-1"), post("v-1", "village_chief", VILLAGE))
    told = await ticks(
        tx, china(2020, 6, 1, 9), china(2020, 6, 1, 23, 59), china(2020, 6, 7, 23, 59), china(2020, 6, 8)
    )
    assert sorted(said(told, DutyOpened), key=str) == sorted(
        [
            (DutyOpened, "t-1", "town_chief", "2020-06-01"),
            (DutyOpened, "v-1", "village_chief", "2020-06-01"),
            (DutyOpened, "v-1", "village_chief", "2020-06-08"),
        ],
        key=str,
    )
    assert await ticks(tx, china(2020, 6, 8, 1)) == []


async def waits(tx, *at):
    """How much waits for the clock at some moments, by what waits at all."""
    found = []
    for tx.now in at:
        found.append({what: n for what, n in (await clock.due(tx)).items() if n})
    return found


async def test_a_duty_waits_for_the_clock_from_its_days_until_each_is_done(tx):
    await enrol(tx, post("t-1"))
    assert await waits(tx, china(2020, 6, 1, 9)) == [{"duties_to_open": 2}]  # its post, and the office's
    await ticks(tx, china(2020, 6, 23) - SECOND)
    reminding, closing = china(2020, 6, 23), china(2020, 7, 4)
    assert await waits(tx, reminding - SECOND, reminding) == [{}, {"duties_to_open": 2, "reminders": 1}]
    await ticks(tx, reminding)
    assert await waits(tx, reminding) == [{}]
    await ticks(tx, closing - SECOND)
    assert await waits(tx, closing - SECOND, closing) == [{}, {"duties_to_open": 2, "duties_to_close": 1}]
    await ticks(tx, closing)
    assert await waits(tx, closing) == [{}]


async def test_every_post_waits_for_the_clock_once_what_calls_for_duties_has_changed(tx):
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    days = {"first": date(2020, 6, 1), "last": date(2020, 6, 2)}
    await ask(tx, StateCondition(id="d-1", kind="danger", division=COUNTY, level=3, source="s", **days))
    assert await waits(tx, china(2020, 6, 1, 9)) == [{"duties_to_open": 2}]
    await ticks(tx, china(2020, 6, 1, 9))
    assert await waits(tx, china(2020, 6, 1, 9)) == [{}]


async def test_a_day_begins_at_midnight_in_china(tx):
    await enrol(tx, post("v-1", "village_chief", VILLAGE))
    await ticks(tx, china(2020, 6, 1, 9))
    before, after = datetime(2020, 6, 7, 15, 59, 59, tzinfo=UTC), datetime(2020, 6, 7, 16, 0, tzinfo=UTC)
    assert said(await ticks(tx, before), DutyOpened) == []
    assert said(await ticks(tx, after), DutyOpened) == [(DutyOpened, "v-1", "village_chief", "2020-06-08")]


async def test_a_clock_that_was_away_for_months_opens_and_closes_every_period(tx):
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    told = await ticks(tx, china(2020, 9, 2))
    months = ["2020-06-01", "2020-07-01", "2020-08-01", "2020-09-01"]
    assert sorted(one.duty.first.isoformat() for one in told if isinstance(one, DutyOpened)) == months[1:]
    assert sorted(one.duty.first.isoformat() for one in told if isinstance(one, DutyMissed)) == months[:2]
    told = await ticks(tx, china(2020, 9, 4))
    assert said(told, DutyMissed) == [(DutyMissed, "t-1", "town_chief", "2020-08-01")]


async def test_a_duty_is_met_by_the_patrols_of_its_post_and_told_once(tx):
    await enrol(tx, post("t-1"), post("t-2"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 5, 12)
    answer = await ask(tx, patrolled(items=[{"item": "fire", "finding": "未见异常"}]), "p-t-1")
    assert [type(one) for one in answer.news] == [PatrolRecorded, DutyMet]
    assert (answer.news[1].done, answer.news[1].holder.id) == (1, "p-t-1")
    assert [type(one) for one in (await ask(tx, patrolled(), "p-t-1")).news] == [PatrolRecorded]
    told = await ticks(tx, china(2020, 6, 28), china(2020, 7, 4))
    assert said(told, DutyDueSoon, DutyMissed) == [
        (DutyDueSoon, "t-2", "town_chief", "2020-06-01"),
        (DutyMissed, "t-2", "town_chief", "2020-06-01"),
    ]


async def test_a_patrol_belongs_to_its_day_in_china(tx):
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9), china(2020, 7, 1, 9))
    at = datetime(2020, 6, 30, 16, 0, tzinfo=UTC)
    answer = await ask(tx, patrolled(day=at), "p-t-1")
    assert [one.duty.first for one in answer.news[1:]] == [date(2020, 7, 1)]
    answer = await ask(tx, patrolled(day=datetime(2020, 6, 30, 15, 59, 59, tzinfo=UTC)), "p-t-1")
    assert [one.duty.first for one in answer.news[1:]] == [date(2020, 6, 1)]


async def test_it_is_missed_only_when_the_days_of_grace_have_passed_and_a_late_record_mends_it(tx):
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    assert said(await ticks(tx, china(2020, 7, 3, 23, 59)), DutyMissed) == []
    assert said(await ticks(tx, china(2020, 7, 4)), DutyMissed) == [(DutyMissed, "t-1", "town_chief", "2020-06-01")]
    answer = await ask(tx, patrolled(), "p-office-1")
    assert [(type(one), one.before) for one in answer.news[1:]] == [(DutyMet, "missed")]
    assert (await only_duty(tx, on=date(2020, 6, 5))).state == "met"


async def test_a_successor_inherits_the_open_duty_and_is_who_is_told(tx):
    changed = (held("p-old", date(2019, 1, 1), date(2020, 6, 20)), held("p-new", date(2020, 6, 21)))
    await enrol(tx, post("t-1", "chief", TOWN, *changed))
    told = await ticks(tx, china(2020, 6, 1, 9), china(2020, 6, 23), china(2020, 7, 4))
    assert [(type(one), one.holder.id) for one in told if isinstance(one, DutyDueSoon | DutyMissed)] == [
        (DutyDueSoon, "p-new"),
        (DutyMissed, "p-new"),
    ]


@pytest.mark.parametrize(
    ("appointments", "fact"),
    [
        ((None,), DutyVacant),
        ((held("p-old", date(2019, 1, 1), date(2020, 6, 29)),), DutyVacant),
        ((held("p-old", date(2019, 1, 1), date(2020, 6, 30)),), DutyMissed),
        ((held("p-new", date(2020, 7, 1)),), DutyVacant),
    ],
)
async def test_a_duty_is_vacant_where_nobody_held_the_post_on_its_last_day(tx, appointments, fact):
    await enrol(tx, post("t-1", "chief", TOWN, *appointments))
    told = await ticks(tx, china(2020, 6, 1, 9), china(2020, 7, 4))
    assert said(told, DutyMissed, DutyVacant) == [(fact, "t-1", "town_chief", "2020-06-01")]


async def test_of_a_post_that_has_ended_nothing_more_is_asked(tx):
    await enrol(tx, post("t-1", ended_on=date(2020, 6, 30)))
    told = await ticks(tx, china(2020, 6, 1, 9), china(2020, 7, 1))
    assert said(told, DutyOpened) == [(DutyOpened, "t-1", "town_chief", "2020-06-01")]


async def test_an_office_above_excuses_with_a_reason_and_nobody_else(tx):
    await enrol(tx, post("t-1"), post("t-3", division=Division("360281100000")))
    await ticks(tx, china(2020, 6, 1, 9))
    here = (await only_duty(tx, post_id="t-1")).duty.id
    there = (await only_duty(tx, post_id="t-3")).duty.id
    for actor, duty in (("p-t-1", here), ("p-office-1", there), ("operator", here)):
        assert (await refused(tx, ExcuseDuty(duty_id=duty, reason="抗洪"), actor)).status == 403
    answer = await ask(tx, ExcuseDuty(duty_id=here, reason="抗洪"))
    assert [(type(one), one.reason) for one in answer.news] == [(DutyExcused, "抗洪")]
    assert (await refused(tx, ExcuseDuty(duty_id=here, reason="抗洪"))).status == 409
    assert (await refused(tx, ExcuseDuty(duty_id=UUID(int=7), reason="抗洪"))).status == 404
    assert said(await ticks(tx, china(2020, 7, 4)), DutyMissed) == [(DutyMissed, "t-3", "town_chief", "2020-06-01")]


@pytest.mark.parametrize(
    ("asked", "actor", "status", "field"),
    [
        ({"post_id": "t-9"}, "p-office-1", 422, "post_id"),
        ({}, "p-t-2", 403, "subject"),
        ({"started_at": china(2020, 6, 5, 9), "ended_at": china(2020, 6, 5, 8)}, "p-t-1", 422, "ended_at"),
        ({"started_at": china(2020, 6, 4, 8), "ended_at": china(2020, 6, 5, 9)}, "p-t-1", 422, "ended_at"),
        ({"started_at": china(2020, 6, 5, 9), "ended_at": china(2020, 6, 5, 13)}, "p-t-1", 422, "ended_at"),
        ({"items": [{"item": "weather"}]}, "p-t-1", 422, "items.0.item"),
        ({"stop": "s-1"}, "p-t-1", 422, "stop"),
    ],
)
async def test_a_patrol_that_cannot_be_is_refused_by_field(tx, asked, actor, status, field):
    await enrol(tx, post("t-1"), post("t-2"))
    tx.now = china(2020, 6, 5, 12)
    problem = await refused(tx, patrolled(**asked), actor)
    assert (problem.status, [one["field"] for one in problem.errors]) == (status, [field])


async def test_an_order_is_a_duty_on_top_of_the_counts_up_to_its_last_day(tx):
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    order = OrderPatrol(post_id="t-1", number="林长令〔2020〕1号", text="解决乱砍滥伐问题", due_on=date(2020, 6, 10))
    assert (await refused(tx, order, "p-t-1")).status == 403
    assert [(one.duty.rule, one.duty.last) for one in (await ask(tx, order)).news] == [("ordered", date(2020, 6, 10))]
    assert [one["field"] for one in (await refused(tx, order)).errors] == ["number"]
    shown = (await ask(tx, ListDuties(post_id="t-1"))).body.duties
    assert [(one.order.number, one.order.text) for one in shown if one.order] == [(order.number, order.text)]
    second = order.model_copy(update={"number": "林长令〔2020〕2号"})
    assert len((await ask(tx, second)).news) == 1
    past = order.model_copy(update={"number": "3", "due_on": date(2020, 5, 31)})
    assert [one["field"] for one in (await refused(tx, past)).errors] == ["due_on"]
    tx.now = china(2020, 6, 9, 12)
    answer = await ask(tx, patrolled(day=china(2020, 6, 9, 9)), "p-t-1")
    assert sorted(one.duty.rule for one in answer.news[1:]) == ["ordered", "ordered", "town_chief"]


async def test_a_danger_level_asks_at_once_and_only_where_it_holds(tx):
    daily = {**ROUND, "count": 1, "period": "day", "trigger": {"danger_level": 3}}
    await put(tx, {"danger": daily})
    await enrol(tx, post("r-1", "ranger", VILLAGE), post("r-2", "ranger", Division("360281100201")))
    assert said(await ticks(tx, china(2020, 6, 1, 9))) == []
    level = StateCondition(
        id="d-1", kind="danger", division=COUNTY, first=date(2020, 6, 1), last=date(2020, 6, 2), level=3, source="s"
    )
    assert (await refused(tx, level, "p-r-1")).status == 403
    await ask(tx, level)
    assert (await ask(tx, level)).news == []
    told = await ticks(tx, china(2020, 6, 1, 10), china(2020, 6, 2), china(2020, 6, 3))
    assert said(told, DutyOpened) == [
        (DutyOpened, "r-1", "danger", "2020-06-01"),
        (DutyOpened, "r-1", "danger", "2020-06-02"),
    ]


async def test_duties_are_listed_for_a_division_a_post_a_state_and_a_day(tx):
    await enrol(tx, post("t-1"), post("v-1", "village_chief", VILLAGE), post("t-3", division=Division("360281100000")))
    await ticks(tx, china(2020, 6, 1, 9))

    async def listed(division=UNKNOWN, **asked):
        found = (await ask(tx, ListDuties(**asked), "anybody", division)).body.duties
        return [one.duty.post_id for one in found]

    assert sorted(await listed()) == ["t-1", "t-3", "v-1"]
    assert await listed(COUNTY) == ["v-1", "t-1"]
    assert await listed(COUNTY, on=date(2020, 6, 8)) == ["t-1"]
    assert await listed(post_id="v-1") == ["v-1"]
    assert await listed(state="missed") == []
    assert await listed(COUNTY, limit=1) == ["v-1"]
