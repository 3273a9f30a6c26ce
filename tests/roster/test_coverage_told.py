"""Gaps are told when they are found and when they are healed, and shown to who asks."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.every_service import TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.roster import (
    Boundary,
    EnrolAreas,
    EnrolForestLand,
    EnrolOldTrees,
    EnrolPosts,
    ForestLand,
    GapKind,
    ShowCoverage,
)
from services.roster.area.area import size_mu
from services.roster.coverage.clock import look_at_coverage
from services.roster.coverage.law import GRIDS
from services.roster.service import roster
from services.runtime.answering.laws import answering_of
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import EAST, EAST_AREA, TOWN, TOWN_AREA, WEST, WEST_AREA, ask, held, post, square
from tests.roster.grids import TEAM, grid, ranger, tree
from tests.servers import NOW, transaction
from tests.telling import answered, asking


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await answered(roster, tx, ask(EnrolAreas(areas=(TOWN_AREA, WEST_AREA, EAST_AREA))))
        yield tx


def later(tx, days):
    return Transaction(tx.sql, NOW + timedelta(days=days))


async def gaps(tx):
    return [(one.gap.kind, one.gap.area_id, one.gap.healed_on) for one in await look_at_coverage(tx)]


async def looked_at(tx):
    rows = await tx.sql.fetch("SELECT area_id FROM coverages WHERE look_on = '-infinity' ORDER BY area_id")
    return [row["area_id"] for row in rows]


async def enrol_land(tx, area_id, *polygons, year=2019, actor="operator"):
    land = ForestLand(area_id=area_id, year=year, source="二类调查", boundary=Boundary(coordinates=polygons))
    return await answered(roster, tx, ask(EnrolForestLand(lands=(land,)), actor))


async def test_gaps_are_told_when_found_and_when_healed_and_nothing_twice(tx):
    one = grid(1, 117.0, 117.05)
    await answered(roster, tx, ask(EnrolAreas(areas=(one,))))
    await answered(roster, tx, ask(EnrolPosts(posts=(*TEAM, ranger(one)))))
    assert await gaps(tx) == []
    answer = await enrol_land(tx, WEST, square(117.0, 117.1))
    assert [(fact.land.area_id, fact.land.size_mu) for fact in answer.news] == [(WEST, size_mu(WEST_AREA))]
    assert await gaps(tx) == [(GapKind.GROUND, WEST, None)]
    assert await gaps(tx) == []
    assert (await enrol_land(tx, WEST, square(117.0, 117.1))).body.changed == 0
    await answered(roster, tx, ask(EnrolAreas(areas=(grid(1, 117.0, 117.1),))))
    assert await gaps(later(tx, 1)) == [(GapKind.GROUND, WEST, date(2020, 6, 16))]


async def test_only_what_a_change_touches_is_looked_at_again(tx):
    west, east = grid(1, 117.0, 117.1), grid(1, 117.1, 117.2, of=EAST)
    await answered(roster, tx, ask(EnrolAreas(areas=(west, east))))
    await answered(roster, tx, ask(EnrolPosts(posts=(*TEAM, ranger(west), ranger(east), post(EAST, "village_chief")))))
    await gaps(tx)
    assert await looked_at(tx) == []
    await answered(roster, tx, ask(EnrolPosts(posts=(post(west.id, "assistant"),))))
    assert await looked_at(tx) == [WEST]
    await gaps(tx)
    await answered(roster, tx, ask(EnrolPosts(posts=(post(TOWN, "chief", None, held("p-c")),))))
    assert await looked_at(tx) == []
    await answered(roster, tx, ask(EnrolPosts(posts=(TEAM[1].model_copy(update={"ended_on": date(2020, 12, 31)}),))))
    assert await looked_at(tx) == [WEST, EAST]
    await gaps(tx)
    await enrol_land(tx, TOWN, square(117.0, 117.2))
    assert await looked_at(tx) == [TOWN, WEST, EAST]


async def test_a_vacancy_on_a_later_day_makes_a_gap_on_that_day(tx):
    one = grid(1, 117.0, 117.1)
    await answered(roster, tx, ask(EnrolAreas(areas=(one,))))
    await answered(roster, tx, ask(EnrolPosts(posts=(*TEAM, ranger(one, held("p-r", held_to="2020-06-20"))))))
    assert await gaps(tx) == []
    at = datetime(2020, 6, 20, 16, tzinfo=UTC)
    assert await gaps(Transaction(tx.sql, at - timedelta(microseconds=1))) == []
    assert await gaps(Transaction(tx.sql, at)) == [(GapKind.TEAM, WEST, None)]


async def test_a_tree_is_looked_for_in_the_grids_when_it_is_enrolled(tx):
    one = grid(1, 117.0, 117.05)
    await answered(roster, tx, ask(EnrolAreas(areas=(one,))))
    await answered(roster, tx, ask(EnrolPosts(posts=(*TEAM, ranger(one)))))
    assert await gaps(tx) == []
    await answered(roster, tx, ask(EnrolOldTrees(old_trees=(tree("t-1", 117.08),))))
    assert await gaps(tx) == [(GapKind.TREE, WEST, None)]


async def test_coverage_is_shown_with_what_is_open_and_where_land_is_missing(tx):
    await answered(roster, tx, ask(EnrolAreas(areas=(grid(1, 117.0, 117.05), grid(1, 117.1, 117.2, of=EAST)))))
    await enrol_land(tx, WEST, square(117.0, 117.1))
    await gaps(tx)
    await gaps(tx)
    shown = (await answered(roster, tx, ask(ShowCoverage()))).body
    assert [(one.area_id, one.land_year, one.gaps, one.teams_incomplete) for one in shown.areas] == [
        (WEST, 2019, 1, 1),
        (EAST, None, 0, 1),
    ]
    assert sorted(gap.kind for gap in shown.gaps) == ["ground", "team", "team"]
    first = (await answered(roster, tx, ask(ShowCoverage(limit=1)))).body
    rest = (await answered(roster, tx, ask(ShowCoverage(limit=1, after=first.after)))).body
    assert [one.area_id for one in (*first.areas, *rest.areas)] == [WEST, EAST]
    only = (await answered(roster, tx, ask(ShowCoverage(), division=EAST))).body
    assert [one.area_id for one in only.areas] == [EAST]


@pytest.mark.parametrize(
    ("area_id", "polygons", "field"),
    [
        ("nowhere", (square(117.0, 117.1),), "lands.0.area_id"),
        (WEST, ((((117.0, 29.0), (117.1, 29.0), (117.1, 29.1), (117.0, 29.1)),),), "lands.0.boundary.coordinates.0.0"),
    ],
)
async def test_forest_land_that_cannot_be_is_refused_by_its_field(tx, area_id, polygons, field):
    with pytest.raises(Problem) as refused:
        await enrol_land(tx, area_id, *polygons)
    assert [one["field"] for one in refused.value.errors] == [field]


async def test_forest_land_is_stated_by_the_operator_alone(tx):
    with pytest.raises(Problem) as refused:
        await enrol_land(tx, WEST, square(117.0, 117.1), actor="p-office")
    assert refused.value.word == "not-the-operator"


async def test_before_a_law_of_grids_is_taken_up_it_is_said_which_gaps_would_appear_and_which_vanish(tx):
    one = grid(1, 117.0, 117.05)
    await answered(roster, tx, ask(EnrolAreas(areas=(one,))))
    await answered(roster, tx, ask(EnrolPosts(posts=(*TEAM, ranger(one)))))
    await enrol_land(tx, WEST, square(117.0, 117.1))
    await gaps(tx)
    stated = json.loads(GRIDS.shipped_text)
    answers = answering_of("roster", roster.laws, roster.weighing)
    found = []
    for patch in ({"gaps_above_mu": 1_000_000}, {"gaps_above_mu": stated["gaps_above_mu"]}):
        command = TakeUpLaw(text=json.dumps({**stated, **patch}))
        told = (await answers[TakeUpLaw](tx, asking(command, OPERATOR, UNKNOWN, tx.now))).body.outcome
        found.append(told and [(effect.kind, effect.appear, effect.vanish) for effect in told.effects])
    assert found == [[(GapKind.GROUND, 0, 1)], None]
    assert await gaps(tx) == []
