"""Whoever holds a post on the day is told; while nobody does, its unit is."""

from datetime import UTC, date, datetime, timedelta

from contracts.cases import CaseAssigned, CaseOpened
from contracts.roster import Appointment
from services.notify.audience.audience import Audience, recipients
from services.runtime.reference.posts import reference
from tests.cases.county import OFFICE, POSTS, STATION, UNIT
from tests.notify.every_fact import handed_over, passed_on
from tests.notify.told import ASSIGNED, DAY, RANGER, TOWN_CHIEF, VILLAGE_CHIEF, keys, told_of
from tests.posts import OF_ONE_COUNTY, chief


def test_a_ranger_who_is_new_hears_of_the_cases_of_the_grid():
    told = passed_on("360222104201-g1-ranger")
    assert [one.key[1] for one in recipients(told, Audience(handed_over("360222104201-g1-ranger")), DAY)] == [
        "u-360222104201"
    ]


def vacated(post_id):
    return tuple(post.model_copy(update={"appointments": ()}) if post.id == post_id else post for post in POSTS)


def test_while_a_post_is_vacant_its_unit_is_told():
    posts = vacated("360222104201-village-chief")
    assert keys(told_of(CaseAssigned, ASSIGNED), posts) == ["u-360222104201", UNIT]


def test_a_unit_whose_posts_are_vacant_is_told_itself():
    assert keys(told_of(CaseAssigned, ASSIGNED), vacated("360222104000-unit")) == [VILLAGE_CHIEF, STATION.id]


def test_of_several_chiefs_of_one_area_the_nearest_is_told():
    chiefs = {post.id: post for post in OF_ONE_COUNTY}
    case = ASSIGNED.model_copy(update={"acting": tuple(reference(post, DAY) for post in chiefs.values())})
    assert keys(told_of(CaseAssigned, case), (*POSTS, *chiefs.values())) == ["p-b-002", UNIT]


def test_a_chief_whose_post_has_ended_since_leaves_it_to_the_next():
    ended = chief("b-002", "chief", ended_on=DAY - timedelta(days=1))
    posts = (*(post for post in OF_ONE_COUNTY if post.id != ended.id), ended)
    case = ASSIGNED.model_copy(update={"acting": tuple(reference(post, DAY) for post in posts)})
    assert keys(told_of(CaseAssigned, case), (*POSTS, *posts)) == ["p-c-003", UNIT]


def held(person, held_from=date(2019, 1, 1), held_to=None):
    recorded_at = datetime(2019, 1, 1, tzinfo=UTC)
    return Appointment(
        person={"id": person, "name": "某人"}, held_from=held_from, held_to=held_to, recorded_at=recorded_at
    )


def with_village_chief(*appointments):
    id = "360222104201-village-chief"
    return tuple(post.model_copy(update={"appointments": appointments}) if post.id == id else post for post in POSTS)


def test_todays_holder_is_told_not_the_one_of_then():
    posts = with_village_chief(held("old", held_to=date(2020, 6, 14)), held("new", held_from=DAY))
    assert keys(told_of(CaseAssigned, ASSIGNED), posts) == ["new", UNIT]


def test_the_same_posts_tell_each_days_holder_on_that_day():
    posts = Audience(with_village_chief(held("old", held_to=DAY), held("new", held_from=DAY + timedelta(days=1))))
    days = [DAY, DAY + timedelta(days=1), DAY]
    assert [recipients(told_of(CaseAssigned, ASSIGNED), posts, day)[0].person.id for day in days] == [
        "old",
        "new",
        "old",
    ]


def test_a_unit_is_told_through_who_acts_for_it_that_day():
    station = next(post for post in POSTS if post.id == "360222104000-unit")
    handed = station.model_copy(
        update={"appointments": (held("old", held_to=DAY), held("new", held_from=DAY + timedelta(days=1)))}
    )
    posts = Audience((*(post for post in POSTS if post != station), handed))
    read_by = {person: [posts.units_of(person, DAY + timedelta(days=n)) for n in (0, 1)] for person in ("old", "new")}
    assert read_by == {"old": [[STATION.id], []], "new": [[], [STATION.id]]}
    ended = Audience([handed.model_copy(update={"ended_on": DAY})])
    assert [ended.units_of("new", DAY + timedelta(days=1)), ended.units_of("old", DAY)] == [[], [STATION.id]]


def test_who_holds_several_of_the_posts_is_told_once():
    assert keys(told_of(CaseOpened), with_village_chief(held(RANGER))) == [RANGER, TOWN_CHIEF, OFFICE]
