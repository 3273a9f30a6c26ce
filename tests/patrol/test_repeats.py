"""A route that is walked again: a fault until the rest of the area has been covered in the month."""

from datetime import UTC, datetime

import pytest

from contracts.patrol import AppealVerdict, DecideAppeal
from contracts.roster import AreaStated, Boundary
from services.patrol.patrol.compare_store import MEETING
from services.patrol.service import patrol
from tests.patrol.areas_and_reports import AREAS, LAT, METRE, WEST
from tests.patrol.rounds import (
    AT_HOME,
    BEGIN,
    DAY,
    HOUR,
    MINUTE,
    RANGER,
    ask,
    batch,
    fixes,
    ground,
    only,
    patrols,
    reports,
    ticks,
    walk,
)
from tests.telling import hear, heard

NORTH = 1 / 111_195
"""A metre in degrees of latitude."""
SOUTHERN, NORTHERN = LAT, LAT + 450 * NORTH
"""Two ways from which, as far as is seen from them, all of the own area is seen together and not from one."""


@pytest.fixture
async def tx(dsn):
    async with ground(dsn, RANGER) as tx:
        west, east = AT_HOME, AT_HOME + 2400 * METRE
        south, north = LAT - 190 * NORTH, LAT + 640 * NORTH
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        own = next(one for one in AREAS if one.id == f"{WEST}-g1")
        small = own.model_copy(update={"boundary": Boundary(coordinates=((ring,),))})
        await hear(patrol, tx, [heard(AreaStated(area=small), "roster", 9)])
        yield tx


async def round_on(tx, day, lat=SOUTHERN, begin=BEGIN, **more):
    """A round, walked and judged on so manieth day of June."""
    begin = begin.replace(day=day)
    tx.now = begin + HOUR
    await walk(tx, f"w-{begin}", begin, lat=lat, **more)
    await ticks(tx)


async def repeats(tx):
    rows = await tx.sql.fetch("SELECT repeats FROM walks ORDER BY started_at")
    return [row["repeats"] for row in rows]


async def test_a_route_of_the_month_is_one_again_however_many_rounds_lie_between(tx):
    await round_on(tx, 1)
    for day in range(2, 14):
        # Too far away to be the same way, near enough to be looked at.
        await round_on(tx, day, SOUTHERN + 45 * NORTH)
    await round_on(tx, 14)
    assert await repeats(tx) == [False, False, *[True] * 11, True]


async def test_the_same_way_again_covers_nothing_more_of_the_area(tx):
    for day in (1, 2, 3, 4):
        await round_on(tx, day)
    assert await repeats(tx) == [False, True, True, True]
    assert (await patrols(tx))[0].verdict.measured.area_share > 0.5


async def test_once_the_rest_of_the_area_has_been_covered_a_route_may_be_walked_again(tx):
    await round_on(tx, 1)
    await round_on(tx, 2, NORTHERN)
    await round_on(tx, 3)
    assert await repeats(tx) == [False, False, False]


async def test_what_did_not_count_was_neither_walked_nor_does_it_cover(tx):
    await round_on(tx, 1, pace=4.0)
    await round_on(tx, 3)
    await round_on(tx, 4, NORTHERN, pace=4.0)
    await round_on(tx, 6)
    assert [(one.verdict.state, one.started_at.day) for one in await patrols(tx)] == [
        ("valid", 6), ("invalid", 4), ("valid", 3), ("invalid", 1),
    ]  # fmt: skip
    assert await repeats(tx) == [False, True]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (datetime(2020, 5, 31, 15, 20, tzinfo=UTC), False),
        (datetime(2020, 5, 31, 16, 0, tzinfo=UTC), True),
    ],
)
async def test_a_month_is_one_of_china(tx, first, again):
    """The last round of May is over with it; one that begins with June is of June."""
    tx.now = first + HOUR
    await walk(tx, "w-1", first, lasts=39 * MINUTE, metres_walked=2340)
    await ticks(tx)
    await round_on(tx, 1)
    assert await repeats(tx) == [False, again]


async def test_it_is_seen_whichever_of_the_two_is_judged_first(tx):
    tx.now = BEGIN - 4 * DAY
    await walk(tx, "w-1", BEGIN - 5 * DAY, points=False)
    await walk(tx, "w-2", BEGIN - 4 * DAY - HOUR)
    await ticks(tx)
    assert await repeats(tx) == [False]
    await reports(tx, batch("b-w-1", fixes(BEGIN - 5 * DAY)))
    await ticks(tx)
    assert await repeats(tx) == [False, True]


async def test_a_round_that_counts_by_an_appeal_was_walked(tx):
    await round_on(tx, 1, pace=4.0)
    await round_on(tx, 3)
    assert await repeats(tx) == [False]
    id = (await only(tx, verdict="invalid")).id
    await ask(tx, AppealVerdict(patrol_id=id, reason="骑车"), "p-r-1")
    await ask(tx, DecideAppeal(patrol_id=id, decision="upheld", reason="属实"), "p-office-1")
    await ticks(tx)
    assert await repeats(tx) == [False, True]


async def test_who_is_met_at_a_time_and_place_is_found_by_an_index(tx):
    await tx.sql.execute("SET LOCAL enable_seqscan = off")
    plan = await tx.sql.fetch(
        f"EXPLAIN SELECT o.id FROM patrols p, patrols o WHERE p.id = gen_random_uuid() AND {MEETING}"
    )
    assert any("patrols_meeting" in row[0] for row in plan)
