"""Verdicts at their edges: limits, midnights, holders, clocks, appeals, and what looks made up."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.patrol import (
    AppealDecided,
    AppealVerdict,
    BeginPatrol,
    DecideAppeal,
    DutyMet,
    DutyReopened,
    EndPatrol,
    ListDuties,
    ListPatrols,
    PatrolEnded,
    PatrolJudged,
    PatrolMove,
    VerdictAppealed,
)
from contracts.roster import PostStated
from services.patrol.patrol import judging
from services.patrol.patrol.course import Moved, Said, course_of
from services.patrol.patrol.law import VERDICT
from services.patrol.service import patrol
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from services.runtime.reference import law
from tests.patrol.areas_and_reports import EAST, LAT, METRE, NOW, STATED, WEST, reported
from tests.patrol.rounds import (
    AT_HOME,
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
    held,
    hold,
    open_duties,
    post,
    report,
    reports,
    ticks,
)
from tests.servers import transaction
from tests.telling import hear, heard

BEGIN = NOW - 2 * HOUR
RULES = VERDICT.shipped.newest


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, NOW) as tx:
        await hear(patrol, tx, [heard(one, "roster") for one in STATED])
        await enrol(tx, RANGER, OTHER)
        await hold(tx)
        yield tx


async def walk(tx, id="w-1", begin=BEGIN, lasts=40 * MINUTE, terminal="t-1", **more):
    """A round with its points, begun and ended, and judged."""
    await reports(tx, report(id, "begin", begin, terminal), report(id, "end", begin + lasts, terminal))
    if more.pop("points", True):
        await reports(tx, batch(f"b-{id}", fixes(begin, **more), terminal))
    return await ticks(tx)


async def patrols(tx, **asked):
    return (await ask(tx, ListPatrols(**asked), "operator")).body.patrols


async def only(tx, **asked):
    (one,) = await patrols(tx, **asked)
    return one


async def refused(tx, command, actor):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, actor)
    return problem.value


def kinds(told):
    return [type(one[1] if isinstance(one, tuple) else one) for one in told]


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
    await walk(tx)
    found = await only(tx)
    measured = found.verdict.measured.model_copy(update={"minutes": minutes, "metres": metres})
    verdict = judging.verdict(found, measured, (), RULES, found.ended_at + 24 * HOUR)
    assert [one.what for one in verdict.lacking] == lacks
    assert verdict.state == ("invalid" if lacks else "valid")
    assert (verdict.rule, verdict.version) == ("round", "2020-1")


async def test_what_is_lacking_is_waited_for_a_day_and_then_the_verdict_is_spoken(tx):
    assert await walk(tx, metres_walked=900) == []
    assert (await only(tx)).verdict.state == "pending"
    spoken = BEGIN + 40 * MINUTE + 24 * HOUR
    assert await ticks(tx, spoken - SECOND) == []
    (told,) = await ticks(tx, spoken)
    assert (type(told), told.patrol.verdict.state) == (PatrolJudged, "invalid")
    assert lacking(told.patrol) == ["minutes", "metres"]


async def test_a_round_of_which_no_point_came_is_invalid_and_four_still_hours_are_no_walk(tx):
    await walk(tx, "w-1", NOW - 10 * HOUR, points=False)
    await walk(tx, "w-2", NOW - 6 * HOUR, lasts=4 * HOUR, points=False)
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
    await walk(tx, begin=midnight - 40 * MINUTE, lasts=80 * MINUTE, metres_walked=4770)
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
    await walk(tx, begin=midnight - 10 * MINUTE, terminal="t-9")
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
    await walk(tx)
    await ticks(tx, NOW + 25 * HOUR)
    found = await only(tx)
    assert found.verdict.measured.metres == pytest.approx(1200, abs=35)
    assert found.verdict.state == "invalid"


async def test_whose_hands_it_was_in_is_learnt_later_and_the_verdict_and_the_duty_follow(tx):
    await enrol(tx, post("s-1", "resource_supervisor", WEST, WEST))
    await hold(tx, "t-9", "p-s-1", "s-1")
    await open_duties(tx)
    assert kinds(await walk(tx, terminal="t-9")) == [PatrolJudged, DutyMet]
    await hold(tx, "t-9", "p-r-2", "r-2", BEGIN - HOUR)
    told = await ticks(tx, BEGIN + 25 * HOUR)
    assert kinds(told) == [PatrolJudged, DutyReopened]
    assert (await only(tx)).verdict.state == "invalid"
    await hold(tx, "t-9", "p-s-1", "s-1", BEGIN - HOUR)
    assert kinds(await ticks(tx)) == [PatrolJudged, DutyMet]


async def test_points_before_the_beginning_and_after_the_end_are_no_part_and_those_of_both_moments_are(tx):
    await reports(tx, report("w-1", "begin", BEGIN + 10 * MINUTE), report("w-1", "end", BEGIN + 30 * MINUTE))
    await reports(tx, batch("b-1", fixes(BEGIN, 3600)))
    await ticks(tx)
    found = (await only(tx)).verdict.measured
    assert (found.fixes, found.first_at, found.last_at) == (41, BEGIN + 10 * MINUTE, BEGIN + 30 * MINUTE)


async def test_an_end_before_the_beginning_ends_nothing_and_a_second_beginning_or_end_changes_nothing(tx):
    await reports(tx, report("w-1", "end", BEGIN - MINUTE), report("w-1", "begin", BEGIN))
    assert (await only(tx)).state == "open"
    assert await reports(tx, report("w-1", "begin", BEGIN), report("w-1", "begin", BEGIN + MINUTE)) == []
    assert kinds(await reports(tx, report("w-1", "end", BEGIN + HOUR))) == [PatrolEnded]
    assert await reports(tx, report("w-1", "end", BEGIN + HOUR), report("w-1", "end", BEGIN + 90 * MINUTE)) == []
    found = await only(tx)
    assert (found.started_at, found.ended_at) == (BEGIN, BEGIN + HOUR)


async def test_a_phone_whose_clock_is_a_year_ahead_is_put_right_by_what_its_sender_says_of_it(tx):
    year = 365 * DAY
    clock = {"shown_at": NOW + year, "received_at": NOW}
    (wrong,) = await reports(tx, report("w-1", "begin", BEGIN + year))
    assert isinstance(wrong, Refused)
    assert [(one.field, one.code) for one in wrong.problems] == [("at", "moved_between")]
    await reports(tx, report("w-1", "begin", BEGIN + year, clock=clock))
    assert (await only(tx)).started_at == BEGIN


async def test_whose_patrol_it_is_must_be_known_where_the_terminal_is_in_nobodys_hands(tx):
    (wrong,) = await reports(tx, report("w-1", "begin", BEGIN, "t-nobody"))
    assert [(one.field, one.code) for one in wrong.problems] == [("post_id", "post_of_patrol")]
    (wrong,) = await reports(tx, report("w-1", "begin", BEGIN, "t-nobody", post_id="no-such"))
    assert [(one.field, one.code) for one in wrong.problems] == [("post_id", "no_post_enrolled")]
    await reports(tx, report("w-1", "begin", BEGIN, "t-nobody", post_id="r-1"), report("w-1", "end", NOW, "t-nobody"))
    await reports(tx, batch("b-1", fixes(BEGIN), "t-nobody"))
    await ticks(tx)
    assert (await only(tx)).verdict.state == "valid"


async def test_several_on_one_walk_count_each_for_themselves_and_the_ground_once(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walk(tx, "w-1", terminal="t-1")
    await walk(tx, "w-2", BEGIN + SECOND, terminal="t-2", lat=LAT + 8 * METRE)
    await ticks(tx)
    second, first = await patrols(tx)
    assert [one.verdict.state for one in (first, second)] == ["valid", "valid"]
    assert [one.verdict.measured.metres for one in (first, second)] == [pytest.approx(2400, rel=0.01)] * 2
    assert first.verdict.measured.ground_metres + second.verdict.measured.ground_metres == pytest.approx(2400, rel=0.02)


async def test_two_terminals_with_one_track_are_named_on_both_and_neither_is_judged_by_it(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walk(tx, "w-1", terminal="t-1")
    await walk(tx, "w-2", terminal="t-2")
    await ticks(tx)
    found = await patrols(tx)
    assert {one.verdict.state for one in found} == {"valid"}
    assert [[sign.kind for sign in one.verdict.suspicions] for one in found] == [["two_terminals_one_track"]] * 2
    assert {one.verdict.suspicions[0].alike for one in found} == {str(one.id) for one in found}


async def test_a_track_repeated_a_vehicle_and_positions_said_to_be_made_up_are_named(tx):
    await walk(tx, "w-1", BEGIN - DAY)
    await walk(tx, "w-2", BEGIN, mock=True)
    await walk(tx, "w-3", NOW - 70 * MINUTE, every_s=15, pace=9.0, metres_walked=5000)
    third, second, first = await patrols(tx)
    assert [sign.kind for sign in first.verdict.suspicions] == []
    assert [sign.kind for sign in second.verdict.suspicions] == ["marked_as_mock", "repeated_on_another_day"]
    assert "speed_of_a_vehicle" in [sign.kind for sign in third.verdict.suspicions]
    assert [one.verdict.state for one in (first, second)] == ["valid", "valid"]


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


async def judged_invalid(tx):
    await walk(tx, metres_walked=900)
    await ticks(tx, BEGIN + 2 * DAY)
    return (await only(tx)).id


async def test_an_appeal_is_of_who_walked_and_is_decided_by_another_post_and_another_person(tx):
    id = await judged_invalid(tx)
    await open_duties(tx)
    appeal = AppealVerdict(patrol_id=id, reason="手机省电，轨迹不全")
    decide = DecideAppeal(patrol_id=id, decision="upheld", reason="日志可以印证")
    assert (await refused(tx, appeal, "p-r-2")).status == 403
    assert (await refused(tx, decide, "p-office-1")).status == 409
    assert kinds((await ask(tx, appeal, "p-r-1")).news) == [VerdictAppealed]
    assert (await refused(tx, appeal, "p-r-1")).status == 409
    assert [one.id for one in await patrols(tx, appealed=True)] == [id]
    for actor in ("p-r-1", "p-r-2", "operator"):
        assert (await refused(tx, decide, actor)).status == 403
    answer = await ask(tx, decide, "p-office-1")
    assert kinds(answer.news)[:2] == [AppealDecided, PatrolJudged]
    assert answer.body.patrol.verdict.state == "valid"
    assert await patrols(tx, appealed=True) == ()
    assert await tx.sql.fetchval("SELECT count(*) FROM walks WHERE verdict = 'valid'") == 1


async def test_who_walked_does_not_decide_even_as_the_office(tx):
    await enrol(tx, post("o-2", "office", "360222000000", "360222000000", held("p-r-1")))
    id = await judged_invalid(tx)
    await ask(tx, AppealVerdict(patrol_id=id, reason="轨迹不全"), "p-r-1")
    assert (await refused(tx, DecideAppeal(patrol_id=id, decision="upheld", reason="x"), "p-r-1")).status == 403


@pytest.mark.parametrize(
    ("to", "state", "appeal"), [(None, "valid", "upheld"), (BEGIN + 5 * MINUTE, "invalid", "overtaken")]
)
async def test_a_decision_stands_however_it_is_judged_again_until_less_was_walked_than_was_known(tx, to, state, appeal):
    id = await judged_invalid(tx)
    await ask(tx, AppealVerdict(patrol_id=id, reason="轨迹不全"), "p-r-1")
    await ask(tx, DecideAppeal(patrol_id=id, decision="upheld", reason="x"), "p-office-1")
    await hold(tx, "t-1", "p-r-1", "r-1", BEGIN - DAY)
    if to is not None:
        await hold(tx, "t-1", "p-r-2", "r-2", to)
    await ticks(tx)
    found = (await only(tx)).verdict
    assert (found.state, found.appeal.state) == (state, appeal)


async def test_a_refused_appeal_gives_way_to_points_that_come_late(tx):
    id = await judged_invalid(tx)
    await ask(tx, AppealVerdict(patrol_id=id, reason="轨迹不全"), "p-r-1")
    await ask(tx, DecideAppeal(patrol_id=id, decision="refused", reason="确实不足"), "p-office-1")
    assert (await only(tx)).verdict.state == "invalid"
    await reports(tx, batch("b-late", fixes(BEGIN + 15 * MINUTE, 1500, lon=AT_HOME + 900 * METRE), offline_round=True))
    await ticks(tx)
    assert (await only(tx)).verdict.state == "valid"


async def test_an_appeal_is_heard_up_to_its_last_day_in_china(tx):
    id = await judged_invalid(tx)
    appeal = AppealVerdict(patrol_id=id, reason="轨迹不全")
    midnight = datetime(2020, 7, 16, 16, 0, tzinfo=UTC)
    tx.now = midnight
    assert (await refused(tx, appeal, "p-r-1")).status == 422
    tx.now = midnight - SECOND
    assert kinds((await ask(tx, appeal, "p-r-1")).news) == [VerdictAppealed]


async def test_a_patrol_is_begun_and_ended_by_who_holds_its_post_and_nobody_else(tx):
    begin = BeginPatrol(post_id="r-1", at=BEGIN, activity="round")
    assert (await refused(tx, begin, "p-r-2")).status == 403
    found = (await ask(tx, begin, "p-r-1")).body.patrol
    end = EndPatrol(patrol_id=found.id, at=BEGIN + 40 * MINUTE)
    assert (await refused(tx, end, "p-office-1")).status == 403
    early = await refused(tx, EndPatrol(patrol_id=found.id, at=BEGIN - SECOND), "p-r-1")
    assert [one["field"] for one in early.errors] == ["at"]
    await ask(tx, end, "p-r-1")
    assert (await refused(tx, end, "p-r-1")).status == 409
    await reports(tx, batch("b-1", fixes(BEGIN)))
    await ticks(tx)
    assert (await only(tx)).verdict.state == "valid"


async def test_a_round_outside_the_own_area_says_so(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walk(tx, terminal="t-2")
    found = await only(tx)
    assert (found.area_id, found.verdict.measured.own_share) == (f"{EAST}-g1", 0)
    assert found.verdict.measured.grids == (f"{WEST}-g1",)


@pytest.mark.parametrize(
    ("apart_m", "days_before", "repeats"),
    [(0, 1, True), (400, 1, False), (0, 15, False)],
    ids=["same", "other", "last month"],
)
async def test_a_route_walked_before_in_the_month_repeats(tx, apart_m, days_before, repeats):
    """The fifteenth of June; a month before is another month."""
    for n, begin in enumerate((BEGIN - days_before * DAY, BEGIN)):
        tx.now = begin + HOUR
        await walk(tx, f"w-{n}", begin, lon=AT_HOME + n * 3.3 * METRE, lat=LAT + n * apart_m * METRE)
    rows = await tx.sql.fetch("SELECT repeats FROM walks ORDER BY started_at")
    assert [row["repeats"] for row in rows] == [False, repeats]


MOVES = st.lists(
    st.builds(
        Moved,
        st.sampled_from([one for one in PatrolMove if one is not PatrolMove.OTHER]),
        st.integers(0, 12).map(lambda n: BEGIN + n * 5 * MINUTE),
        st.sampled_from([Said(), Said(post_id="r-1", text="晨"), Said(text="晚", photos=())]),
    ),
    max_size=8,
)


@given(MOVES, st.randoms(use_true_random=False))
def test_moves_come_to_the_same_in_any_order_and_however_often_they_are_told(moves, random):
    shuffled = [*moves, *(one for one in moves if random.random() < 0.5)]
    random.shuffle(shuffled)
    found = course_of(moves, BEGIN + HOUR)
    assert course_of(shuffled, BEGIN + HOUR) == found
    if found.started_at is None:
        assert found.pauses == ()
        return
    assert found.started_at == min(one.at for one in moves if one.move is PatrolMove.BEGIN)
    edges = [at for one in found.pauses for at in (one.first_at, one.last_at) if at is not None]
    assert edges == sorted(edges)
    assert all(found.started_at <= at <= (found.over_at or at) for at in edges)
    ends = [one.at for one in moves if one.move in (PatrolMove.END, PatrolMove.ABANDON) and one.at >= found.started_at]
    assert found.over_at == min(ends, default=None)


async def test_a_patrol_goes_by_the_version_of_the_day_on_which_it_began(tx):
    amendment = {"from_on": "2020-06-15", "version": "2020-2", "source": "s", "rules": {"round": {"metres": 2300}}}
    text = json.dumps({**json.loads(VERDICT.shipped_text), "amendments": [amendment]})
    await law.take_up(tx, VERDICT, text, 1, "operator")
    await hold(tx, "t-2", "p-r-2", "r-2")
    midnight = datetime(2020, 6, 14, 16, 0, tzinfo=UTC)
    await walk(tx, "w-1", midnight - SECOND, terminal="t-1", metres_walked=2100)
    await walk(tx, "w-2", midnight, terminal="t-2", metres_walked=2100, lat=LAT + 900 * METRE)
    second, first = await patrols(tx)
    assert [(one.verdict.version, one.verdict.state) for one in (first, second)] == [
        ("2020-1", "valid"),
        ("2020-2", "pending"),
    ]
