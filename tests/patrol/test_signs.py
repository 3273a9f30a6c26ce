"""Who else walked there, and what of a track looks made up: named, and never judged by itself."""

import pytest

from tests.patrol.areas_and_reports import LAT, METRE, NOW
from tests.patrol.rounds import (
    AT_HOME,
    BEGIN,
    DAY,
    HOUR,
    MINUTE,
    OTHER,
    RANGER,
    SECOND,
    ground,
    hold,
    patrols,
    ticks,
    walked,
)


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER, OTHER) as tx:
        yield tx


async def test_several_on_one_walk_count_each_for_themselves_and_the_ground_once(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walked(tx, "w-1", terminal="t-1")
    await walked(tx, "w-2", BEGIN + SECOND, terminal="t-2", lat=LAT + 8 * METRE)
    await ticks(tx)
    second, first = await patrols(tx)
    assert [one.verdict.state for one in (first, second)] == ["valid", "valid"]
    assert [one.verdict.measured.metres for one in (first, second)] == [pytest.approx(2400, rel=0.01)] * 2
    assert first.verdict.measured.ground_metres + second.verdict.measured.ground_metres == pytest.approx(2400, rel=0.02)


async def test_two_terminals_with_one_track_are_named_on_both_and_neither_is_judged_by_it(tx):
    await hold(tx, "t-2", "p-r-2", "r-2")
    await walked(tx, "w-1", terminal="t-1")
    await walked(tx, "w-2", terminal="t-2")
    await ticks(tx)
    found = await patrols(tx)
    assert {one.verdict.state for one in found} == {"valid"}
    assert [[sign.kind for sign in one.verdict.suspicions] for one in found] == [["two_terminals_one_track"]] * 2
    assert {one.verdict.suspicions[0].alike for one in found} == {str(one.id) for one in found}


async def test_a_track_repeated_a_vehicle_and_positions_said_to_be_made_up_are_named(tx):
    await walked(tx, "w-1", BEGIN - DAY)
    await walked(tx, "w-2", BEGIN, mock=True)
    await walked(tx, "w-3", NOW - 70 * MINUTE, every_s=15, pace=9.0, metres_walked=5000)
    third, second, first = await patrols(tx)
    assert [sign.kind for sign in first.verdict.suspicions] == []
    assert [sign.kind for sign in second.verdict.suspicions] == ["marked_as_mock", "repeated_on_another_day"]
    assert "speed_of_a_vehicle" in [sign.kind for sign in third.verdict.suspicions]
    assert [one.verdict.state for one in (first, second)] == ["valid", "valid"]


@pytest.mark.parametrize(
    ("apart_m", "days_before", "repeats"),
    [(0, 1, True), (400, 1, False), (0, 15, False)],
    ids=["same", "other", "last month"],
)
async def test_a_route_walked_before_in_the_month_repeats(tx, apart_m, days_before, repeats):
    """The fifteenth of June; a month before is another month."""
    for n, begin in enumerate((BEGIN - days_before * DAY, BEGIN)):
        tx.now = begin + HOUR
        await walked(tx, f"w-{n}", begin, lon=AT_HOME + n * 3.3 * METRE, lat=LAT + n * apart_m * METRE)
    rows = await tx.sql.fetch("SELECT repeats FROM walks ORDER BY started_at")
    assert [row["repeats"] for row in rows] == [False, repeats]
