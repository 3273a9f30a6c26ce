"""Changes of the roster: two at once, things that move, and how much of what is wrong is told."""

from datetime import UTC, date, datetime

import pytest

from contracts.language.division import UNKNOWN
from contracts.roster import Appoint, EnrolAreas, EnrolPosts
from services.roster.post import store as post_store
from services.roster.service import roster
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import AREAS, EAST, TOWN, WEST, WEST_GRID, area, ask, held, post, square, village
from tests.servers import migrated, transaction
from tests.telling import answered
from tests.turns import committed, overlapping

GRID = area(f"{EAST}-g1", EAST, square(117.1, 117.2), kind="grid", parent=EAST)
RANGER = post(GRID.id, "ranger", None, held("p-ranger"))
CHIEF = post(TOWN, "chief", None, held("p-a"))


async def enrol(tx, *areas, division=UNKNOWN):
    return await answered(roster, tx, ask(EnrolAreas(areas=areas), "operator", division))


async def enrol_posts(tx, *posts, division=UNKNOWN):
    return await answered(roster, tx, ask(EnrolPosts(posts=posts), "operator", division))


async def appoint(tx, person, held_from):
    command = Appoint(post_id=CHIEF.id, person_id=person, person_name="三龙镇林长", held_from=held_from)
    return await answered(roster, tx, ask(command, "operator", UNKNOWN))


@pytest.fixture(scope="module")
async def dsn():
    dsn = await migrated("roster")
    async with committed(dsn) as tx:
        await enrol(tx, *AREAS)
        await enrol_posts(tx, CHIEF)
    return dsn


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        yield tx


@pytest.mark.served
async def test_who_enrols_a_post_waits_for_its_area_that_is_being_enrolled():
    dsn = await migrated("roster")
    async with committed(dsn) as tx:
        await enrol(tx, *AREAS)
    first, second = await overlapping(dsn, lambda tx: enrol(tx, GRID), lambda tx: enrol_posts(tx, RANGER))
    assert (first.body.changed, second.body.changed) == (1, 1)


@pytest.mark.served
async def test_who_enrols_an_area_waits_for_another_change_of_the_ground():
    dsn = await migrated("roster")
    async with committed(dsn) as tx:
        await enrol(tx, *AREAS[:2])
    first, second = await overlapping(dsn, lambda tx: enrol(tx, *AREAS[2:3]), lambda tx: enrol(tx, GRID))
    assert (first.body.changed, second.body.changed) == (1, 1)


@pytest.mark.served
async def test_two_who_are_appointed_at_once_follow_each_other_and_neither_is_lost():
    dsn = await migrated("roster")
    async with committed(dsn) as tx:
        await enrol(tx, *AREAS)
        await enrol_posts(tx, CHIEF)
    await overlapping(
        dsn,
        lambda tx: appoint(tx, "p-b", date(2020, 7, 1)),
        lambda tx: appoint(tx, "p-c", date(2020, 8, 1)),
    )
    async with transaction(dsn) as tx:
        stands = (await post_store.posts(tx, [CHIEF.id]))[CHIEF.id]
    assert [stands.holder_on(date(2020, month, 1)).id for month in (6, 7, 8)] == ["p-a", "p-b", "p-c"]


@pytest.mark.parametrize(
    ("now", "ended_on", "left_on"),
    [
        (datetime(2020, 6, 15, 15, 59, 59, tzinfo=UTC), None, date(2020, 6, 14)),
        (datetime(2020, 6, 15, 16, 0, tzinfo=UTC), None, date(2020, 6, 15)),
        (datetime(2020, 6, 15, tzinfo=UTC), date(2020, 3, 31), date(2020, 3, 31)),
        (datetime(2020, 6, 15, tzinfo=UTC), date(2020, 6, 14), date(2020, 6, 14)),
        (datetime(2020, 6, 15, tzinfo=UTC), date(2020, 12, 31), date(2020, 6, 14)),
    ],
)
async def test_what_moves_ends_where_it_was_on_the_day_before_or_when_it_had_ended(tx, now, ended_on, left_on):
    farm = area("farm", WEST, square(117.0, 117.05), kind="forest_farm", parent=TOWN, ended_on=ended_on)
    later = Transaction(tx.sql, now)
    await enrol(later, farm)
    answer = await enrol(later, farm.model_copy(update={"division": EAST}))
    assert [(fact.area.division, fact.area.ended_on) for fact in answer.news] == [(WEST, left_on), (EAST, ended_on)]
    same = await enrol(later, farm.model_copy(update={"division": EAST, "name": "林场"}))
    assert [fact.area.division for fact in same.news] == [EAST]


async def test_a_thing_is_taken_out_of_a_division_only_by_whoever_may_change_both(tx):
    farm = area("farm", WEST, square(117.0, 117.05), kind="forest_farm", parent=TOWN)
    ranger = post(WEST_GRID.id, "ranger", None, held("p-ranger"))
    await enrol(tx, farm)
    await enrol_posts(tx, ranger)
    with pytest.raises(Problem) as refused:
        await enrol(tx, farm.model_copy(update={"division": EAST}), division=EAST)
    assert refused.value.word == "outside-division"
    with pytest.raises(Problem) as refused:
        await enrol_posts(tx, ranger.model_copy(update={"area_id": EAST, "division": EAST}), division=EAST)
    assert refused.value.word == "outside-division"
    assert (await enrol(tx, farm.model_copy(update={"division": EAST}), division=TOWN)).body.changed == 1


async def test_all_broken_rules_are_counted_and_the_first_fifty_told(tx):
    with pytest.raises(Problem) as refused:
        await enrol(tx, *(village(EAST, 117.1, 117.2) for _ in range(51)))
    assert refused.value.detail == "51 rules are broken; nothing was enrolled"
    assert [one["field"] for one in refused.value.errors] == [f"areas.{n}.id" for n in range(50)]
