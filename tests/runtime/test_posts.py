"""Which chief stands nearest to a place, until when a post stands, and whose it is."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from contracts.language.division import Division
from contracts.roster import Appointment
from services.runtime.reference.posts import holds, nearest_chief, reference, stands_on
from tests.posts import COUNTY, OF_ONE_COUNTY, TOWN, VILLAGE, chief

CITY = Division("360200000000")
OF_CITY = chief("a-000", "chief", CITY)
OF_COUNTY = chief("a-100", "chief", COUNTY)
OF_TOWN = chief("a-200", "general_chief", TOWN)
OF_VILLAGE = chief("z-900", "village_chief", VILLAGE)
OF_GRID = chief("z-950", "village_chief", VILLAGE, f"{VILLAGE}-g1")
OF_RESERVE = chief("a-010", "chief", COUNTY, "reserve-1")
RANGER = chief("a-300", "ranger", VILLAGE, f"{VILLAGE}-g1")
LAST_DAY = date(2020, 6, 30)


@pytest.mark.parametrize(
    ("answering", "nearest"),
    [
        ([RANGER, OF_GRID, OF_VILLAGE, OF_TOWN, OF_COUNTY, OF_CITY], OF_GRID),
        ([RANGER, OF_VILLAGE, OF_TOWN, OF_COUNTY, OF_CITY], OF_VILLAGE),
        ([RANGER, OF_TOWN, OF_COUNTY, OF_CITY], OF_TOWN),
        ([OF_COUNTY, OF_CITY], OF_COUNTY),
        ([OF_CITY], OF_CITY),
        ([RANGER], None),
        ([], None),
    ],
)
def test_the_nearest_chief_is_of_the_smallest_area_that_contains_the_place(answering, nearest):
    assert nearest_chief(answering) == nearest


def test_a_special_area_of_a_higher_level_is_not_nearer_for_being_the_primary_one():
    assert nearest_chief([OF_RESERVE, OF_VILLAGE, OF_COUNTY]) == OF_VILLAGE


def test_on_one_level_the_area_that_answers_first_has_the_nearest_chief():
    county = chief("a-001", "chief", COUNTY)
    assert nearest_chief([OF_RESERVE, county]) == OF_RESERVE
    assert nearest_chief([county, OF_RESERVE]) == county


@pytest.mark.parametrize("order", list(permutations(OF_ONE_COUNTY)))
def test_of_one_area_the_chief_of_the_ground_is_the_nearest_in_whatever_order_posts_come(order):
    assert nearest_chief(order).id == "b-002"


def test_without_a_chief_of_the_ground_it_is_the_general_chief_and_not_a_deputy():
    general, deputy, *_ = OF_ONE_COUNTY
    assert [nearest_chief(order).id for order in ([deputy, general], [general, deputy], [deputy])] == [
        "a-001",
        "a-001",
        "a-002",
    ]


def test_a_vacant_post_is_the_nearest_all_the_same():
    vacant = chief("z-900", "village_chief", VILLAGE, vacant=True)
    assert nearest_chief([vacant, OF_TOWN]) == vacant


def test_the_nearest_of_certain_roles_is_sought_among_them_alone():
    assert nearest_chief([OF_VILLAGE, OF_TOWN, OF_ONE_COUNTY[0]], ("general_chief",)) == OF_TOWN
    assert nearest_chief([RANGER], ("ranger",)) is None


def test_a_post_stands_on_its_last_day_and_not_on_the_next():
    ending = chief("b-002", "chief", ended_on=LAST_DAY)
    assert [stands_on(ending, day) for day in (LAST_DAY, date(2020, 7, 1))] == [True, False]
    assert [holds(ending, "p-b-002", day) for day in (LAST_DAY, date(2020, 7, 1))] == [True, False]
    assert stands_on(OF_TOWN, date.max)


def test_a_post_is_held_by_its_holder_of_that_day_alone():
    def held(person, first, last, recorded_at):
        return Appointment(
            person={"id": person, "name": person}, held_from=first, held_to=last, recorded_at=recorded_at
        )

    long_ago, lately = datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 7, 2, tzinfo=UTC)
    post = chief("b-002", "chief").model_copy(
        update={
            "appointments": (
                held("p-old", date(2019, 1, 1), LAST_DAY, long_ago),
                held("p-new", date(2020, 7, 1), date(2020, 7, 1), lately),
            )
        }
    )
    days = [date(2018, 12, 31), date(2019, 1, 1), LAST_DAY, date(2020, 7, 1), date(2020, 7, 2)]
    assert [holds(post, "p-old", day) for day in days] == [False, True, True, False, False]
    assert [holds(post, "p-new", day) for day in days] == [False, False, False, True, False]
    named = [reference(post, date(2020, 7, 1), known_at).holder for known_at in (None, lately, long_ago)]
    assert [holder and holder.id for holder in named] == ["p-new", "p-new", None]
