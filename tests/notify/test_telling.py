"""Who is told what, as one table, and in which words."""

from datetime import timedelta

import pytest

from contracts import cases
from contracts.cases import CaseAssigned, CaseClosed, CaseOpened
from contracts.language.division import Division
from contracts.language.values import AreaRef
from contracts.patrol import AlarmRaised, DutyMet
from contracts.roster import PostStated
from contracts.wiring.table import HEARS
from services.notify.audience.audience import Audience, concerns_anybody, recipients
from services.notify.telling import text
from services.notify.telling.telling import TellingFate, fate_of
from services.notify.telling.text import words_of
from services.runtime.reference.posts import reference
from tests.cases.county import COUNTY_OFFICE, OFFICE, POSTS, UNIT, incident
from tests.notify.every_fact import DUTY, HAPPENED, SUBMITTED, checked, judged
from tests.notify.told import (
    ASSIGNED,
    CASE,
    CITY,
    CITY_OFFICE,
    COUNTY_CHIEF,
    DAY,
    NOW,
    RANGER,
    TOWN_CHIEF,
    VILLAGE_CHIEF,
    keys,
    told_of,
)
from tests.posts import COUNTY, TOWN, chief

TO = {
    "plot_on_natural_forest": [VILLAGE_CHIEF, OFFICE],
    "clearance_verified": [VILLAGE_CHIEF, UNIT],
    "plot_not_cleared": [VILLAGE_CHIEF, UNIT, OFFICE],
    "first_step_due": [RANGER, VILLAGE_CHIEF],
    "first_step_missed": [VILLAGE_CHIEF, TOWN_CHIEF, OFFICE],
    "finding": [VILLAGE_CHIEF, OFFICE],
    "finding missed": [VILLAGE_CHIEF, OFFICE],
    "finding without a day": [COUNTY_CHIEF, OFFICE],
    "finding settled": [],
    "directive_fulfilled": [TOWN_CHIEF],
    "duty_due_soon": [VILLAGE_CHIEF],
    "duty_missed": [VILLAGE_CHIEF],
    "duty_vacant": [VILLAGE_CHIEF],
    "duty_met": [VILLAGE_CHIEF],
    "judged": [VILLAGE_CHIEF],
    "judged anew": [VILLAGE_CHIEF],
    "unfinished": [VILLAGE_CHIEF],
    "appealed": [OFFICE],
    "appeal_decided": [VILLAGE_CHIEF],
    "appeal_decided upheld": [VILLAGE_CHIEF],
    "alarmed": [RANGER, VILLAGE_CHIEF, TOWN_CHIEF, COUNTY_CHIEF],
    "opened": [RANGER, VILLAGE_CHIEF, TOWN_CHIEF, OFFICE],
    "imported": [UNIT],
    "imported verified": [],
    "imported closed": [],
    "reopened": [VILLAGE_CHIEF, OFFICE],
    "assigned": [VILLAGE_CHIEF, UNIT],
    "returned": [OFFICE],
    "reassigned": [VILLAGE_CHIEF, "p-360222105000-unit"],
    "plan_submitted": [OFFICE],
    "plan_submitted to the city": [CITY_OFFICE],
    "plan_refused": [UNIT],
    "plan_approved": [UNIT],
    "extension_asked": [OFFICE],
    "extension_granted": [UNIT],
    "extension_refused": [UNIT],
    "no_violation_shown": [OFFICE],
    "submitted": [OFFICE],
    "sent_back": [UNIT],
    "accepted": [OFFICE],
    "objected": [OFFICE],
    "objection_upheld": [VILLAGE_CHIEF, UNIT],
    "overdue": [VILLAGE_CHIEF, UNIT],
    "letter_issued": [VILLAGE_CHIEF, UNIT],
    "handed_up": [CITY_OFFICE],
    "closed": [RANGER, VILLAGE_CHIEF, UNIT],
    "look_back_due": [OFFICE],
    "relapsed": [VILLAGE_CHIEF, UNIT, OFFICE],
    "voided": [VILLAGE_CHIEF, UNIT],
    "voided before a unit had it": [VILLAGE_CHIEF, OFFICE],
    "merged": [VILLAGE_CHIEF, UNIT],
    "deadline_kept": [UNIT],
    "transferred": [VILLAGE_CHIEF, UNIT, OFFICE],
    "revised": [VILLAGE_CHIEF, UNIT],
    "passed_on": [VILLAGE_CHIEF],
    "passed_on above": [],
    "referred": ["u-police"],
    "referral_acknowledged": [OFFICE],
    "referral_concluded": [OFFICE],
}
"""Who must act next, or need not any more: the unit, the office that must decide, the chief who stands nearest."""


@pytest.mark.parametrize("happened", TO)
def test_each_fact_is_told_to_whom_it_concerns(happened):
    assert keys(HAPPENED[happened]) == TO[happened]


@pytest.mark.parametrize(
    ("told", "concerns"),
    [
        (checked("verified", None), False),
        (checked("sent_back", DAY), True),
        (judged("valid", "pending"), False),
        (judged("pending", "valid"), False),
        (judged("invalid", "pending"), True),
        (judged("valid", "invalid"), True),
        (DutyMet(duty=DUTY, at=NOW, done=2, before="open", holder=None), False),
        (DutyMet(duty=DUTY, at=NOW, done=2, before="missed", holder=None), True),
        (DutyMet(duty=DUTY, at=NOW, done=2, before="vacant", holder=None), True),
    ],
)
def test_of_what_goes_as_it_should_nobody_is_told_unless_it_corrects_what_they_were_told(told, concerns):
    assert concerns_anybody(told) is concerns


def test_a_verdict_is_told_with_what_the_patrol_lacks_in_the_time_of_china():
    title, body = words_of(HAPPENED["judged"])
    assert title == "巡护判为无效：巡护"
    assert "2020年06月15日 00:00" in body
    assert "行进 20 分钟，须 30 分钟；行进 900 米，须 2000 米" in body
    assert words_of(HAPPENED["judged anew"])[0] == "更正，巡护有效：巡护"


def test_every_fact_that_is_told_is_in_the_table():
    words = {message.name.split(".")[1] for message in HEARS["notify"] if message is not PostStated}
    assert {happened.split()[0] for happened in TO} == words
    assert HAPPENED.keys() == TO.keys()


def test_an_acceptor_above_is_told_where_the_office_put_it_right_itself():
    case = SUBMITTED.model_copy(update={"unit": COUNTY_OFFICE, "owner": cases.Owner(unit=CITY, due_on=DAY)})
    assert keys(HAPPENED["submitted"].model_copy(update={"case": case})) == [CITY_OFFICE]


def test_the_unit_of_an_old_case_hears_of_it_only_while_it_must_act():
    case = SUBMITTED.model_copy(update={"owner": cases.Owner(unit=COUNTY_OFFICE, due_on=DAY)})
    assert keys(HAPPENED["imported"].model_copy(update={"case": case})) == []


def test_a_place_without_a_division_is_named_by_its_first_area():
    areas = tuple(AreaRef(id=id, kind="reserve", name=id, division=COUNTY) for id in ("first", "second"))
    told = AlarmRaised(incident=incident(kind="fire").model_copy(update={"areas": areas}))
    assert text.words_of(told)[1].startswith("first 发现")


def alarm(*areas):
    found = incident(kind="fire")
    return AlarmRaised(incident=found.model_copy(update={"areas": (*areas, *found.areas)}))


def test_an_alarm_goes_two_tiers_up_and_no_further():
    city = chief("city", "chief", Division("360200000000"))
    assert keys(alarm(), (*POSTS, city)) == TO["alarmed"]
    without_village = [post for post in POSTS if post.role != "village_chief"]
    assert keys(alarm(), (*without_village, city)) == [RANGER, TOWN_CHIEF, COUNTY_CHIEF, "p-city"]


def test_an_alarm_reaches_whoever_is_chief_there_by_whatever_title_and_each_special_area():
    chiefs = (
        chief("town", "general_chief", TOWN),
        chief("county-deputy", "deputy_general_chief", COUNTY),
        chief("county", "general_chief", COUNTY),
        chief("reserve", "chief", COUNTY, "reserve-1"),
    )
    others = [post for post in POSTS if post.role in ("village_chief", "ranger")]
    reserve = AreaRef(id="reserve-1", kind="reserve", name="自然保护区", division=COUNTY)
    assert keys(alarm(reserve), (*others, *chiefs)) == [RANGER, VILLAGE_CHIEF, "p-town", "p-reserve", "p-county"]


def test_of_a_new_case_the_towns_chief_hears_by_whatever_title():
    town = chief("town", "general_chief", TOWN)
    case = CASE.model_copy(update={"acting": (*CASE.acting[:3], reference(town, DAY))})
    assert keys(told_of(CaseOpened, case), (*POSTS, town)) == [RANGER, VILLAGE_CHIEF, "p-town", OFFICE]


def test_answers_are_remembered_by_rule_posts_units_and_day():
    posts = Audience(POSTS)
    asked = [told_of(CaseAssigned, ASSIGNED), told_of(CaseClosed, ASSIGNED), told_of(CaseAssigned, CASE)]
    again = [[one.key[1] for one in recipients(told, posts, DAY)] for told in [*asked, *asked]]
    assert again[:3] == again[3:] == [[VILLAGE_CHIEF, UNIT], [RANGER, VILLAGE_CHIEF, UNIT], [VILLAGE_CHIEF]]


@pytest.mark.parametrize(
    ("age", "to", "fate"),
    [
        (timedelta(0), True, TellingFate.TOLD),
        (timedelta(days=7), True, TellingFate.TOLD),
        (timedelta(days=7, microseconds=1), True, TellingFate.OLD),
        (timedelta(days=8), False, TellingFate.OLD),
        (timedelta(0), False, TellingFate.NOBODY),
    ],
)
def test_old_facts_and_facts_that_concern_nobody_tell_nobody(age, to, fate):
    told = told_of(CaseOpened)
    whom = recipients(told, Audience(POSTS), DAY) if to else ()
    assert fate_of(told, whom, NOW + age) is fate
