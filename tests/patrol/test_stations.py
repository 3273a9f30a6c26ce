"""Stations report each period, also that there is nothing: silence is a missed duty like any other (E7)."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.language.values import day_of
from contracts.patrol import (
    AlarmRaised,
    DutyMet,
    DutyMissed,
    DutyOpened,
    DutyVacant,
    ExcuseDuty,
    IncidentLinked,
    IncidentLocated,
    ListStationReports,
    RecordPatrol,
    ReportStation,
    StationReported,
)
from contracts.roster import PostStated
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import EAST, STATED, WEST
from tests.patrol.chiefs import OFFICE, TOWN, china, only_duty, post, said, ticks
from tests.patrol.test_clearance import ask, refused
from tests.servers import transaction
from tests.telling import hear, heard

STATION = post("s-1", "station", WEST)


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 11, 10, 9)) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        yield tx


async def enrol(tx, *posts):
    stated = [PostStated(post=one) for one in (*(posts or (STATION,)), OFFICE)]
    await hear(patrol, tx, [heard(one, "roster", n) for n, one in enumerate(stated, 1)])


def report(day, *found, **more):
    return ReportStation.model_validate({"post_id": "s-1", "on": str(day), "found": found, **more})


def find(lon=117.05, lat=29.05, **more):
    seen = {"at": {"lon": lon, "lat": lat, "datum": "cgcs2000"}, "seen_at": "2020-11-10T08:00:00+08:00"}
    return {**seen, "species": "小天鹅", "dead": 3, **more}


async def reports(tx, now, command, actor="p-s-1"):
    tx.now = now
    return await ask(tx, command, actor)


async def test_a_station_is_asked_daily_in_the_season_of_birds_and_weekly_outside_it(tx):
    await enrol(tx)
    told = await ticks(tx, china(2020, 11, 10, 9), china(2020, 11, 11, 9))
    assert said(told, DutyOpened) == [
        (DutyOpened, "s-1", "station_daily", "2020-11-10"),
        (DutyOpened, "s-1", "station_daily", "2020-11-11"),
    ]
    told = await ticks(tx, china(2021, 5, 2, 9), china(2021, 5, 3, 9), china(2021, 5, 4, 9))
    weekly = [(rule, first) for _, _, rule, first in said(told, DutyOpened) if rule == "station_weekly"]
    assert weekly == [("station_weekly", "2021-05-03")]


async def test_a_nil_report_meets_the_duty_of_its_day(tx):
    await enrol(tx)
    await ticks(tx, china(2020, 11, 10, 9))
    answer = await reports(tx, china(2020, 11, 10, 10), report("2020-11-10"))
    assert [type(one) for one in answer.news] == [StationReported, DutyMet]
    assert (answer.body.nil, answer.body.incidents, answer.body.person.id) == (True, (), "p-s-1")
    assert said(await ticks(tx, china(2020, 11, 11)), DutyMissed) == []


@pytest.mark.parametrize(("at", "met"), [((15, 0), True), ((15, 1), False)])
async def test_a_report_comes_by_the_time_of_the_rule_in_china(tx, at, met):
    await enrol(tx)
    await ticks(tx, china(2020, 11, 10, 9))
    await reports(tx, china(2020, 11, 10, *at), report("2020-11-10"))
    told = await ticks(tx, datetime(2020, 11, 10, 16, 0, tzinfo=UTC))
    assert said(told, DutyMissed) == ([] if met else [(DutyMissed, "s-1", "station_daily", "2020-11-10")])


async def test_silence_is_missed_at_the_end_of_its_day_without_days_of_grace(tx):
    await enrol(tx)
    told = await ticks(tx, china(2020, 11, 10, 9), datetime(2020, 11, 10, 15, 59, 59, tzinfo=UTC))
    assert said(told, DutyMissed) == []
    (missed,) = [one for one in await ticks(tx, datetime(2020, 11, 10, 16, 0, tzinfo=UTC)) if type(one) is DutyMissed]
    assert (missed.holder.id, missed.missing) == ("p-s-1", ("count",))


async def test_the_weekly_report_comes_on_monday_by_noon(tx):
    await enrol(tx)
    await ticks(tx, china(2021, 5, 3, 0, 1))
    late = await reports(tx, china(2021, 5, 4, 9), report("2021-05-03"))
    assert [type(one) for one in late.news] == [StationReported, DutyMissed]
    tx.now = china(2021, 5, 10, 8)
    await ticks(tx, tx.now)
    answer = await reports(tx, china(2021, 5, 10, 12), report("2021-05-10"))
    assert [type(one) for one in answer.news] == [StationReported, DutyMet]


async def test_a_vacant_station_has_missed_nothing_itself(tx):
    await enrol(tx, post("s-1", "station", WEST, None))
    told = await ticks(tx, china(2020, 11, 10, 9), china(2020, 11, 11, 0))
    assert said(told, DutyVacant) == [(DutyVacant, "s-1", "station_daily", "2020-11-10")]


async def test_a_station_may_be_excused_like_any_other_post(tx):
    await enrol(tx)
    await ticks(tx, china(2020, 11, 10, 9))
    duty = await only_duty(tx, post_id="s-1")
    excused = (await ask(tx, ExcuseDuty(duty_id=duty.duty.id, reason="大雪封山"))).body
    assert (excused.state, excused.reason) == ("excused", "大雪封山")
    assert said(await ticks(tx, china(2020, 11, 11)), DutyMissed) == []


async def test_what_is_found_dead_is_located_and_an_alarm_at_once(tx):
    await enrol(tx)
    answer = await reports(tx, china(2020, 11, 10, 10), report("2020-11-10", find()))
    told = [type(one) for one in answer.news]
    assert told == [StationReported, IncidentLocated, AlarmRaised]
    incident = answer.news[2].incident
    assert (incident.kind, incident.details, incident.division) == (
        "sick_wildlife", {"species": "小天鹅", "dead": 3}, WEST,
    )  # fmt: skip
    assert (incident.severity, incident.reporter, incident.source) == ("grave", "department", "patrol.station")
    assert (answer.body.nil, answer.body.incidents) == (False, (incident.id,))


async def test_two_finds_side_by_side_corroborate_each_other(tx):
    await enrol(tx)
    answer = await reports(tx, china(2020, 11, 10, 10), report("2020-11-10", find(), find(117.0501)))
    kinds = [type(one) for one in answer.news]
    assert (kinds.count(AlarmRaised), kinds.count(IncidentLinked)) == (1, 1)
    assert len(answer.body.incidents) == 2


async def test_a_find_that_lies_nowhere_is_refused_by_its_field_and_nothing_is_reported(tx):
    await enrol(tx)
    asked = report("2020-11-10", find(), find(100.0))
    assert await refused(tx, asked, "p-s-1") == (422, [("found.1.at", "nowhere")])


async def test_a_station_reports_no_day_to_come_and_no_other_post_reports_for_one(tx):
    await enrol(tx, STATION, post("t-1", "chief", TOWN))
    assert await refused(tx, report("2020-11-11"), "p-s-1") == (422, [("on", "not_after_today")])
    assert await refused(tx, report("2020-11-10", post_id="t-1"), "p-t-1") == (422, [("post_id", "post_of_station")])
    assert await refused(tx, report("2020-11-10"), "p-t-1") == (403, [("subject", "actor_must_be")])
    # The office may report what it was told by telephone.
    assert (await ask(tx, report("2020-11-10"))).body.nil


async def test_a_patrol_is_no_report_of_a_station(tx):
    await enrol(tx)
    await ticks(tx, china(2020, 11, 10, 9))
    at = china(2020, 11, 10, 8)
    walk = RecordPatrol(post_id="s-1", way=None, started_at=at, ended_at=at + timedelta(hours=1), place="湖边")
    assert [type(one).__name__ for one in (await ask(tx, walk, "p-s-1")).news] == ["PatrolRecorded"]


async def test_reports_are_listed_by_place_and_day_the_newest_first(tx):
    await enrol(tx, STATION, post("s-2", "station", EAST))
    for day in ("2020-11-08", "2020-11-09", "2020-11-10"):
        await ask(tx, report(day), "p-s-1")
    await ask(tx, report("2020-11-09", post_id="s-2"), "p-s-2")
    listed = (await ask(tx, ListStationReports(first="2020-11-09"), division=WEST)).body.reports
    assert [str(one.on) for one in listed] == ["2020-11-10", "2020-11-09"]
    listed = (await ask(tx, ListStationReports(last="2020-11-09", post_id="s-2"))).body.reports
    assert [(one.post_id, one.on) for one in listed] == [("s-2", day_of(china(2020, 11, 9)))]


async def test_reports_are_listed_page_by_page(tx):
    await enrol(tx, STATION, post("s-2", "station", EAST))
    for day, id in (("2020-11-10", "s-1"), ("2020-11-09", "s-2"), ("2020-11-09", "s-1"), ("2020-11-08", "s-2")):
        await ask(tx, report(day, post_id=id), f"p-{id}")
    whole = (await ask(tx, ListStationReports())).body
    assert ([str(one.on)[-2:] for one in whole.reports], whole.more) == (["10", "09", "09", "08"], False)
    paged, after = [], None
    for more in (True, True, True, False):
        page = (await ask(tx, ListStationReports(limit=1, after=after))).body
        assert page.more is more
        paged += page.reports
        after = page.reports[-1].id
    assert paged == [*whole.reports]
