"""The law of campaigns: what an office may not write, and what a text that is taken up does to what is open."""

from datetime import UTC, date, datetime

import pytest

from contracts.cases import GiveNotice, ShowWords
from contracts.every_service import TakeUpLaw
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN
from contracts.law.lines import Faulty
from contracts.law.reading import read_law
from services.cases.case.demands import problem_of_plan
from services.cases.law.campaign import LAW, campaign_of, find
from services.cases.service import cases
from services.runtime.answering.laws import answering_of
from services.runtime.problem import Problem
from tests.cases.book import ask, opened
from tests.cases.county import OFFICE, incident
from tests.cases.steps import case_in, decide
from tests.laws import amended, taken_up, under
from tests.telling import asking

SHIELD = "green-shield-2018"
BEFORE = datetime(2020, 6, 30, 15, 59, 59, 999_999, tzinfo=UTC)
"""The last instant of 30 June in China."""
AFTER = datetime(2020, 6, 30, 16, 0, tzinfo=UTC)
JUNE, JULY = date(2020, 6, 30), date(2020, 7, 1)
OTHERWISE = {"notice_working_days": 10, "threshold_percent": 60}
AMENDMENT = {"from_on": "2020-07-01", "version": "2020-2", "source": "一项新的规定", "campaigns": {SHIELD: OTHERWISE}}


@pytest.mark.parametrize(
    ("campaign", "field", "rule"),
    [
        ({"kinds": ["fellling"]}, ".kinds.0", "one_of"),
        ({"tiers": []}, ".tiers", "too_short"),
        ({"tiers": ["city"], "plan_approver": "county"}, "", "one_of"),
        ({"checklist": "long"}, ".checklist", "literal_error"),
        ({"scope": ["3602"]}, ".scope.0", None),
        ({"threshold_percent": 101}, ".threshold_percent", "less_than_equal"),
        ({"threshold_percent": 66.66666}, ".threshold_percent", None),
    ],
)
def test_what_a_campaign_cannot_be_is_named_by_its_field(campaign, field, rule):
    with pytest.raises(Faulty) as refused:
        read_law(amended(LAW, {"campaigns": {SHIELD: campaign}}), LAW.name, LAW.rules)
    assert [(one.field, rule and one.rule.code) for one in refused.value.faults] == [
        (f"campaigns.{SHIELD}{field}", rule)
    ]


def test_a_campaign_looks_back_at_none_that_there_is_not():
    with pytest.raises(Faulty) as refused:
        read_law(amended(LAW, {"campaigns": {SHIELD: {"looks_back_at": ["green-shield-2016"]}}}), LAW.name, LAW.rules)
    assert [one.rule.code for one in refused.value.faults] == ["campaign_known"]


@pytest.mark.parametrize(("at", "day", "until"), [(BEFORE, JUNE, date(2020, 7, 7)), (AFTER, JULY, date(2020, 7, 15))])
def test_an_open_case_is_made_public_for_the_days_that_its_campaign_has_on_the_day_of_the_move(at, day, until):
    with under(LAW, day, amendments=[AMENDMENT]):
        told = decide(case_in("accepted", campaign=SHIELD), GiveNotice, OFFICE, at, cause="profit")
    assert told.case.notice_until == until


def test_a_notice_that_runs_keeps_the_day_that_was_told():
    told = decide(case_in("accepted", campaign=SHIELD), GiveNotice, OFFICE, BEFORE, cause="profit")
    with under(LAW, JULY, amendments=[AMENDMENT]):
        assert told.case.notice_until == told.case.owner.due_on == date(2020, 7, 7)


def test_a_plan_is_asked_of_open_cases_from_the_day_on_which_their_campaign_has_one_approved():
    case = case_in("verified", campaign="forest-fire-offences", kind="fire")
    amendment = {**AMENDMENT, "campaigns": {"forest-fire-offences": {"plan_approver": "county"}}}
    asked = []
    for day in (JUNE, JULY):
        with under(LAW, day, amendments=[amendment]):
            asked.append(problem_of_plan(case) is not None)
    assert asked == [False, True]


def test_a_campaign_that_an_amendment_ends_still_has_its_cases():
    with under(LAW, JULY, amendments=[{**AMENDMENT, "campaigns": {SHIELD: None}}]):
        assert campaign_of(SHIELD).name == "绿盾2018"
        assert find("green-shield-2016") is None


async def test_a_campaign_that_was_added_is_one_of_those_that_there_are(tx):
    new = {"name": "绿盾2020", "name_en": "Green Shield 2020", "tiers": ["county"], "checklist": "full"}
    campaigns = {"green-shield-2020": {**new, "notice_working_days": 5}}
    await taken_up(tx, cases.laws, LAW, campaigns=campaigns)
    named = (await ask(tx, ShowWords())).body.campaigns
    assert [one.words for one in named if one.campaign == "green-shield-2020"] == ["绿盾2020"]
    assert campaign_of("green-shield-2020").office_level == "county"


async def test_a_text_without_a_campaign_that_there_was_is_not_taken_up(tx):
    text = amended(LAW, {"campaigns": {SHIELD: None, "yangtze-audit": None}})
    with pytest.raises(Problem) as refused:
        await answering_of("cases", cases.laws)[TakeUpLaw](tx, asking(TakeUpLaw(text=text), OPERATOR, UNKNOWN, tx.now))
    ((field, rule),) = [(error["field"], error["rule"]) for error in refused.value.errors]
    assert (field, rule.code, rule.figures) == ("text", "law_keeps", {"names": f"{SHIELD}, yangtze-audit"})


async def test_before_it_is_taken_up_it_is_said_which_open_cases_would_lack_something(tx):
    first, second = [fact.case.ref.number for fact in await opened(tx, incident(1), incident(2))]
    plan = amended(LAW, {"daily": {"plan_approver": "county"}})
    answers = answering_of("cases", cases.laws, cases.weighing)
    told = (await answers[TakeUpLaw](tx, asking(TakeUpLaw(text=plan), OPERATOR, UNKNOWN, tx.now))).body.outcome
    assert [(one.kind, one.appear, one.vanish, set(one.first)) for one in told.effects] == [
        ("plan_not_approved", 2, 0, {f"+ {first}", f"+ {second}"})
    ]
    assert (told.looked_at, told.of) == (2, 2)
