"""In which order posts answer for a point, and until when."""

from datetime import UTC, date, datetime, timedelta

from contracts.language.values import AreaRef
from services.roster.answerable.answerable import Duties, place_of
from tests.posts import chief
from tests.roster.areas_and_posts import TOWN, TOWN_AREA, held, post

AT = datetime(2020, 6, 15, 2, tzinfo=UTC)
CHIEFS = (
    chief("a-001", "general_chief", TOWN),
    chief("a-002", "deputy_general_chief", TOWN),
    chief("b-002", "chief", TOWN),
    chief("c-003", "chief", TOWN),
)


def answering(posts, at=AT):
    known = Duties([TOWN_AREA], posts)
    return known.answerable(known.areas(117.05, 29.05, at), at, None).posts


def test_of_one_area_the_nearest_chief_comes_first_then_the_grid_team_then_the_bodies():
    others = [post(TOWN, role) for role in ("office", "unit", "ranger", "resource_supervisor")]
    assert [one.id for one in answering([*others, *reversed(CHIEFS)])] == [
        "b-002",
        "c-003",
        "a-001",
        "a-002",
        f"{TOWN}-resource-supervisor",
        f"{TOWN}-ranger",
        f"{TOWN}-unit",
        f"{TOWN}-office",
    ]


def test_a_post_answers_to_midnight_in_china_of_its_last_day():
    ending = post(TOWN, "chief", ended_on=date(2020, 6, 30))
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    before = midnight - timedelta(microseconds=1)
    assert [[one.id for one in answering([ending], at)] for at in (before, midnight)] == [[ending.id], []]


def test_a_holder_answers_from_midnight_in_china():
    handed = post(TOWN, "chief", None, held("p-a", held_to="2020-06-30"), held("p-b", "2020-07-01"))
    midnight = datetime(2020, 6, 30, 16, tzinfo=UTC)
    before = midnight - timedelta(microseconds=1)
    assert [[one.holder.id for one in answering([handed], at)] for at in (before, midnight)] == [["p-a"], ["p-b"]]


def test_a_place_is_in_the_smallest_area_of_the_territorial_chain_and_else_in_the_primary_one():
    farm, grid, village = (
        AreaRef(id=id, kind=kind, name=id, division=TOWN)
        for id, kind in [("farm", "forest_farm"), ("grid", "grid"), ("village", "division")]
    )
    reserve = farm.model_copy(update={"kind": "reserve"})
    found = [
        place_of(areas) for areas in [(farm, grid, village), (grid, village, farm), (village, farm), (reserve, farm)]
    ]
    assert found == [grid, grid, village, reserve]
