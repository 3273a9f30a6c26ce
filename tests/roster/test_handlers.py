"""What people may ask of roster, on the real tables."""

from datetime import UTC, date, datetime
from math import cos, pi, sin

import pytest

from contracts.language.division import UNKNOWN, Division
from contracts.language.message import MAX_MESSAGE_BYTES, dump
from contracts.roster import AreaStated, EnrolAreas, EnrolPosts, ListAreas
from demo.world import jingdezhen, world
from services.roster.service import roster
from services.runtime.problem import Problem
from services.runtime.transaction import Transaction
from tests.roster.areas_and_posts import (
    AREAS,
    EAST,
    EAST_AREA,
    TOWN,
    WEST,
    WEST_AREA,
    WEST_GRID,
    area,
    ask,
    held,
    post,
    square,
    village,
)
from tests.roster.asked import POSTS, appoint, enrol, enrol_posts, fresh, who
from tests.telling import answered


async def test_the_same_state_again_changes_nothing_and_tells_nothing(tx):
    areas, posts = await enrol(tx, *AREAS), await enrol_posts(tx, *POSTS)
    assert (areas.body.changed, areas.news) == (0, ())
    assert (posts.body.changed, posts.news) == (0, ())


async def test_only_what_changed_is_told_with_its_full_state_and_measured(tx):
    answer = await enrol(tx, WEST_AREA, village(EAST, 117.1, 117.2, name="新名"))
    assert answer.body.changed == 1
    (stated,) = [fact for fact in answer.news if isinstance(fact, AreaStated)]
    assert stated.told_on() == f"roster.area.v1.36.02.22.104.202.{EAST}"
    assert (stated.area.name, stated.area.area_mu > 100_000) == ("新名", True)


async def test_a_moved_thing_is_also_ended_on_the_subject_that_it_left(tx):
    farm = area("farm", WEST, square(117.0, 117.05), kind="forest_farm", parent=TOWN)
    await enrol(tx, farm)
    answer = await enrol(tx, farm.model_copy(update={"division": EAST}))
    assert answer.body.changed == 1
    assert [(fact.told_on(), fact.area.ended_on) for fact in answer.news] == [
        ("roster.area.v1.36.02.22.104.201.farm", date(2020, 6, 14)),
        ("roster.area.v1.36.02.22.104.202.farm", None),
    ]
    ranger = post(WEST_GRID.id, "ranger", None, held("p-ranger"))
    moved = await enrol_posts(tx, ranger.model_copy(update={"area_id": EAST, "division": EAST}))
    assert [(fact.post.division, fact.post.ended_on) for fact in moved.news] == [
        (WEST, date(2020, 6, 14)),
        (EAST, None),
    ]


async def test_an_ending_is_a_state(tx):
    answer = await enrol(tx, WEST_GRID.model_copy(update={"ended_on": date(2020, 3, 31)}))
    assert answer.news[0].area.ended_on == date(2020, 3, 31)
    assert (await who(tx, 117.05)).areas == (WEST, TOWN)
    assert (await who(tx, 117.05, at=datetime(2020, 3, 1, tzinfo=UTC))).areas == (WEST_GRID.id, WEST, TOWN)


async def test_one_broken_area_enrols_none_of_them(tx):
    with pytest.raises(Problem) as refused:
        await enrol(tx, village(EAST, 117.1, 117.2, name="新名"), area("a", WEST, square(117.0, 117.1), parent="x"))
    assert (refused.value.status, refused.value.errors[0]["field"]) == (422, "areas.1.parent_id")
    assert (await enrol(tx, EAST_AREA)).body.changed == 0


@pytest.mark.parametrize(
    ("actor", "division", "word"),
    [("p-office", UNKNOWN, "not-the-operator"), ("operator", Division("360281000000"), "outside-division")],
)
async def test_only_the_operator_enrols_and_only_within_the_subjects_division(tx, actor, division, word):
    for enrolling in (
        enrol(tx, WEST_AREA, actor=actor, division=division),
        enrol_posts(tx, POSTS[0], actor=actor, division=division),
    ):
        with pytest.raises(Problem) as refused:
            await enrolling
        assert (refused.value.status, refused.value.word) == (403, word)


async def test_a_point_is_answered_for_by_its_grid_team_first_and_by_the_town_last(tx):
    told = await who(tx, 117.05)
    assert told.areas == (WEST_GRID.id, WEST, TOWN)
    assert [(ref.role, ref.holder and ref.holder.id) for ref in told.posts] == [
        ("resource_supervisor", None),
        ("ranger", "p-ranger"),
        ("village_chief", "p-village"),
        ("chief", "p-chief"),
        ("unit", "p-unit"),
        ("office", "p-office"),
    ]


async def test_a_point_on_no_ground_is_a_problem_that_names_the_point(tx):
    with pytest.raises(Problem) as refused:
        await who(tx, 10.0)
    assert refused.value.status == 404
    assert [error["field"] for error in refused.value.errors] == ["lon", "lat"]


async def test_who_answers_elsewhere_is_not_told(tx):
    with pytest.raises(Problem) as refused:
        await who(tx, 117.05, division=EAST)
    assert refused.value.word == "outside-division"


async def test_a_post_that_has_ended_answers_no_more(tx):
    await enrol_posts(tx, post(WEST, "village_chief", None, held("p-village"), ended_on=date(2020, 6, 14)))
    assert "village_chief" not in [ref.role for ref in (await who(tx, 117.05)).posts]
    assert "village_chief" in [ref.role for ref in (await who(tx, 117.05, at=datetime(2020, 6, 1, tzinfo=UTC))).posts]


async def test_a_successor_answers_from_the_first_day_and_what_was_known_stays(tx):
    answer = await appoint(tx, f"{TOWN}-chief", "p-new", date(2020, 6, 1), actor="p-office", division=TOWN)
    assert [fact.post for fact in answer.news] == [answer.body]

    async def chief(**about):
        return next(ref.holder.id for ref in (await who(tx, 117.15, **about)).posts if ref.role == "chief")

    assert await chief() == "p-new"
    assert await chief(known_at=datetime(2020, 6, 14, tzinfo=UTC)) == "p-chief"
    assert await chief(at=datetime(2020, 5, 31, 15, 59, tzinfo=UTC)) == "p-chief"
    again = await appoint(tx, f"{TOWN}-chief", "p-new", date(2020, 6, 1))
    assert (again.body, again.news) == (answer.body, ())
    assert (await enrol_posts(tx, *POSTS)).body.changed == 0


@pytest.mark.parametrize(
    ("post_id", "actor", "division", "status"),
    [
        (f"{WEST}-village-chief", "p-office", TOWN, None),
        (f"{WEST}-village-chief", "p-chief", TOWN, 403),
        (f"{TOWN}-chief", "p-office", WEST, 403),
        ("nobody", "operator", UNKNOWN, 404),
    ],
)
async def test_an_office_appoints_in_its_own_area_and_nobody_else_does(tx, post_id, actor, division, status):
    if status is None:
        answer = await appoint(tx, post_id, "p-new", date(2020, 6, 1), actor, division)
        assert answer.body.holder_on(date(2020, 6, 1)).id == "p-new"
    else:
        with pytest.raises(Problem) as refused:
            await appoint(tx, post_id, "p-new", date(2020, 6, 1), actor, division)
        assert refused.value.status == status


async def test_the_office_of_a_forest_farm_appoints_on_the_farm_alone(tx):
    farm = area("farm", TOWN, square(117.0, 117.05), kind="forest_farm", parent=TOWN)
    await enrol(tx, farm)
    await enrol_posts(tx, post("farm", "office", TOWN, held("p-farm")), post("farm", "ranger", TOWN))
    assert (await appoint(tx, "farm-ranger", "p-new", date(2020, 6, 1), "p-farm", TOWN)).news
    with pytest.raises(Problem) as refused:
        await appoint(tx, f"{TOWN}-chief", "p-new", date(2020, 6, 1), "p-farm", TOWN)
    assert refused.value.word == "not-the-office"


async def test_a_whole_city_is_enrolled_in_commands_of_five_hundred(dsn):
    areas, posts = world(jingdezhen())
    async with fresh(dsn) as tx:
        for at in range(0, len(areas), 500):
            assert len(dump(EnrolAreas(areas=areas[at : at + 500]))) <= MAX_MESSAGE_BYTES
            answer = await enrol(tx, *areas[at : at + 500])
            told = sum(isinstance(fact, AreaStated) for fact in answer.news)
            assert told == answer.body.changed == len(areas[at : at + 500])
        for at in range(0, len(posts), 500):
            assert len(dump(EnrolPosts(posts=posts[at : at + 500]))) <= MAX_MESSAGE_BYTES
            await enrol_posts(tx, *posts[at : at + 500])
        assert (await enrol(tx, *areas[:500])).body.changed == 0
        told = await who(tx, 117.1582, 29.40579)
        assert [len(told.areas), told.areas[-1], told.posts[0].role] == [5, "360200000000", "resource_supervisor"]
        city = await tx.sql.fetchval("SELECT body->>'area_mu' FROM areas WHERE id = '360200000000'")
        lowest = await tx.sql.fetchval(
            """
            SELECT sum((body->>'area_mu')::numeric) FROM areas
            WHERE NOT EXISTS (SELECT FROM areas AS below WHERE below.parent_id = areas.id)
            """
        )
        assert abs(float(city) - float(lowest)) < 1


async def test_who_answers_is_who_held_the_post_on_the_day_it_was_seen_in_china(tx):
    await appoint(tx, f"{TOWN}-chief", "p-new", date(2020, 6, 11))
    for at, holder in [
        (datetime(2020, 6, 10, 15, 59, 59, tzinfo=UTC), "p-chief"),
        (datetime(2020, 6, 10, 16, 0, tzinfo=UTC), "p-new"),
    ]:
        told = await who(tx, 117.15, at=at)
        assert [ref.holder.id for ref in told.posts if ref.role == "chief"] == [holder]


async def test_a_post_answers_on_its_last_day_and_no_longer(tx):
    await enrol_posts(tx, post(WEST, "village_chief", None, held("p-village"), ended_on=date(2020, 6, 14)))
    for at, answers in [
        (datetime(2020, 6, 14, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2020, 6, 14, 16, 0, tzinfo=UTC), False),
    ]:
        roles = [ref.role for ref in (await who(tx, 117.05, at=at)).posts]
        assert ("village_chief" in roles) is answers


async def test_an_area_answers_on_its_first_and_its_last_day(tx):
    days = {"in_force_from": date(2020, 6, 10), "ended_on": date(2020, 6, 10)}
    await enrol(tx, area("farm", TOWN, square(117.0, 117.05), kind="forest_farm", parent=TOWN, **days))
    for at, answers in [
        (datetime(2020, 6, 9, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2020, 6, 9, 16, 0, tzinfo=UTC), True),
        (datetime(2020, 6, 10, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2020, 6, 10, 16, 0, tzinfo=UTC), False),
    ]:
        assert ("farm" in (await who(tx, 117.02, at=at)).areas) is answers


async def test_who_may_appoint_is_who_holds_the_office_today_in_china(tx):
    office = post(TOWN, "office", None, held("p-office"), ended_on=date(2020, 6, 15))
    await enrol_posts(tx, office)
    assert (await appoint(tx, f"{WEST}-village-chief", "p-new", date(2020, 6, 1), "p-office", TOWN)).news
    tomorrow = Transaction(tx.sql, datetime(2020, 6, 15, 16, 0, tzinfo=UTC))
    with pytest.raises(Problem):
        await appoint(tomorrow, f"{WEST}-village-chief", "p-other", date(2020, 6, 2), "p-office", TOWN)


async def listed(tx, division=UNKNOWN, **asked):
    return (await answered(roster, tx, ask(ListAreas(**asked), "operator", division))).body


async def test_areas_are_listed_by_name_and_by_what_hangs_under_them_within_the_subjects_division(tx):
    assert [one.id for one in (await listed(tx)).areas] == sorted([TOWN, WEST, EAST, WEST_GRID.id])
    assert [one.id for one in (await listed(tx, ids=[EAST], parents=[TOWN])).areas] == [WEST, EAST]
    assert [one.id for one in (await listed(tx, parents=[WEST])).areas] == [WEST_GRID.id]
    assert [one.id for one in (await listed(tx, division=WEST)).areas] == [WEST, WEST_GRID.id]
    assert [one.id for one in (await listed(tx, ids=[EAST], division=WEST)).areas] == []
    (east,) = (await listed(tx, ids=[EAST])).areas
    assert east.boundary == EAST_AREA.boundary


async def test_what_does_not_fit_into_one_answer_is_listed_in_the_next(tx):
    def round_about(at):
        turns = [2 * pi * n / 15_000 for n in range(15_000)]
        points = [(at + 0.005 * cos(turn), 29.05 + 0.005 * sin(turn)) for turn in turns]
        return ((*points, points[0]),)

    farms = [area(f"farm-{n}", TOWN, round_about(117.05 + n / 50), kind="forest_farm", parent=TOWN) for n in range(3)]
    for farm in farms:
        await enrol(tx, farm)
    found, after, parts = [], None, 0
    while parts == 0 or after is not None:
        answer = await listed(tx, after=after)
        assert len(dump(answer)) <= MAX_MESSAGE_BYTES
        found, after, parts = [*found, *(one.id for one in answer.areas)], answer.after, parts + 1
    assert found == sorted([TOWN, WEST, EAST, WEST_GRID.id, *(farm.id for farm in farms)])
    assert parts > 1
