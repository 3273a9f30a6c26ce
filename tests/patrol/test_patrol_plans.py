"""The patrols that a chief plans for a year, and what came of each stop (A3)."""

from datetime import date

import pytest

from contracts.language.division import Division
from contracts.patrol import (
    PatrolPlanSet,
    SetPatrolPlan,
    ShowPatrolPlan,
)
from tests.patrol.chiefs import (
    COUNTY,
    TOWN,
    ask,
    china,
    enrol,
    patrolled,
    post,
    refused,
)
from tests.servers import transaction


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn, china(2020, 6, 1, 9)) as tx:
        yield tx


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
