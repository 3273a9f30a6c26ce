"""Posts that end on a day: until then their unit and office stand, and from the next day on they do not."""

from datetime import date

import pytest

from contracts.cases import SubmitPlan
from contracts.language.division import Level
from services.cases.machine import make
from services.cases.post.post import NoOffice, Roster
from tests.cases.county import COUNTY_OFFICE, POSTS, STATION, UNIT, VILLAGE
from tests.cases.steps import MEASURES, act_of, case_in

INSPECTION, SHIELD = "forest-inspection-2020", "green-shield-2019"
LAST, NEXT = date(2020, 6, 30), date(2020, 7, 1)
ENDING = Roster(
    post.model_copy(update={"ended_on": LAST}) if post.unit.id in (STATION.id, COUNTY_OFFICE.id) else post
    for post in POSTS
)


def test_a_unit_is_known_to_the_last_day_of_its_last_post():
    assert (ENDING.unit(STATION.id, LAST), ENDING.unit(STATION.id, NEXT)) == (STATION, None)


def test_an_office_runs_the_book_to_its_last_day_and_then_the_one_above_does():
    offices = [ENDING.office(VILLAGE, Level.COUNTY, day).id for day in (LAST, NEXT)]
    assert offices == [COUNTY_OFFICE.id, "u-360200000000-office"]
    assert ENDING.office_above(COUNTY_OFFICE, VILLAGE, LAST).id == "u-360200000000-office"


def test_a_plan_names_the_office_that_must_decide_if_there_is_one():
    ask = SubmitPlan(case_id=case_in("assigned").ref.id, measures=MEASURES)
    approvers = []
    without_city = [post for post in POSTS if post.division != "360200000000"]
    for campaign, posts in [(INSPECTION, POSTS), (SHIELD, POSTS), (SHIELD, without_city)]:
        case = case_in("assigned", campaign)
        told = make(case, act_of(case, UNIT), ask, Roster(posts))
        approvers.append(told.approver and told.approver.id)
    assert approvers == [COUNTY_OFFICE.id, "u-360200000000-office", None]


def test_where_the_last_office_has_ended_there_is_none():
    alone = Roster(post.model_copy(update={"ended_on": LAST}) for post in POSTS if post.unit == COUNTY_OFFICE)
    with pytest.raises(NoOffice):
        alone.office(VILLAGE, Level.COUNTY, NEXT)
