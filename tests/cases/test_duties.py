"""Whose a case is: who owns it and since when, who answers for it now, and who may judge, by the posts of a day."""

from datetime import date, timedelta

import pytest

from contracts.cases import AskExtension, CloseCase, HandUp, RelapseCase, ReturnCase, SubmitPlan, TransferCase
from contracts.language.division import Division, Level
from contracts.language.values import UnitRef
from contracts.law.lines import Faulty
from contracts.law.reading import read_law
from services.cases.case import case as rules
from services.cases.law.campaign import LAW as CAMPAIGNS
from services.cases.law.campaign import campaign_of, find, problem_of_scope
from services.cases.law.rules import LAW
from services.cases.machine import make, pass_to
from services.cases.post.post import Actor, Roster, at_or_above
from services.runtime.problem import Problem
from tests.cases.county import COUNTY_OFFICE, OFFICE, POSTS, STATION, UNIT, VILLAGE, post
from tests.cases.steps import NOW, ROSTER, TODAY, act_of, case_in, decide, stepped
from tests.laws import amended

SHIELD = "green-shield-2018"
REASON = {"reason": "有理由"}
LATER = NOW + timedelta(days=2)
CITY = UnitRef(id="u-360200000000-office", name="景德镇市林长办")
COUNTY, TOWN, NEXT_TOWN = Division("360222000000"), Division("360222104000"), Division("360222105000")


def test_an_owner_who_stays_the_owner_is_so_since_it_was():
    case = case_in("assigned")
    asked = decide(case, AskExtension, UNIT, LATER, due_on=date(2020, 7, 10), **REASON).case
    assert (asked.owner, asked.owner.since_on) == (case.owner, TODAY)
    waiting = stepped(case_in("verified"), "refer", act_of(case_in("verified"), OFFICE, LATER), ROSTER)
    assert waiting.owner == case_in("verified").owner


def test_a_case_that_is_handed_over_belongs_to_the_new_owner_since_that_day():
    relapsed = decide(case_in("closed"), RelapseCase, OFFICE, LATER, why="recurrence", **REASON).case
    assert (relapsed.owner.unit, relapsed.owner.since_on) == (STATION, LATER.date())
    handed = decide(case_in("verified"), HandUp, OFFICE, LATER, **REASON).case
    assert (handed.owner.unit.id, handed.owner.since_on) == (CITY.id, LATER.date())


def test_without_a_day_nothing_is_bound_by_one_and_without_an_assignment_nothing_is_returned():
    case = case_in("assigned", SHIELD, due_on=None)
    measures = [{"text": "复绿", "due_on": "2021-12-31"}]
    assert decide(case, SubmitPlan, UNIT, measures=measures).case.plan.state == "submitted"
    assert decide(case, AskExtension, UNIT, due_on=TODAY, **REASON).case.extension.due_on == TODAY
    with pytest.raises(Problem, match="within 24 hours"):
        decide(case_in("assigned", assigned_at=None), ReturnCase, UNIT, **REASON)


def test_where_nobody_above_may_accept_it_waits_for_its_own_office():
    alone = Roster(one for one in POSTS if one.division != "360200000000")
    case = case_in("rectifying", unit=COUNTY_OFFICE)
    submitted = case.model_copy(update={"state": type(case.state).SUBMITTED})
    assert rules.owner_of(case, submitted, act_of(case, OFFICE), alone).unit == COUNTY_OFFICE


def special(area_id, division):
    return post(f"{division}-{area_id}", "chief").model_copy(update={"area_id": area_id})


def test_special_areas_that_hold_the_place_or_lie_in_it_go_on_answering_and_others_do_not():
    over, under, beside = special("reserve", COUNTY), special("plot", VILLAGE), special("farm", NEXT_TOWN)
    roster = Roster([*POSTS, over, under, beside])
    answerable = roster.answerable(["reserve", "plot", "farm"], TODAY)
    for place, expected in (
        (VILLAGE, ["reserve", "plot"]),
        (TOWN, ["reserve", "plot"]),
        (NEXT_TOWN, ["reserve", "farm"]),
    ):
        case = case_in("verified", answerable=answerable, area_id=place)
        case = case.model_copy(update={"ref": case.ref.model_copy(update={"division": place})})
        acting = rules.now_acting(case, roster, act_of(case, OFFICE))
        assert [one.area_id for one in acting if not one.area_id.startswith("36")] == expected


@pytest.mark.parametrize(
    ("offices", "level"),
    [
        ((COUNTY,), "county"),
        ((COUNTY, Division("360200000000")), "city"),
        ((Division("360200000000"), COUNTY), "city"),
        # An office of another place says nothing here.
        ((Division("360281000000"), TOWN), "town"),
        ((Division("360281000000"),), None),
        ((), None),
    ],
)
def test_a_plan_is_of_the_highest_level_at_which_whoever_decides_it_is_of_an_office_of_the_place(offices, level):
    posts = tuple(post(division, "office") for division in offices)
    assert Actor("p", (*posts, post("360000000000", "chief"))).office_level(VILLAGE) == level


@pytest.mark.parametrize(
    ("level", "levels"),
    [
        (Level.PROVINCE, ["province"]),
        (Level.CITY, ["province", "city"]),
        (Level.COUNTY, ["province", "city", "county"]),
        (Level.TOWN, ["province", "city", "county", "town"]),
    ],
)
def test_levels_are_counted_from_the_province_down(level, levels):
    assert list(at_or_above(level)) == levels


@pytest.mark.parametrize(
    ("role", "division", "runs"),
    [
        ("office", COUNTY, True),
        ("office", Division("360200000000"), True),
        ("office", TOWN, False),
        ("office", Division("360281000000"), False),
        ("chief", COUNTY, False),
        ("unit", COUNTY, False),
    ],
)
def test_the_book_is_run_by_an_office_of_the_level_or_above_whose_area_has_the_place(role, division, runs):
    assert Actor("p", (post(division, role),)).runs_the_book(VILLAGE, Level.COUNTY) is runs


def test_of_two_offices_in_one_place_one_runs_the_book_and_the_next_above_is_of_the_place_above():
    second = post("360222000000", "office", UnitRef(id="u-second", name="第二林长办"))
    roster = Roster([*POSTS, second.model_copy(update={"id": "360222000000-office-2"})])
    assert roster.office(VILLAGE, Level.COUNTY, TODAY).id == "u-second"
    assert roster.office_above(UnitRef(id="u-second", name="?"), VILLAGE, TODAY).id == CITY.id
    assert roster.office_above(UnitRef(id="u-nobody", name="?"), VILLAGE, TODAY) is None
    assert roster.office_above(CITY, VILLAGE, TODAY) is None


def test_posts_answer_in_one_order_however_the_roster_is_read():
    areas = ["360222104201-g1", VILLAGE, TOWN, COUNTY]
    assert Roster(reversed(POSTS)).answerable(areas, TODAY) == ROSTER.answerable(areas, TODAY)


def test_a_person_is_called_as_the_roster_does_and_acts_by_the_posts_of_the_day():
    before = post("360222000000", "office", COUNTY_OFFICE, held_to=TODAY)
    roster = Roster([before])
    today, tomorrow = roster.actor(OFFICE, TODAY), roster.actor(OFFICE, TODAY + timedelta(days=1))
    assert ([one.id for one in today.posts], tomorrow.posts) == ([before.id], ())
    assert (today.name, tomorrow.name, roster.actor("p-nobody", TODAY).posts) == ("浮梁县某岗位", None, ())
    assert (today.of_unit(COUNTY_OFFICE), today.of_unit(STATION), today.of_unit(None)) == (True, False, False)


def test_an_office_that_leaves_the_roster_and_has_no_successor_stays_the_office():
    without = Roster(one for one in POSTS if one.role != "office")
    case = case_in("assigned")
    assert stepped(case, "refer", act_of(case, OFFICE), without).office == COUNTY_OFFICE


RULES = LAW.seen.on(TODAY)


def test_kinds_that_need_no_plan_need_none_in_any_campaign():
    for kind in ("waste", "damaged_board", "dead_pines", "pests", "old_tree_hurt", "directive"):
        assert not campaign_of(SHIELD).needs_plan(kind, RULES)
    assert campaign_of(SHIELD).needs_plan("felling", RULES)
    assert not campaign_of("daily-2020").needs_plan("felling", RULES)


def test_a_campaign_of_a_kind_that_there_is_not_is_named_and_not_taken_for_one_of_other_problems():
    text = amended(CAMPAIGNS, {"campaigns": {SHIELD: {"kinds": ["felling", "fellling"]}}})
    with pytest.raises(Faulty) as refused:
        read_law(text, CAMPAIGNS.name, CAMPAIGNS.rules)
    ((field, rule),) = [(one.field, str(one.rule)) for one in refused.value.faults]
    assert (field, rule[:24]) == (f"campaigns.{SHIELD}.kinds.1", "must be one of: fire, il")


@pytest.mark.parametrize(
    ("id", "years"),
    [
        ("daily-2020", (2020,)),
        ("daily-20200", None),
        ("daily-020", None),
        ("daily-二〇二〇", None),
        ("weekly-2020", None),
    ],
)
def test_everyday_work_is_a_campaign_of_each_year(id, years):
    found = find(id)
    assert (found and found.years) == years


def test_a_campaign_is_held_in_each_of_its_places():
    both = campaign_of(SHIELD).model_copy(update={"scope": (Division("360281000000"), TOWN)})
    held = [problem_of_scope(both, place) is None for place in (VILLAGE, Division("360281101201"), NEXT_TOWN, COUNTY)]
    assert held == [True, True, False, False]


@pytest.mark.parametrize("state", ["assigned", "rectifying", "submitted", "accepted", "closed", "relapsed"])
def test_what_a_dissolved_unit_had_is_its_successors_or_goes_back_to_the_office(state):
    case = case_in(state)
    act, successor = act_of(case, OFFICE, LATER), UnitRef(id="u-360222105000", name="蛟潭镇")
    begun = state in ("assigned", "rectifying")
    word, passed = pass_to(case, act, successor, ROSTER)
    assert (word, passed.state, passed.unit) == (
        ("reassign", "assigned", successor) if begun else ("succeed", state, successor)
    )
    assert (passed.due_on, passed.assigned_at) == (case.due_on, LATER if begun else case.assigned_at)
    if begun or state == "relapsed":
        word, back = pass_to(case, act, None, ROSTER)
        assert (word, back.state, back.unit, back.due_on, back.assigned_at) == (
            "take_back",
            "verified",
            None,
            None,
            None,
        )
        assert back.owner.unit == COUNTY_OFFICE


@pytest.mark.parametrize(
    ("tiers", "level"),
    [
        ((Level.CITY, Level.COUNTY), Level.COUNTY),
        ((Level.COUNTY, Level.CITY), Level.COUNTY),
        ((Level.CITY,), Level.CITY),
    ],
)
def test_the_lowest_tier_of_a_campaign_runs_its_book(tiers, level):
    assert campaign_of(SHIELD).model_copy(update={"tiers": tiers}).office_level == level


def test_a_cause_named_before_a_relapse_stands_unless_another_is_named_at_the_next_close():
    accepted = case_in("accepted", cause="profit")
    assert decide(accepted, CloseCase, OFFICE).case.cause == "profit"
    assert decide(accepted, CloseCase, OFFICE, cause="natural").case.cause == "natural"


def test_a_transfer_to_a_place_without_an_office_is_refused_by_field():
    county_alone = Roster(one for one in POSTS if one.division != "360200000000")
    case = case_in("verified")
    act = act_of(case, OFFICE)
    ended = Roster(
        one.model_copy(update={"ended_on": date(2020, 6, 14)}) if one.role == "office" else one for one in POSTS
    )
    asked = TransferCase(case_id=case.ref.id, division="360222105000", reason="属蛟潭镇")
    assert make(case, act, asked, county_alone)[0].case.office == COUNTY_OFFICE
    with pytest.raises(Problem) as refused:
        make(case, act, asked, ended)
    assert [error["field"] for error in refused.value.errors] == ["division"]
