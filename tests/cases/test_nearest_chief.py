"""Whom a relapse and the ladder name where an area has several chiefs: the nearest, as every service does."""

from datetime import date

from contracts.cases import RelapseCase
from services.cases.ladder import ladder
from services.cases.machine import make
from services.cases.post.post import Roster
from tests.cases.county import OFFICE, POSTS
from tests.cases.steps import act_of, case_in
from tests.posts import OF_ONE_COUNTY

OFFICES_AND_UNITS = tuple(post for post in POSTS if post.role in ("office", "unit"))
ROSTER = Roster((*OFFICES_AND_UNITS, *OF_ONE_COUNTY))


def test_a_recurrence_adds_the_nearest_chief():
    case = case_in("closed")
    asked = RelapseCase(case_id=case.ref.id, why="recurrence", reason="又被占用")
    told = make(case, act_of(case, OFFICE), asked, ROSTER)
    assert [one.post.id for one in told.case.also_answerable] == ["b-002"]


def test_the_circular_names_the_nearest_chief_and_the_general_chief():
    acting = ROSTER.answerable([str(one) for one in case_in("assigned").ref.division.chain()], date(2020, 6, 15))
    (letter,) = ladder.due(case_in("assigned", acting=acting), (), date(2020, 7, 30))
    assert (letter.rung, [post.id for post in letter.posts]) == ("circular", ["b-002", "a-001"])
