"""An appeal against a verdict: who may, who decides, how long it is heard, and what it is worth later."""

from datetime import UTC, datetime

import pytest

from contracts.patrol import (
    AppealDecided,
    AppealVerdict,
    DecideAppeal,
    ListDuties,
    PatrolJudged,
    VerdictAppealed,
)
from tests.patrol.areas_and_reports import METRE
from tests.patrol.rounds import (
    AT_HOME,
    BEGIN,
    DAY,
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
    refused,
    reports,
    ticks,
    walked,
)


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


async def judged_invalid(tx):
    await walked(tx, metres_walked=900)
    await ticks(tx, BEGIN + 2 * DAY)
    return (await only(tx)).id


async def test_an_appeal_is_of_who_walked_and_is_decided_by_another_post_and_another_person(tx):
    await open_duties(tx)
    id = await judged_invalid(tx)
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
    duties = (await ask(tx, ListDuties(post_id="r-1"), "operator")).body.duties
    assert {one.duty.rule: one.done for one in duties}["ranger"] == 1


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


@pytest.mark.parametrize(
    ("judged_at", "midnight"),
    [
        (datetime(2020, 6, 16, 15, 59, 59, tzinfo=UTC), datetime(2020, 7, 16, 16, 0, tzinfo=UTC)),
        (datetime(2020, 6, 16, 16, 0, tzinfo=UTC), datetime(2020, 7, 17, 16, 0, tzinfo=UTC)),
        (datetime(2020, 9, 1, tzinfo=UTC), datetime(2020, 10, 1, 16, 0, tzinfo=UTC)),
    ],
)
async def test_an_appeal_is_heard_up_to_its_last_day_in_china_from_that_on_which_the_verdict_was_told(
    tx, judged_at, midnight
):
    """On the 16th of June of China, on the 17th, and after a long stand: thirty days each."""
    await walked(tx, metres_walked=900)
    (told,) = await ticks(tx, judged_at)
    assert told.patrol.verdict.told_at == judged_at
    appeal = AppealVerdict(patrol_id=told.patrol.id, reason="轨迹不全")
    tx.now = midnight
    assert (await refused(tx, appeal, "p-r-1")).status == 422
    tx.now = midnight - SECOND
    assert kinds((await ask(tx, appeal, "p-r-1")).news) == [VerdictAppealed]


async def test_a_verdict_that_is_told_anew_may_be_appealed_against_anew_and_one_that_is_the_same_not(tx):
    id = await judged_invalid(tx)
    appeal = AppealVerdict(patrol_id=id, reason="轨迹不全")
    told_on, later = datetime(2020, 6, 17, tzinfo=UTC), datetime(2020, 7, 1, tzinfo=UTC)
    tx.now = later
    await hold(tx, "t-1", "p-r-1", "r-1", BEGIN - DAY)
    assert await ticks(tx) == []
    assert (await only(tx)).verdict.told_at == told_on
    tx.now = datetime(2020, 7, 18, tzinfo=UTC)
    assert (await refused(tx, appeal, "p-r-1")).status == 422
    tx.now = later
    await hold(tx, "t-1", "p-r-2", "r-2", BEGIN + 5 * MINUTE)
    assert kinds(await ticks(tx)) == [PatrolJudged]
    tx.now = datetime(2020, 7, 31, 16, 0, tzinfo=UTC)
    assert (await refused(tx, appeal, "p-r-1")).status == 422
    tx.now -= SECOND
    assert kinds((await ask(tx, appeal, "p-r-1")).news) == [VerdictAppealed]
