"""Patrols from their beginning to the duty that they are counted for."""

from datetime import UTC, datetime

import pytest

from contracts.patrol import (
    DutyMet,
    ListDuties,
    ListPatrols,
    PatrolBegun,
    PatrolEnded,
    PatrolJudged,
    PatrolSilent,
    PatrolUnfinished,
)
from services.patrol.duty import clock as duty_clock
from tests.patrol.areas_and_reports import NOW, WEST
from tests.patrol.rounds import (
    BEGIN,
    DAY,
    HOUR,
    MINUTE,
    RANGER,
    SECOND,
    ask,
    batch,
    enrol,
    fixes,
    ground,
    hold,
    kinds,
    only,
    open_duties,
    post,
    report,
    reports,
    ticks,
    walk,
)


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER) as tx:
        yield tx


async def test_a_round_is_begun_ended_and_valid_by_its_points_and_counts_for_its_duty(tx):
    await open_duties(tx)
    assert kinds(await walk(tx)) == [PatrolEnded]
    told = await ticks(tx)
    assert [(type(one), one.before, one.patrol.verdict.state) for one in told] == [(PatrolJudged, "pending", "valid")]
    found = await only(tx)
    assert (found.state, found.person.id, found.activity) == ("ended", "p-r-1", "round")
    measured = found.verdict.measured
    assert (measured.metres, measured.minutes) == (pytest.approx(2400, rel=0.002), 40)
    assert measured.grids == (f"{WEST}-g1",)
    assert measured.own_share == 1
    (duty,) = (await ask(tx, ListDuties(post_id="r-1"), "operator")).body.duties
    assert duty.done == 1


async def test_whatever_the_order_and_repetition_of_what_is_heard_the_patrol_is_the_same(tx):
    parts = fixes(BEGIN)
    said = [
        report("w-1", "end", BEGIN + 40 * MINUTE),
        batch("b-1", parts[:30]),
        report("w-1", "begin", BEGIN),
        batch("b-2", parts[30:]),
        report("w-1", "pause", BEGIN + 10 * MINUTE),
        report("w-1", "resume", BEGIN + 12 * MINUTE),
    ]
    found = []
    for order in ([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 0, 2, 0, 4, 1, 5, 3, 3], [1, 3, 4, 2, 2, 5, 0]):
        nested = tx.sql.transaction()
        await nested.start()
        for n in order:
            await reports(tx, said[n])
            await ticks(tx)
        found.append(await only(tx))
        await nested.rollback()
    assert found[1:] == found[:1] * 3
    assert (found[0].state, found[0].verdict.state) == ("ended", "valid")
    assert found[0].verdict.measured.metres == pytest.approx(2400 - 120, abs=60)


async def test_a_round_never_ended_is_closed_as_incomplete_and_a_late_end_mends_it(tx):
    assert kinds(await reports(tx, report("w-1", "begin", BEGIN))) == [PatrolBegun]
    await reports(tx, batch("b-1", fixes(BEGIN)))
    closes = BEGIN + 24 * HOUR
    told = await ticks(tx, closes - SECOND)
    assert PatrolUnfinished not in kinds(told)
    assert kinds(await ticks(tx, closes)) == [PatrolUnfinished, PatrolJudged]
    found = await only(tx)
    assert (found.state, found.ended_at, found.verdict.state) == ("incomplete", closes, "valid")
    told = await reports(tx, report("w-1", "end", BEGIN + 40 * MINUTE))
    assert kinds(told) == [PatrolEnded]
    await ticks(tx)
    assert (await only(tx)).ended_at == BEGIN + 40 * MINUTE


async def test_the_next_round_closes_one_that_was_never_ended_and_takes_none_of_its_points(tx):
    await reports(tx, report("w-1", "begin", BEGIN - HOUR), report("w-2", "begin", BEGIN))
    await reports(tx, batch("b-1", fixes(BEGIN - HOUR, 1200)))
    await reports(
        tx,
        batch("b-2", fixes(BEGIN)),
    )
    await reports(tx, report("w-2", "end", BEGIN + 40 * MINUTE))
    await ticks(tx)
    first, second = sorted((await ask(tx, ListPatrols(), "operator")).body.patrols, key=lambda one: one.started_at)
    assert (first.state, first.ended_at) == ("incomplete", BEGIN)
    assert first.verdict.measured.metres == pytest.approx(1200, rel=0.01)
    assert second.verdict.measured.metres == pytest.approx(2400, rel=0.01)


async def test_silence_on_an_open_round_is_told_once_each_time_and_an_interval_that_is_longer_is_waited_for(tx):
    tx.now = BEGIN
    await reports(tx, report("w-1", "begin", BEGIN))
    await reports(tx, batch("b-1", fixes(BEGIN, 30), state={"interval_s": 600, "battery_saver": True}))
    limit = 100 * MINUTE
    assert await ticks(tx, BEGIN + 31 * MINUTE, BEGIN + limit - SECOND) == []
    (silent,) = await ticks(tx, BEGIN + limit)
    assert (type(silent), silent.since, silent.limit_minutes) == (PatrolSilent, BEGIN, 100)
    assert silent.state.battery_saver
    assert await ticks(tx, BEGIN + 3 * HOUR) == []
    await reports(tx, batch("b-2", fixes(BEGIN + 3 * HOUR - MINUTE, 30)))
    assert await ticks(tx) == []
    assert kinds(await ticks(tx, tx.now + limit)) == [PatrolSilent]


async def test_who_goes_on_after_a_long_pause_is_silent_only_so_long_after_it(tx):
    tx.now = BEGIN
    await reports(tx, report("w-1", "begin", BEGIN), report("w-1", "pause", BEGIN + MINUTE))
    assert await ticks(tx, BEGIN + HOUR) == []
    await reports(tx, report("w-1", "resume", BEGIN + HOUR))
    assert await ticks(tx, BEGIN + HOUR, BEGIN + 90 * MINUTE - SECOND) == []
    (silent,) = await ticks(tx, BEGIN + 90 * MINUTE)
    assert (type(silent), silent.since, silent.limit_minutes) == (PatrolSilent, BEGIN + HOUR, 30)


async def test_points_that_come_late_turn_a_missed_duty_into_one_that_is_met(tx):
    """A day on which much was asked: see the law of duties; here a visit, of which one is asked a month."""
    await enrol(tx, post("s-1", "resource_supervisor", WEST, WEST))
    await hold(tx, "t-9", "p-s-1", "s-1")
    await open_duties(tx)
    begin = NOW - 2 * DAY
    await reports(tx, report("w-9", "begin", begin, "t-9"), report("w-9", "end", begin + HOUR, "t-9"))
    assert [one.patrol.verdict.state for one in await ticks(tx, NOW)] == ["invalid"]
    tx.now = datetime(2020, 7, 3, 16, 0, tzinfo=UTC)
    while await duty_clock.close_duties(tx):
        pass
    assert (await duty_of(tx, "s-1")).state == "missed"
    await reports(tx, batch("b-9", fixes(begin), "t-9", offline_round=True))
    told = await ticks(tx)
    assert [(type(one), getattr(one, "before", None)) for one in told] == [
        (PatrolJudged, "invalid"),
        (DutyMet, "missed"),
    ]
    assert (await duty_of(tx, "s-1")).state == "met"


async def duty_of(tx, post_id):
    (one,) = (await ask(tx, ListDuties(post_id=post_id, on=NOW.date()), "operator")).body.duties
    return one
