"""Divisions have days in force and successors: a code ends with its posts, and may be given to another later."""

from datetime import UTC, date, datetime

import pytest

from contracts.language.division import Division
from contracts.roster import AreaStated, DivisionStated, PostStated
from services.roster.area.handlers import tell_divisions
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import EAST, TOWN, WEST, WEST_AREA, WEST_GRID, area, held, post, square, village
from tests.roster.asked import enrol, enrol_posts, who

LAST, NEXT = date(2020, 5, 31), date(2020, 6, 1)
ENDED_GRID = WEST_GRID.model_copy(update={"ended_on": LAST})
ENDED = WEST_AREA.model_copy(update={"ended_on": LAST, "became": (EAST,)})
AGAIN = village(WEST, 117.0, 117.1, name="陶艺社区", in_force_from=NEXT).model_copy(update={"id": f"{WEST}-2020"})


async def refused(enrolling):
    with pytest.raises(Problem) as problem:
        await enrolling
    return [(error["field"], error["rule"].code, error["rule"].figures) for error in problem.value.errors]


def rules(found):
    return [(field, code) for field, code, _ in found]


async def test_what_became_of_a_division_is_told_without_its_boundary_and_its_posts_end_with_it(tx):
    answer = await enrol(tx, ENDED, ENDED_GRID)
    assert [fact.area.id for fact in answer.news if isinstance(fact, AreaStated)] == [WEST, WEST_GRID.id]
    (told,) = [fact.division for fact in answer.news if isinstance(fact, DivisionStated)]
    assert (told.id, told.code, told.ended_on, told.became) == (WEST, WEST, LAST, (EAST,))
    ended = {fact.post.id: fact.post.ended_on for fact in answer.news if isinstance(fact, PostStated)}
    roles = ("resource-supervisor", "ranger")
    assert ended == {f"{WEST}-village-chief": LAST, **{f"{WEST_GRID.id}-{role}": LAST for role in roles}}
    assert (await enrol(tx, ENDED, ENDED_GRID)).news == ()


async def test_a_post_that_ended_before_its_area_keeps_its_last_day(tx):
    before = date(2020, 2, 29)
    await enrol_posts(tx, post(WEST, "village_chief", None, held("p-village"), ended_on=before))
    answer = await enrol(tx, ENDED, ENDED_GRID)
    assert f"{WEST}-village-chief" not in [fact.post.id for fact in answer.news if isinstance(fact, PostStated)]


async def test_a_division_does_not_end_while_something_under_it_goes_on(tx):
    assert await refused(enrol(tx, ENDED)) == [("areas.0.ended_on", "child_outlives", {"area": WEST_GRID.id})]
    later = WEST_GRID.model_copy(update={"ended_on": NEXT})
    assert rules(await refused(enrol(tx, ENDED, later))) == [("areas.1.ended_on", "parent_ended")]


async def test_a_revoked_code_says_what_became_of_it(tx):
    await enrol(tx, ENDED, ENDED_GRID)
    farm = area("farm", WEST, square(117.0, 117.05), kind="forest_farm", parent=TOWN)
    (found,) = await refused(enrol(tx, farm))
    assert found[:2] == ("areas.0.division", "division_became")
    assert dict(found[2]) == {"division": WEST, "name": f"地块 {WEST}", "last": str(LAST), "became": EAST}
    (found,) = await refused(enrol_posts(tx, post(WEST, "chief")))
    assert (found[0], found[1], dict(found[2])["became"]) == ("posts.0.ended_on", "division_became", EAST)
    assert (await enrol(tx, farm.model_copy(update={"ended_on": LAST}))).body.changed == 1


async def test_a_revoked_code_of_which_nobody_says_what_became_says_so(tx):
    await enrol(tx, ENDED.model_copy(update={"became": ()}), ENDED_GRID)
    assert [code for _, code, _ in await refused(enrol_posts(tx, post(WEST, "chief")))] == ["division_revoked"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"became": (EAST,)}, "became_of_ended"),
        ({"ended_on": LAST, "became": (WEST,)}, "became_another"),
    ],
)
async def test_only_what_has_ended_became_another(tx, changes, rule):
    grid = WEST_GRID.model_copy(update={"ended_on": changes.get("ended_on")})
    assert rules(await refused(enrol(tx, WEST_AREA.model_copy(update=changes), grid))) == [("areas.0.became", rule)]


async def test_a_code_used_again_is_the_new_villages_from_its_first_day_on(tx):
    assert rules(await refused(enrol(tx, AGAIN))) == [("areas.0.in_force_from", "division_in_force")]
    await enrol(tx, ENDED, ENDED_GRID)
    early = AGAIN.model_copy(update={"in_force_from": LAST})
    assert rules(await refused(enrol(tx, early))) == [("areas.0.in_force_from", "division_in_force")]
    await enrol(tx, AGAIN)
    await enrol_posts(tx, post(AGAIN.id, "village_chief", Division(WEST), held("p-again", "2020-06-01")))

    async def chief(at):
        told = await who(tx, 117.05, at=at)
        return told.areas, [ref.holder.id for ref in told.posts if ref.role == "village_chief"]

    # 16:00 UTC is midnight in China.
    assert await chief(datetime(2020, 5, 31, 15, 59, 59, tzinfo=UTC)) == ((WEST_GRID.id, WEST, TOWN), ["p-village"])
    assert await chief(datetime(2020, 5, 31, 16, 0, tzinfo=UTC)) == ((AGAIN.id, TOWN), ["p-again"])


async def test_divisions_that_were_enrolled_before_they_were_told_are_told_once(tx):
    await tx.sql.execute("UPDATE areas SET division_told = false")
    told = await tell_divisions(tx)
    assert sorted(fact.division.id for fact in told) == [TOWN, WEST, EAST]
    assert await tell_divisions(tx) == []
