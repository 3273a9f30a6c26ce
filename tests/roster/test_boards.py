"""A notice board is outdated by what changes a name on it, and current again by a confirmed update (F2)."""

from datetime import UTC, date, datetime

import pytest

from contracts.roster import Appoint, AreaStated, EnrolAreas, EnrolPosts, PostStated, Register, RenewBoard
from services.roster.board.law import LAW
from services.roster.service import roster
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import TOWN, WEST, WEST_AREA, WEST_GRID, held, post
from tests.roster.entries import OTHER_PHOTO, STATED, entry
from tests.roster.registered import found_in, town
from tests.telling import hear, heard

pytestmark = pytest.mark.served
CHIEF = f"{WEST}-village-chief"


@pytest.fixture
async def desk(dsn):
    async with town(dsn) as desk:
        await desk.enrol(Register.BOARD, await desk.board())
        yield desk


async def appointed(desk, held_from, person="p-new"):
    asked = Appoint(post_id=CHIEF, person_id=person, person_name=f"岗位 {person}", held_from=held_from)
    (told,) = (await desk.ask(asked)).news
    await hear(roster, desk.tx, [heard(told, "roster")])
    return told


async def content(desk, chief="岗位 p-new", **otherwise):
    lines = [
        {**STATED[Register.BOARD]["content"]["lines"][0], "holder": chief},
        STATED[Register.BOARD]["content"]["lines"][1],
    ]
    return (await desk.board(content={"lines": lines, **otherwise})).content


async def renew(desk, on=date(2020, 6, 15), photo=OTHER_PHOTO, actor="operator", **otherwise):
    asked = RenewBoard(board_id="board-west-1", content=await content(desk, **otherwise), photo=photo, confirmed_on=on)
    return await desk.ask(asked, actor)


def at(day, hour=2, minute=0, second=0):
    return datetime(2020, 6, day, hour, minute, second, tzinfo=UTC)


async def test_a_board_that_shows_what_it_must_has_nothing_found(desk):
    assert await desk.look() == []


async def test_a_new_chief_outdates_the_board_and_it_must_be_patched_within_ten_days(desk):
    await appointed(desk, date(2020, 6, 15))
    (found,) = await desk.look()
    assert (found.rule, found.state, found.entry_id) == ("board_outdated", "open", "board-west-1")
    assert (found.found_on, found.due_on) == (date(2020, 6, 15), date(2020, 6, 25))
    assert (found.what, found.office.id) == ("三龙村村口", f"u-{TOWN}")
    assert "岗位 p-new" in found.said


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (at(19, 15, 59, 59), []),
        (at(19, 16), ["open"]),
        (at(20, 2), ["open"]),
    ],
)
async def test_an_appointment_of_a_future_day_outdates_the_board_on_that_day_in_china(desk, now, states):
    await appointed(desk, date(2020, 6, 20))
    assert await desk.look() == []
    assert [one.state for one in await desk.at(now).look()] == states


@pytest.mark.parametrize(
    ("person", "now", "states"),
    [
        ("p-third", at(17, 15, 59, 59), []),
        ("p-third", at(17, 16), [("open", True)]),
        ("p-village", at(17, 16), [("settled", False)]),
    ],
)
async def test_another_holder_while_it_is_outdated_is_told_on_his_day_and_the_one_that_it_names_settles_it(
    desk, person, now, states
):
    await appointed(desk, date(2020, 6, 15))
    await desk.look()
    await appointed(desk, date(2020, 6, 18), person)
    await desk.look()
    assert [(one.state, f"岗位 {person}" in one.said) for one in await desk.at(now).look()] == states


@pytest.mark.parametrize(("now", "states"), [(at(25, 15, 59, 59), []), (at(25, 16), ["missed"])])
async def test_one_that_is_not_patched_by_its_last_day_is_missed_once(desk, now, states):
    await appointed(desk, date(2020, 6, 15))
    await desk.look()
    later = desk.at(now)
    assert [one.state for one in await later.look()] == states
    assert await later.look() == []


async def test_a_confirmed_update_with_a_new_photograph_makes_it_current_again(desk):
    await appointed(desk, date(2020, 6, 15))
    (found,) = await desk.look()
    answer = await renew(desk)
    assert (answer.body.version, answer.body.confirmed_on) == (2, date(2020, 6, 15))
    settled = found_in(answer)["board_outdated"]
    assert (settled.id, settled.state) == (found.id, "settled")
    again = await renew(desk)
    assert (again.body, list(again.news)) == (answer.body, [])
    assert await desk.look() == []


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"chief": "岗位 p-village"}, [("content.lines.0.holder", "board_names")]),
        ({"photo": STATED[Register.BOARD]["photo"]}, [("photo.sha256", "new_photo")]),
        ({"on": date(2020, 6, 16)}, [("confirmed_on", "confirmed_between")]),
        ({"on": date(2020, 6, 9)}, [("confirmed_on", "confirmed_between")]),
        ({"hotline": "0798-1"}, []),
        ({"area_name": "别处"}, [("content.area_name", "board_shows")]),
        ({"area_mu": "1"}, [("content.area_mu", "board_shows")]),
        ({"duties": False}, [("content.duties", "board_duties")]),
        ({"lines": []}, [("content.lines", "board_names")] * 2),
    ],
)
async def test_an_update_is_refused_where_the_board_still_does_not_show_what_it_must(desk, otherwise, wrong):
    await appointed(desk, date(2020, 6, 15))
    try:
        await renew(desk, **otherwise)
        refused = []
    except Problem as problem:
        refused = [(one["field"], one["rule"].code) for one in problem.errors]
    if otherwise.get("on", date(2020, 6, 15)) < date(2020, 6, 15):
        # On that day another held the post: it would have had to show that name.
        wrong = [*wrong, ("content.lines.0.holder", "board_names")]
    assert refused == wrong


async def test_an_update_of_a_day_before_the_change_leaves_it_outdated(desk):
    """Confirmed on the 14th with the names of that day; the successor of the 15th is not on it."""
    await appointed(desk, date(2020, 6, 15))
    await desk.look()
    answer = await renew(desk, on=date(2020, 6, 14), chief="岗位 p-village")
    assert answer.body.version == 2
    assert found_in(answer) == {}


async def test_the_name_of_who_left_a_vacant_post_may_not_stay(desk):
    ended = post(WEST_GRID.id, "ranger", None, held("p-ranger"), ended_on=date(2020, 6, 14))
    (told,) = (await desk.ask(EnrolPosts(posts=(ended,)))).news
    assert isinstance(told, PostStated)
    await hear(roster, desk.tx, [heard(told, "roster")])
    (found,) = await desk.look()
    assert found.rule == "board_outdated"
    assert f"{WEST_GRID.id}-ranger" in found.said


async def test_another_size_of_the_area_outdates_the_board(desk):
    answer = await desk.ask(EnrolAreas(areas=(WEST_AREA.model_copy(update={"name": "新名"}),)))
    (told,) = [fact for fact in answer.news if isinstance(fact, AreaStated)]
    await hear(roster, desk.tx, [heard(told, "roster")])
    assert [one.rule for one in await desk.look()] == ["board_outdated"]


async def test_another_hotline_of_the_office_above_outdates_the_boards_below_it(desk):
    answer = await desk.enrol(Register.OFFICE, entry(Register.OFFICE, hotline="0798-2629999"))
    await hear(roster, desk.tx, [heard(answer.news[0], "roster")])
    (found,) = await desk.look()
    assert (found.rule, "0798-2629999" in found.said) == ("board_outdated", True)


async def test_the_nearest_office_has_the_hotline(desk):
    county = {"id": "office-county", "division": "360222000000", "hotline": "0798-2620000"}
    for office in (entry(Register.OFFICE), entry(Register.OFFICE, **county)):
        answer = await desk.enrol(Register.OFFICE, office)
        await hear(roster, desk.tx, [heard(answer.news[0], "roster")])
    assert [one for one in await desk.look() if one.rule == "board_outdated"] == []


@pytest.mark.parametrize(("now", "rules"), [(at(20, 15, 59, 59), []), (at(20, 16), ["board_outdated"])])
async def test_an_office_has_the_hotline_to_its_last_day_and_one_to_come_has_none(desk, now, rules):
    county = {"id": "office-county", "division": "360222000000", "hotline": "0798-2620000"}
    ends = entry(Register.OFFICE, ended_on="2020-06-20")
    to_come = entry(Register.OFFICE, id="office-a", hotline="0798-2621111", in_force_from="2020-07-01")
    for office in (ends, entry(Register.OFFICE, **county), to_come):
        answer = await desk.enrol(Register.OFFICE, office)
        await hear(roster, desk.tx, [heard(answer.news[0], "roster")])
    assert await desk.look() == []
    desk.tx.now = now
    found = [one for one in await desk.look() if one.rule == "board_outdated"]
    assert [one.rule for one in found] == rules
    assert all("0798-2620000" in one.said for one in found)


async def test_an_old_statement_leaves_what_was_confirmed_later(desk):
    await appointed(desk, date(2020, 6, 15))
    await desk.look()
    renewed = (await renew(desk)).body
    again = await desk.enrol(Register.BOARD, await desk.board())
    assert again.body.changed == 0
    moved = await desk.enrol(Register.BOARD, await desk.board(place="三龙村文化广场"))
    assert moved.news[0].board == renewed.model_copy(update={"place": "三龙村文化广场"})


@pytest.mark.parametrize("condition", ["damaged", "aged", "illegible"])
async def test_a_worn_board_is_new_within_thirty_days(desk, condition):
    answer = await desk.enrol(Register.BOARD, await desk.board(condition=condition, inspected_on="2020-06-15"))
    found = found_in(answer)["board_worn"]
    assert (found.state, found.due_on) == ("open", date(2020, 7, 15))


@pytest.mark.parametrize(
    ("role", "level", "has_phone"),
    [
        ("village_chief", "village", True),
        ("resource_supervisor", "village", True),
        ("ranger", "village", True),
        ("chief", "town", False),
        ("unit", "town", True),
        ("general_chief", "county", False),
        ("general_chief", "city", False),
    ],
)
def test_phones_stand_where_the_template_of_the_level_has_them(role, level, has_phone):
    template = LAW.shipped.newest.templates[level]
    assert role in template.names
    assert (role in template.phones) is has_phone


async def test_a_phone_that_the_template_does_not_have_is_not_made_public(desk):
    board = await desk.board(
        id="board-town",
        division=TOWN,
        area_id=TOWN,
        content={"lines": [{"post_id": f"{TOWN}-chief", "holder": "岗位 p-chief", "phone": "13900000000"}]},
    )
    with pytest.raises(Problem) as refused:
        await desk.enrol(Register.BOARD, board)
    assert [one["field"] for one in refused.value.errors] == ["boards.0.content.lines.0.phone"]


@pytest.mark.parametrize(
    ("now", "states"),
    [
        (datetime(2020, 8, 30, 15, 59, tzinfo=UTC), []),
        (datetime(2020, 8, 30, 16, 0, tzinfo=UTC), [("2020-Q3", "open", date(2020, 9, 30))]),
        (datetime(2020, 9, 30, 15, 59, tzinfo=UTC), [("2020-Q3", "open", date(2020, 9, 30))]),
        (datetime(2020, 9, 30, 16, 0, tzinfo=UTC), [("2020-Q3", "missed", date(2020, 9, 30))]),
    ],
)
async def test_it_is_inspected_in_each_quarter(desk, now, states):
    found = [one for one in await desk.at(now).look() if one.rule == "board_inspection"]
    assert [(one.of, one.state, one.due_on) for one in found] == states


async def test_who_may_renew_a_board(desk):
    await appointed(desk, date(2020, 6, 15))
    assert (await renew(desk, actor="p-office")).body.version == 2
    with pytest.raises(Problem) as refused:
        await renew(desk, actor="p-village")
    assert refused.value.status == 403
