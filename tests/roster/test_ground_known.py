"""Who answers is asked of the ground as it was known: a boundary that was corrected later decided nothing then."""

from datetime import date, timedelta

import pytest

from contracts.roster import Boundary, Stretch, WhoAnswersFor
from services.roster.answerable.answerable import REMEMBERED
from services.roster.answerable.store import DUTIES, as_known
from services.roster.service import roster
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import EAST, EAST_AREA, TOWN, WEST, WEST_AREA, WEST_GRID, area, ask, square
from tests.roster.asked import enrol, who
from tests.servers import NOW
from tests.telling import answered

MOMENT = timedelta(microseconds=1)
CORRECTED_AT = NOW + timedelta(days=10)
FARM = area("farm", WEST, square(117.0, 117.05), kind="forest_farm", parent=TOWN, precedence=5)


def at(tx, now):
    return Transaction(tx.sql, now)


@pytest.fixture
async def corrected(tx):
    """Ten days on the border of the two villages is stated anew, farther west."""
    later = at(tx, CORRECTED_AT)
    moved = [
        WEST_AREA.model_copy(update={"boundary": Boundary(coordinates=(square(117.0, 117.06),)), "area_mu": 0}),
        EAST_AREA.model_copy(update={"boundary": Boundary(coordinates=(square(117.06, 117.2),)), "area_mu": 0}),
        WEST_GRID.model_copy(update={"ended_on": date(2020, 1, 1)}),
    ]
    await enrol(later, *moved)
    return later


@pytest.mark.parametrize(
    ("known_at", "village"),
    [
        (None, EAST),
        (CORRECTED_AT, EAST),
        (CORRECTED_AT + timedelta(days=1), EAST),
        (CORRECTED_AT - MOMENT, WEST),
        (NOW, WEST),
        (NOW - timedelta(days=1), WEST),
    ],
)
async def test_a_point_is_in_the_village_that_had_it_as_the_border_was_known(corrected, known_at, village):
    told = await who(corrected, 117.08, at=NOW, known_at=known_at)
    assert [id for id in told.areas if id in (WEST, EAST)] == [village]


@pytest.mark.parametrize(("known_at", "shares"), [(None, {EAST: 1.0}), (NOW, {WEST: 0.5, EAST: 0.5})])
async def test_a_line_has_its_shares_by_the_border_as_it_was_known(corrected, known_at, shares):
    line = Stretch(coordinates=((117.08, 29.05), (117.12, 29.05)))
    command = WhoAnswersFor(line=line, at=NOW, known_at=known_at)
    told = (await answered(roster, corrected, ask(command))).body
    below = {one.area_id: round(one.share, 3) for one in told.shares}
    assert {id: below.get(id, 0) + (below.get(WEST_GRID.id, 0) if id == WEST else 0) for id in shares} == shares


async def test_an_area_that_was_stated_later_is_left_out_also_for_days_on_which_it_was_in_force(tx):
    later = at(tx, CORRECTED_AT)
    await enrol(later, FARM)
    assert "farm" in (await who(later, 117.02, at=NOW)).areas
    assert "farm" not in (await who(later, 117.02, at=NOW, known_at=CORRECTED_AT - MOMENT)).areas


async def test_an_ending_that_was_recorded_late_ends_nothing_for_who_did_not_know_of_it(tx):
    await enrol(tx, FARM)
    later = at(tx, CORRECTED_AT)
    await enrol(later, FARM.model_copy(update={"ended_on": date(2020, 6, 1)}))
    assert "farm" not in (await who(later, 117.02, at=NOW)).areas
    assert "farm" in (await who(later, 117.02, at=NOW, known_at=NOW)).areas


async def test_ground_that_lay_nowhere_as_it_was_known_is_refused_by_field(tx):
    later = at(tx, CORRECTED_AT)
    await enrol(later, area("reserve", WEST, square(117.5, 117.6), kind="nature_reserve", parent=TOWN))
    assert (await who(later, 117.55, at=NOW)).areas == ("reserve",)
    with pytest.raises(Problem) as refused:
        await who(later, 117.55, at=NOW, known_at=NOW)
    assert [error["field"] for error in refused.value.errors] == ["lon", "lat"]


async def test_the_same_statement_again_is_no_other_version(tx):
    await enrol(at(tx, CORRECTED_AT), WEST_AREA)
    assert await tx.sql.fetchval("SELECT count(*) FROM area_versions WHERE area_id = $1", WEST) == 1


async def test_few_grounds_of_other_times_stay_in_memory_and_the_answer_is_the_same(tx):
    for n in range(REMEMBERED + 3):
        await enrol(at(tx, NOW + timedelta(days=n + 1)), FARM.model_copy(update={"name": f"第{n}林场"}))
    later = at(tx, NOW + timedelta(days=60))
    known = await later.see(DUTIES)
    for _ in range(2):
        for n in range(REMEMBERED + 3):
            then = await as_known(tx.sql, known, NOW + timedelta(days=n + 1))
            (farm,) = [one for one in then.areas(117.02, 29.05, NOW) if one.id == "farm"]
            assert farm.name == f"第{n}林场"
