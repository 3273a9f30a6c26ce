"""Verdicts at their edges: limits, midnights, holders, clocks, and what looks made up."""

from datetime import UTC, date, datetime

import pytest

from contracts.patrol import (
    DutyMet,
    DutyReopened,
    ListDuties,
    PatrolJudged,
)
from contracts.roster import PostStated
from services.patrol.patrol import judging
from services.patrol.patrol.law import VERDICT
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import EAST, LAT, METRE, NOW, WEST, reported
from tests.patrol.rounds import (
    AT_HOME,
    BEGIN,
    DAY,
    HOUR,
    MINUTE,
    OTHER,
    RANGER,
    SECOND,
    ask,
    batch,
    enrol,
    fixes,
    ground,
    held,
    hold,
    kinds,
    only,
    open_duties,
    patrols,
    post,
    report,
    reports,
    ticks,
    walked,
)
from tests.telling import hear, heard

RULES = VERDICT.shipped.newest


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


def lacking(found):
    return [one.what for one in found.verdict.lacking]


@pytest.mark.parametrize(
    ("minutes", "metres", "lacks"),
    [
        (30, 2000, []),
        (29.99, 2000, ["minutes"]),
        (30, 1999.9, ["metres"]),
        (0, 0, ["minutes", "metres"]),
    ],
)
async def test_what_is_exactly_as_much_as_is_asked_is_enough(tx, minutes, metres, lacks):
    await walked(tx)
    found = await only(tx)
    measured = found.verdict.measured.model_copy(update={"minutes": minutes, "metres": metres})
    verdict = judging.verdict(found, measured, (), RULES, found.ended_at + 24 * HOUR)
    assert [one.what for one in verdict.lacking] == lacks
    assert verdict.state == ("invalid" if lacks else "valid")
    assert (verdict.rule, verdict.version) == ("round", "2020-1")


async def test_what_is_lacking_is_waited_for_a_day_and_then_the_verdict_is_spoken(tx):
    assert await walked(tx, metres_walked=900) == []
    assert (await only(tx)).verdict.state == "pending"
    spoken = BEGIN + 40 * MINUTE + 24 * HOUR
    assert await ticks(tx, spoken - SECOND) == []
    (told,) = await ticks(tx, spoken)
    assert (type(told), told.patrol.verdict.state) == (PatrolJudged, "invalid")
    assert lacking(told.patrol) == ["minutes", "metres"]


async def test_a_round_of_which_no_point_came_is_invalid_and_four_still_hours_are_no_walk(tx):
    await walked(tx, "w-1", NOW - 10 * HOUR, points=False)
    await walked(tx, "w-2", NOW - 6 * HOUR, lasts=4 * HOUR, points=False)
    still = [{**one, "lon": AT_HOME + (n % 7 - 3) * 3 * METRE} for n, one in enumerate(fixes(NOW - 6 * HOUR, 14_400))]
    await reports(tx, batch("b-still", still))
    await ticks(tx, NOW + 25 * HOUR)
    second, first = await patrols(tx)
    assert (first.verdict.state, lacking(first)) == ("invalid", ["fixes", "minutes", "metres"])
    assert (second.verdict.state, lacking(second)) == ("invalid", ["minutes", "metres"])
    assert second.verdict.measured.stops == 1
    assert second.verdict.measured.stopped_minutes == pytest.approx(240, abs=1)


async def test_a_round_over_midnight_in_china_counts_for_each_day_what_was_walked_on_it(tx):
    await open_duties(tx)
    midnight = datetime(2020, 6, 14, 16, 0, tzinfo=UTC)
    await walked(tx, begin=midnight - 40 * MINUTE, lasts=80 * MINUTE, metres_walked=4770)
    found = await only(tx)
    assert found.verdict.state == "valid"
    rows = await tx.sql.fetch("SELECT day, minutes, began_on FROM walks ORDER BY day")
    assert [(row["day"], row["began_on"]) for row in rows] == [
        (date(2020, 6, 14), date(2020, 6, 14)),
        (date(2020, 6, 15), date(2020, 6, 14)),
    ]
    assert [row["minutes"] for row in rows] == [pytest.approx(39.5), pytest.approx(39.5)]
    (duty,) = (await ask(tx, ListDuties(post_id="r-1"), "operator")).body.duties
    assert duty.done == 2


async def test_a_visit_over_midnight_at_the_end_of_a_month_counts_once_for_the_month_in_which_it_began(tx):
    tx.now = datetime(2020, 5, 20, tzinfo=UTC)
    await enrol(tx, post("s-1", "resource_supervisor", WEST, WEST))
    await hold(tx, "t-9", "p-s-1", "s-1")
    await open_duties(tx)
    tx.now = datetime(2020, 5, 31, 17, 0, tzinfo=UTC)
    await open_duties(tx)
    midnight = datetime(2020, 5, 31, 16, 0, tzinfo=UTC)
    await walked(tx, begin=midnight - 10 * MINUTE, terminal="t-9")
    duties = (await ask(tx, ListDuties(post_id="s-1"), "operator")).body.duties
    assert [(one.duty.first, one.state, one.done) for one in duties] == [
        (date(2020, 5, 1), "met", 1),
        (date(2020, 6, 1), "open", 0),
    ]


@pytest.mark.parametrize(
    ("begin", "walker"),
    [(datetime(2020, 6, 13, 15, 59, 59, tzinfo=UTC), "p-old"), (datetime(2020, 6, 13, 16, 0, tzinfo=UTC), "p-new")],
)
async def test_who_held_the_post_on_the_first_day_in_china_walks_and_later_records_do_not_change_it(tx, begin, walker):
    changed = (held("p-old", last=date(2020, 6, 13)), held("p-new", date(2020, 6, 14)))
    await enrol(tx, post("r-3", "ranger", WEST, f"{WEST}-g1", *changed))
    await reports(tx, report("w-3", "begin", begin, "t-3", post_id="r-3"))
    assert (await only(tx, post_id="r-3")).person.id == walker
    await hear(patrol, tx, [heard_post("p-later")])
    await reports(tx, report("w-3", "end", begin + HOUR, "t-3"))
    assert (await only(tx, post_id="r-3")).person.id == walker


def heard_post(person):
    return heard(PostStated(post=post("r-3", "ranger", WEST, f"{WEST}-g1", held(person))), "roster", 99)


async def test_points_count_for_who_carried_the_terminal_when_they_were_taken(tx):
    """Handed over in the middle of the round: what the next one took with it is not of this round."""
    await hold(tx, "t-1", "p-r-2", "r-2", BEGIN + 20 * MINUTE)
    await walked(tx)
    await ticks(tx, NOW + 25 * HOUR)
    found = await only(tx)
    assert found.verdict.measured.metres == pytest.approx(1200, abs=35)
    assert found.verdict.state == "invalid"


async def test_whose_hands_it_was_in_is_learnt_later_and_the_verdict_and_the_duty_follow(tx):
    await enrol(tx, post("s-1", "resource_supervisor", WEST, WEST))
    await hold(tx, "t-9", "p-s-1", "s-1")
    await open_duties(tx)
    assert kinds(await walked(tx, terminal="t-9")) == [PatrolJudged, DutyMet]
    await hold(tx, "t-9", "p-r-2", "r-2", BEGIN - HOUR)
    told = await ticks(tx, BEGIN + 25 * HOUR)
    assert kinds(told) == [PatrolJudged, DutyReopened]
    assert (await only(tx)).verdict.state == "invalid"
    await hold(tx, "t-9", "p-s-1", "s-1", BEGIN - HOUR)
    assert kinds(await ticks(tx)) == [PatrolJudged, DutyMet]


async def test_a_patrol_that_names_a_terminal_of_nobody_is_judged_again_when_somebody_is_said_to_have_had_it(tx):
    begin, end = (report("w-1", move, at, "t-9", post_id="r-1") for move, at in (("begin", BEGIN), ("end", NOW - HOUR)))
    await reports(tx, begin, end)
    await reports(tx, batch("b-1", fixes(BEGIN), "t-9"))
    await ticks(tx)
    assert (await only(tx)).verdict.state == "valid"
    await hold(tx, "t-9", "p-r-2", "r-2", BEGIN - DAY)
    await ticks(tx)
    assert (await only(tx)).verdict.measured.fixes == 0


async def test_points_before_the_beginning_and_after_the_end_are_no_part_and_those_of_both_moments_are(tx):
    await reports(tx, report("w-1", "begin", BEGIN + 10 * MINUTE), report("w-1", "end", BEGIN + 30 * MINUTE))
    await reports(tx, batch("b-1", fixes(BEGIN, 3600)))
    await ticks(tx)
    found = (await only(tx)).verdict.measured
    assert (found.fixes, found.first_at, found.last_at) == (41, BEGIN + 10 * MINUTE, BEGIN + 30 * MINUTE)


async def test_what_was_reported_on_the_round_and_which_points_were_reached_stand_with_it(tx):
    near, off = {"id": "near", "lon": AT_HOME, "lat": LAT}, {"id": "off", "lon": AT_HOME, "lat": LAT + 0.01}
    await hear(patrol, tx, [reported("i-1", AT_HOME, seen_at=BEGIN + MINUTE), reported("i-2", AT_HOME, seen_at=NOW)])
    await reports(
        tx,
        report("w-1", "begin", BEGIN, to_reach=[near, off]),
        report("w-1", "end", BEGIN + 40 * MINUTE, incidents=["i-1", "i-2", "i-unknown"]),
    )
    await reports(tx, batch("b-1", fixes(BEGIN)))
    await ticks(tx)
    found = (await only(tx)).verdict.measured
    assert found.points == ("near",)
    assert len(found.incidents) == 1


async def test_a_round_outside_the_own_area_says_so(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walked(tx, terminal="t-2")
    found = await only(tx)
    assert (found.area_id, found.verdict.measured.own_share) == (f"{EAST}-g1", 0)
    assert found.verdict.measured.grids == (f"{WEST}-g1",)
