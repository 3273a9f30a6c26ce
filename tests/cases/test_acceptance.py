"""Who accepts and looks back: nobody of the unit, of the body it belongs to, nor whoever did the work (DOMAIN §5)."""

import pytest

from contracts.cases import AcceptCase, CaseState, PassLookBack, RelapseCase, SendBackCase
from contracts.language.values import UnitRef
from services.cases.case import case as rules
from services.cases.post.post import Roster
from services.runtime.problem import Problem
from tests.cases import steps
from tests.cases.county import CHIEF, COUNTY_OFFICE, OFFICE, POSTS, STATION, post
from tests.cases.steps import NOW, ROSTER, act_of, case_in, decide

CITY_OFFICE, CITY_CHIEF = "p-360200000000-office", "p-360200000000-chief"
TOWN_CHIEF, TOWN_OFFICE = "p-360222104000-chief", "p-360222104000-office"
VILLAGE_CHIEF = "p-360222104201-village-chief"
FORESTRY = UnitRef(id="u-forestry", name="浮梁县林业局")
GOVERNMENT = UnitRef(id="u-360222104000-government", name="三龙镇人民政府")
PEOPLE = Roster(
    [
        *(one for one in POSTS if one.id != "360222104000-chief"),
        post("360222104000", "chief", GOVERNMENT),  # of another unit than the station, but its head all the same
        post("360222104000", "office", GOVERNMENT),
        post("360222000000", "unit", FORESTRY),
        post("360200000000", "chief"),
    ]
)
STRANGER = "p-360281000000-office"


@pytest.fixture(autouse=True)
def roster(monkeypatch):
    monkeypatch.setattr(steps, "ROSTER", PEOPLE)


@pytest.mark.parametrize(
    ("unit", "by", "may"),
    [
        (STATION, TOWN_CHIEF, False),
        (STATION, TOWN_OFFICE, False),
        (STATION, VILLAGE_CHIEF, False),
        (STATION, "p-360222104000-unit", False),
        (STATION, CHIEF, True),
        (STATION, OFFICE, True),
        (STATION, CITY_OFFICE, True),
        (STATION, CITY_CHIEF, True),
        (STATION, STRANGER, False),
        (FORESTRY, CHIEF, False),
        (FORESTRY, OFFICE, False),
        (FORESTRY, TOWN_CHIEF, False),
        (FORESTRY, CITY_OFFICE, True),
        (FORESTRY, CITY_CHIEF, True),
        (COUNTY_OFFICE, OFFICE, False),
        (COUNTY_OFFICE, CHIEF, False),
        (COUNTY_OFFICE, CITY_OFFICE, True),
        # A unit of the neighbouring town: this town's chief is no head of it.
        (UnitRef(id="u-360222105000", name="蛟潭镇"), TOWN_CHIEF, True),
    ],
)
def test_an_acceptor_stands_above_the_body_that_the_unit_belongs_to(unit, by, may):
    for command, state, said in (
        (AcceptCase, "submitted", {}),
        (SendBackCase, "submitted", {"reason": "不实"}),
        (PassLookBack, "closed", {}),
        (RelapseCase, "closed", {"why": "recurrence", "reason": "又见"}),
    ):
        case = case_in(state).model_copy(update={"unit": unit, "rectified_unit": unit, "accepted_by": None})
        if may:
            assert decide(case, command, by, **said).by == by
        else:
            with pytest.raises(Problem) as refused:
                decide(case, command, by, **said)
            assert refused.value.status == 403


@pytest.mark.parametrize("command", [AcceptCase, SendBackCase])
def test_the_rectifier_judges_nothing_even_from_a_post_above(command):
    said = {"reason": "不实"} if command is SendBackCase else {}
    with pytest.raises(Problem) as refused:
        decide(case_in("submitted", rectified_by=CITY_OFFICE), command, CITY_OFFICE, **said)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("unit", "waits_for"),
    [
        (STATION, COUNTY_OFFICE.id),
        (FORESTRY, "u-360200000000-office"),
        (COUNTY_OFFICE, "u-360200000000-office"),
        (UnitRef(id="u-gone", name="已撤销"), COUNTY_OFFICE.id),
    ],
)
def test_a_case_applied_for_waits_for_an_office_that_may_accept_it(unit, waits_for):
    case = case_in("rectifying").model_copy(update={"unit": unit})
    submitted = case.model_copy(update={"state": CaseState.SUBMITTED})
    assert rules.owner_of(case, submitted, act_of(case, OFFICE, NOW), PEOPLE).unit.id == waits_for


def test_the_roster_of_these_tests_is_not_that_of_the_others():
    assert ROSTER is not PEOPLE


def test_a_successor_does_not_free_the_unit_that_put_it_right_from_not_accepting_it():
    succeeded = case_in("submitted", unit=UnitRef(id="u-360222105000", name="蛟潭镇"))
    for by in (TOWN_CHIEF, VILLAGE_CHIEF):
        with pytest.raises(Problem) as refused:
            decide(succeeded, AcceptCase, by)
        assert refused.value.status == 403
