"""Duties as the service keeps them: opened once by the clock, reminded of, met, missed, vacant, excused."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.language.values import PersonRef, UnitRef
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
    PatrolPlanSet,
    PatrolRecorded,
    RecordPatrol,
    SetPatrolPlan,
    ShowPatrolPlan,
    StateCondition,
)
from contracts.roster import Appointment, Post, PostStated
from services.patrol.duty import clock
from services.patrol.duty.law import DUTY
from services.patrol.service import patrol
from services.runtime.problem import Problem
from services.runtime.reference import law
from tests.patrol.variants import MONTHLY, ROUND, SEASONS, table
from tests.servers import transaction
from tests.telling import answered, asking, hear, heard

SECOND = timedelta(seconds=1)
COUNTY, TOWN, VILLAGE = Division("360222000000"), Division("360222104000"), Division("360222104201")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 1, 9)) as tx:
        yield tx


def china(year, month, day, hour=0, minute=0):
    """A moment by the clocks of China."""
    return datetime.fromisoformat(f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00+08:00").astimezone(UTC)


def held(person, first, last=None):
    at = datetime(2019, 1, 1, tzinfo=UTC)
    return Appointment(person=PersonRef(id=person, name=person), held_from=first, held_to=last, recorded_at=at)


def post(id, role="chief", division=TOWN, *appointments, ended_on=None):
    held_by = appointments or (held(f"p-{id}", date(2019, 1, 1)),)
    unit = UnitRef(id=f"u-{division}", name="乡政府")
    return Post(
        id=id, role=role, title=role, area_id=division, division=division, unit=unit, ended_on=ended_on,
        appointments=held_by if appointments != (None,) else (),
    )  # fmt: skip


OFFICE = post("office-1", "office", COUNTY)


async def enrol(tx, *posts):
    await hear(patrol, tx, [heard(PostStated(post=one), "roster", n) for n, one in enumerate((*posts, OFFICE), 1)])


async def ticks(tx, *at):
    """What the clock tells at some moments, by fact, post and rule."""
    told = []
    for now in at:
        tx.now = now
        for work in (clock.open_duties, clock.remind, clock.close_duties):
            while news := await work(tx):
                told += news
    return told


def said(told, *of):
    return [
        (type(one), one.duty.post_id, one.duty.rule, str(one.duty.first)) for one in told if not of or type(one) in of
    ]


async def ask(tx, command, actor="p-office-1", division=UNKNOWN):
    return await answered(patrol, tx, asking(command, actor, division, tx.now))


async def refused(tx, command, actor="p-office-1", division=UNKNOWN):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor, division)
    return problem.value


FIFTH = china(2020, 6, 5, 9)


def patrolled(post_id="t-1", day=FIFTH, **more):
    return RecordPatrol(
        **{"post_id": post_id, "way": "everyday", "started_at": day, "ended_at": day, "place": "瑶里", **more}
    )


async def only_duty(tx, **asked):
    (one,) = (await ask(tx, ListDuties(**asked))).body.duties
    return one


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


async def put(tx, rules, amendments=()):
    """Take a rule table up in the place of the one that is in force."""
    text = table_text(rules, amendments)
    number = await tx.sql.fetchval("SELECT count(*) FROM laws")
    await law.take_up(tx, DUTY, text, number + 1, "operator")


def table_text(rules, amendments):
    stated = {
        "law": "patrol.duty", "version": "9", "source": "s", "grace_days": 3, "seasons": SEASONS,
        "holidays": [], "checklist": {}, "rules": rules, "amendments": list(amendments),
    }  # fmt: skip
    assert table(rules, amendments) is not None
    return json.dumps(stated)


async def test_a_rule_taken_up_in_the_middle_of_a_period_applies_from_the_next(tx):
    await put(tx, {"a": MONTHLY})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await put(tx, {"a": {**MONTHLY, "count": 3, "period": "week"}})
    told = await ticks(tx, china(2020, 6, 15, 10), china(2020, 6, 22), china(2020, 6, 29), china(2020, 7, 6))
    assert said(told, DutyOpened) == [(DutyOpened, "t-1", "a", "2020-07-06")]
    open_one = await only_duty(tx, on=date(2020, 6, 15))
    assert (open_one.duty.count, open_one.duty.period) == (1, "month")


async def test_a_rule_that_is_new_asks_for_what_is_under_way_and_of_nothing_past(tx):
    await put(tx, {})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await put(tx, {"a": MONTHLY, "b": {**MONTHLY, "window": {"first": 1, "last": 10}}})
    told = await ticks(tx, china(2020, 6, 15, 10), china(2020, 7, 1))
    assert said(told, DutyOpened) == [
        (DutyOpened, "t-1", "a", "2020-06-01"),
        (DutyOpened, "t-1", "a", "2020-07-01"),
        (DutyOpened, "t-1", "b", "2020-07-01"),
    ]


async def test_a_patrol_before_a_duty_was_opened_counts_for_it(tx):
    await put(tx, {})
    await enrol(tx, post("t-1"))
    await ticks(tx, china(2020, 6, 1, 9))
    tx.now = china(2020, 6, 15, 9)
    await ask(tx, patrolled(), "p-t-1")
    await put(tx, {"a": MONTHLY})
    told = await ticks(tx, china(2020, 6, 15, 10))
    assert [type(one) for one in told] == [DutyOpened, DutyMet]


STOP = {"id": "s-1", "division": TOWN, "place": "瑶里古树群", "first": date(2020, 6, 1), "last": date(2020, 6, 10)}


async def test_the_plan_of_a_year_shows_what_came_of_each_stop(tx):
    await enrol(tx, post("c-1", "general_chief", COUNTY))
    stops = [STOP, {**STOP, "id": "s-2"}, {**STOP, "id": "s-3", "last": date(2020, 6, 12)}]
    plan = SetPatrolPlan(post_id="c-1", year=2020, stops=stops, source="县林长办")
    assert (await refused(tx, plan, "p-c-1")).status == 403
    assert [type(one) for one in (await ask(tx, plan)).news] == [PatrolPlanSet]
    assert (await ask(tx, plan)).news == []
    tx.now = china(2020, 6, 11, 0)
    await ask(tx, patrolled("c-1", day=china(2020, 6, 5, 9), stop="s-1"), "p-c-1")
    shown = (await ask(tx, ShowPatrolPlan(post_id="c-1", year=2020), "anybody")).body.stops
    assert [(one.stop.id, len(one.patrols), one.overdue) for one in shown] == [
        ("s-1", 1, False),
        ("s-2", 0, True),
        ("s-3", 0, False),
    ]


@pytest.mark.parametrize(
    ("stop", "field"),
    [
        ({"division": Division("360281000000")}, "stops.0.division"),
        ({"last": date(2020, 5, 31)}, "stops.0.last"),
        ({"last": date(2021, 1, 1)}, "stops.0.first"),
    ],
)
async def test_a_stop_that_cannot_be_is_refused_by_field(tx, stop, field):
    await enrol(tx, post("c-1", "general_chief", COUNTY))
    problem = await refused(tx, SetPatrolPlan(post_id="c-1", year=2020, stops=[{**STOP, **stop}], source="s"))
    assert [one["field"] for one in problem.errors] == [field]


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
