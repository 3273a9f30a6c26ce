"""The rules of verdicts, version by version: which a patrol is judged by, and what another text changes."""

import json
from datetime import UTC, datetime

import pytest

from contracts.patrol import AppealVerdict, PatrolJudged
from services.patrol.patrol import law_store
from services.patrol.patrol.law import VERDICT
from services.runtime.reference import law
from tests.patrol.areas_and_reports import LAT, METRE
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
    fixes,
    ground,
    hold,
    only,
    patrols,
    reports,
    ticks,
    walked,
)


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


async def test_a_patrol_goes_by_the_version_of_the_day_on_which_it_began(tx):
    amendment = {"from_on": "2020-06-15", "version": "2020-2", "source": "s", "rules": {"round": {"metres": 2300}}}
    text = json.dumps({**json.loads(VERDICT.shipped_text), "amendments": [amendment]})
    await law.take_up(tx, VERDICT, text, 1, "operator")
    await hold(tx, "t-2", "p-r-2", "r-2")
    midnight = datetime(2020, 6, 14, 16, 0, tzinfo=UTC)
    await walked(tx, "w-1", midnight - SECOND, terminal="t-1", metres_walked=2100)
    await walked(tx, "w-2", midnight, terminal="t-2", metres_walked=2100, lat=LAT + 900 * METRE)
    second, first = await patrols(tx)
    assert [(one.verdict.version, one.verdict.state) for one in (first, second)] == [
        ("2020-1", "valid"),
        ("2020-2", "pending"),
    ]


async def put(tx, number, metres, version, **more):
    """Take up rules by which a round is to be so long."""
    stated = {**json.loads(VERDICT.shipped_text), "version": version, **more}
    stated["rules"]["round"]["metres"] = metres
    await law.take_up(tx, VERDICT, json.dumps(stated), number, "operator")


async def stands(tx):
    found = (await only(tx)).verdict
    return found.state, found.version


async def test_what_is_judged_and_not_final_is_judged_again_by_rules_that_are_taken_up(tx):
    """A round of the 15th of June, judged on it: it is final after the 15th of July."""
    await walked(tx)
    assert await stands(tx) == ("valid", "2020-1")
    tx.now = datetime(2020, 7, 15, 15, 59, 59, tzinfo=UTC)
    await put(tx, 1, 2500, "2")
    (told,) = await ticks(tx)
    assert (type(told), told.before, told.patrol.verdict.version) == (PatrolJudged, "valid", "2")
    assert await stands(tx) == ("invalid", "2")


async def test_what_is_final_keeps_its_verdict_and_its_version_also_when_its_points_come_late(tx):
    await walked(tx)
    tx.now = datetime(2020, 7, 15, 16, 0, tzinfo=UTC)
    await put(tx, 1, 2500, "2")
    assert await ticks(tx) == []
    assert await stands(tx) == ("valid", "2020-1")
    late = fixes(BEGIN + MINUTE, 60, lon=AT_HOME + 15 * METRE)
    await reports(tx, batch("b-late", late, offline_round=True))
    await tx.sql.execute("UPDATE patrols SET judge_at = $1", tx.now)
    await ticks(tx)
    assert await stands(tx) == ("valid", "2020-1")
    await put(tx, 2, 2600, "3")
    await ticks(tx)
    assert await stands(tx) == ("valid", "2020-1")


async def test_the_final_day_is_not_before_the_month_is_over_in_which_it_began(tx):
    await put(tx, 1, 2000, "1", appeal_within_days=0)
    await walked(tx)
    tx.now = datetime(2020, 6, 30, 15, 59, 59, tzinfo=UTC)
    await put(tx, 2, 2500, "2", appeal_within_days=0)
    await ticks(tx)
    assert await stands(tx) == ("invalid", "2")
    tx.now += SECOND
    await put(tx, 3, 1000, "3")
    await ticks(tx)
    assert await stands(tx) == ("invalid", "2")


async def test_an_open_appeal_is_judged_by_rules_that_are_taken_up_however_late(tx):
    await walked(tx, metres_walked=1950)
    await ticks(tx, BEGIN + 2 * DAY)
    assert await stands(tx) == ("invalid", "2020-1")
    await ask(tx, AppealVerdict(patrol_id=(await only(tx)).id, reason="轨迹不全"), "p-r-1")
    tx.now = datetime(2020, 12, 1, tzinfo=UTC)
    await put(tx, 1, 1900, "2")
    await ticks(tx)
    assert await stands(tx) == ("valid", "2")


async def test_a_pending_verdict_follows_and_what_waits_is_taken_up_in_batches(tx):
    for n in range(3):
        await walked(tx, f"w-{n}", BEGIN - n * HOUR, metres_walked=900)
    assert [one.verdict.version for one in await patrols(tx)] == ["2020-1"] * 3
    await put(tx, 1, 800, "2")
    assert [await law_store.mark_unfollowing(tx, 2) for _ in range(3)] == [2, 1, 0]
    await ticks(tx)
    assert {one.verdict.version for one in await patrols(tx)} == {"2"}
