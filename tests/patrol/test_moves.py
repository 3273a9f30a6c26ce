"""The moves of a patrol: by whom, in what order, by which clock, and what is said with them."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.patrol import (
    AbandonPatrol,
    BeginPatrol,
    EndPatrol,
    PatrolEnded,
    PatrolJudged,
    PatrolMove,
    PausePatrol,
    PlanPatrol,
    ResumePatrol,
)
from services.patrol.patrol.course import Moved, Said, course_of
from services.patrol.service import patrol
from services.runtime.messages import Refused
from tests.patrol.areas_and_reports import NOW, WEST, reported
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
    kinds,
    only,
    patrols,
    post,
    refused,
    report,
    reports,
    ticks,
)
from tests.telling import hear


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


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


@pytest.mark.parametrize(
    ("post_id", "planned", "begun", "activity"),
    [
        ("r-1", None, None, "round"),
        ("r-1", "visit", None, "visit"),
        ("r-1", "visit", "round", "round"),
        ("c-1", None, None, "patrol"),
    ],
)
async def test_what_a_patrol_is_is_said_when_it_is_begun_or_by_its_plan_or_by_the_role(
    tx, post_id, planned, begun, activity
):
    await enrol(tx, post("c-1", "village_chief", WEST, WEST))
    plan = PlanPatrol(post_id=post_id, planned_on=NOW.date(), activity=planned)
    id = (await ask(tx, plan, f"p-{post_id}")).body.patrol.id
    begin = BeginPatrol(post_id=post_id, patrol_id=id, activity=begun)
    assert (await ask(tx, begin, f"p-{post_id}")).body.patrol.activity == activity
    assert (await refused(tx, begin, f"p-{post_id}")).status == 409


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


def test_what_is_said_after_a_patrol_closed_by_itself_is_no_part_of_it():
    said = Said(post_id="r-1"), Said(text="迟")
    moves = [Moved(PatrolMove.BEGIN, BEGIN, said[0])]
    for n, at in enumerate((BEGIN + HOUR, BEGIN + HOUR + SECOND)):
        found = course_of([*moves, Moved(PatrolMove.PAUSE, at, said[1])], BEGIN + HOUR)
        assert (len(found.pauses), len(found.remarks)) == (1 - n, 1 - n)


async def test_of_one_patrol_no_more_is_said_than_a_fact_can_carry_and_what_is_too_much_is_refused(tx):
    much = "巡" * 4000
    pauses = [report("w-1", "pause", BEGIN + n * SECOND, text=much) for n in range(1, 43)]
    await reports(tx, report("w-1", "begin", BEGIN), *pauses[:40])
    wrong = await reports(tx, *pauses[40:42])
    assert [[(one.field, one.code) for one in each.problems] for each in wrong] == [[("text", "patrol_says_most")]] * 2
    await reports(tx, pauses[40])
    assert len((await only(tx)).remarks) == 41
    asked = await refused(tx, PausePatrol(patrol_id=(await only(tx)).id, text=much), "p-r-1")
    assert [(one["field"], one["rule"].code) for one in asked.errors] == [("text", "patrol_says_most")]
    assert await reports(tx, pauses[3]) == []
    assert kinds(await reports(tx, report("w-1", "end", BEGIN + HOUR))) == [PatrolEnded]
    assert kinds(await ticks(tx, BEGIN + 3 * DAY)) == [PatrolJudged]


async def test_a_patrol_that_closed_by_itself_is_not_ended_later_than_it_closed(tx):
    id = (await ask(tx, BeginPatrol(post_id="r-1", at=BEGIN), "p-r-1")).body.patrol.id
    await ticks(tx, BEGIN + 24 * HOUR, BEGIN + 24 * HOUR + SECOND)
    asked = await refused(tx, EndPatrol(patrol_id=id), "p-r-1")
    assert [(one["field"], one["rule"].code) for one in asked.errors] == [("at", "not_after_end")]
    done = await ask(tx, EndPatrol(patrol_id=id, at=BEGIN + 24 * HOUR), "p-r-1")
    assert done.body.patrol.state == "ended"


PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1000}
OTHER_PHOTO = {**PHOTO, "sha256": "b" * 64}


async def test_what_is_said_looked_at_and_shown_with_any_move_is_kept_and_adds_up(tx):
    await hear(patrol, tx, [reported("i-1", AT_HOME, seen_at=BEGIN + MINUTE)])
    pause, resume, end = BEGIN + 10 * MINUTE, BEGIN + 20 * MINUTE, BEGIN + HOUR
    site, trees = {"kind": "building_site", "count": 1}, {"kind": "old_tree", "count": 2}
    said = [
        report("w-1", "begin", BEGIN, text="出发", items=[{"item": "fire"}], visited=[site]),
        report("w-1", "pause", pause, text="吃饭", items=[{"item": "board", "finding": "破损"}], photos=[PHOTO]),
        report("w-1", "resume", resume, text="继续", visited=[site, trees], incidents=["i-1"]),
        report("w-1", "end", end, text="结束", items=[{"item": "fire"}], photos=[PHOTO, OTHER_PHOTO]),
    ]
    await reports(tx, *said[::-1], *said)
    await reports(tx, batch("b-1", fixes(BEGIN, 3600)))
    await ticks(tx)
    found = await only(tx)
    assert found.text == "结束"
    assert [(one.at, one.text) for one in found.remarks] == [(BEGIN, "出发"), (pause, "吃饭"), (resume, "继续")]
    assert [(one.item, one.finding) for one in found.items] == [("fire", ""), ("board", "破损")]
    assert [one.sha256 for one in found.photos] == ["a" * 64, "b" * 64]
    assert len(found.verdict.measured.incidents) == 1
    visited = await tx.sql.fetchval("SELECT visited FROM walks")
    assert json.loads(visited) == {"building_site": 2, "old_tree": 2}


async def test_what_is_said_before_it_begins_and_after_it_is_over_is_no_part_of_it(tx):
    await reports(
        tx,
        report("w-1", "pause", BEGIN - MINUTE, text="早", photos=[PHOTO]),
        report("w-1", "begin", BEGIN),
        report("w-1", "end", BEGIN + HOUR),
        report("w-1", "resume", BEGIN + HOUR + SECOND, text="晚", photos=[OTHER_PHOTO]),
    )
    found = await only(tx)
    assert (found.remarks, found.photos, found.text) == ((), (), "")


async def test_what_is_said_by_command_on_the_way_is_shown(tx):
    found = (await ask(tx, BeginPatrol(post_id="r-1", at=BEGIN), "p-r-1")).body.patrol
    for command, text in ((PausePatrol, "下雨"), (ResumePatrol, "雨停")):
        tx.now += MINUTE
        found = (await ask(tx, command(patrol_id=found.id, text=text), "p-r-1")).body.patrol
    assert [one.text for one in found.remarks] == ["下雨", "雨停"]


async def begun_on(tx, **asked):
    return [one.external_id for one in await patrols(tx, **asked)]


async def test_a_patrol_that_has_not_ended_is_one_of_every_day_up_to_now(tx):
    midnight = datetime(2020, 6, 14, 16, 0, tzinfo=UTC)
    tx.now = midnight - SECOND
    await reports(tx, report("w-1", "begin", midnight - HOUR))
    days = [date(2020, 6, n) for n in (13, 14, 15, 16)]
    assert [await begun_on(tx, on=day) for day in days] == [[], ["w-1"], [], []]
    tx.now = midnight
    assert [await begun_on(tx, on=day) for day in days] == [[], ["w-1"], ["w-1"], []]
    await reports(tx, report("w-1", "pause", midnight))
    assert [await begun_on(tx, on=day) for day in days] == [[], ["w-1"], ["w-1"], []]
    await reports(tx, report("w-1", "end", midnight - SECOND))
    tx.now = midnight + DAY
    assert [await begun_on(tx, on=day) for day in days] == [[], ["w-1"], [], []]


async def test_a_patrol_that_is_planned_is_one_of_its_day_and_one_that_was_begun_of_those_on_which_it_was_walked(tx):
    plans = [PlanPatrol(post_id="r-1", planned_on=date(2020, 6, n)) for n in (15, 16, 16)]
    given_up, begun, planned = [(await ask(tx, one, "p-r-1")).body.patrol for one in plans]
    await ask(tx, AbandonPatrol(patrol_id=given_up.id), "p-r-1")
    await ask(tx, BeginPatrol(post_id="r-1", patrol_id=begun.id), "p-r-1")
    assert {one.id for one in await patrols(tx, on=date(2020, 6, 15))} == {given_up.id, begun.id}
    assert [one.id for one in await patrols(tx, on=date(2020, 6, 16))] == [planned.id]
    assert await patrols(tx, on=date(2020, 6, 14)) == ()
