"""Who is told where there is a choice: of several posts, of one person's, of units that a fact names or does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import CaseAssigned, CaseClosed, CaseOpened, Owner
from contracts.roster import Appointment
from services.notify.audience.audience import Audience, recipients
from services.notify.audience.rule import TELLING
from services.runtime.reference.posts import reference
from tests.cases.county import COUNTY_OFFICE, OFFICE, POSTS, STATION, UNIT
from tests.cases.steps import case_in
from tests.notify.every_fact import HAPPENED
from tests.posts import TOWN, VILLAGE, chief
from tests.servers import NOW

DAY = date(2020, 6, 15)
ASSIGNED, REGISTERED = case_in("assigned"), case_in("registered")
RANGER, VILLAGE_CHIEF, TOWN_CHIEF = "p-360222104201-g1-ranger", "p-360222104201-village-chief", "p-360222104000-chief"


def of(kind, case=ASSIGNED, **more):
    return kind(case=case, by="cases", at=NOW, **more)


def told(fact, posts=POSTS, day=DAY):
    return [one.person.id if one.person else one.unit.id for one in recipients(fact, Audience(posts), day)]


def with_post(id, **changes):
    return tuple(post.model_copy(update=changes) if post.id == id else post for post in POSTS)


def held(person, **days):
    about = {"held_from": date(2019, 1, 1), "recorded_at": datetime(2019, 1, 1, tzinfo=UTC), **days}
    return Appointment(person={"id": person, "name": "某人"}, **about)


def test_it_does_not_matter_in_which_order_posts_are_known():
    station = next(post for post in POSTS if post.id == "360222104000-unit")
    second = station.model_copy(update={"id": "360222104000-unit-2", "appointments": (held("p-second"),)})
    for posts in ((*POSTS, second), (second, *reversed(POSTS))):
        assert told(of(CaseAssigned), posts) == [VILLAGE_CHIEF, UNIT, "p-second"]
        assert told(HAPPENED["alarmed"], posts) == [RANGER, VILLAGE_CHIEF, TOWN_CHIEF, "p-360222000000-chief"]


def test_who_holds_several_posts_is_told_by_the_first_of_them():
    posts = with_post("360222104201-village-chief", appointments=(held(RANGER),))
    found = recipients(of(CaseOpened, REGISTERED), Audience(posts), DAY)
    assert [(one.post_id, one.key[1]) for one in found] == [
        ("360222104201-g1-ranger", RANGER),
        ("360222104000-chief", TOWN_CHIEF),
        ("360222000000-office", OFFICE),
    ]


def test_the_unit_of_vacant_posts_is_told_once_and_beside_a_person_of_the_same_name():
    same = next(post.unit.id for post in POSTS if post.id == "360222104201-village-chief")
    posts = tuple(
        post.model_copy(update={"appointments": (held(same),) if post.id == "360222104000-chief" else ()})
        if post.id in ("360222104201-village-chief", "360222104000-chief", "360222104201-g1-ranger")
        else post
        for post in POSTS
    )
    assert told(of(CaseOpened, REGISTERED), posts) == [same, same, OFFICE]


@pytest.mark.parametrize(
    ("ended_on", "appointments", "through"),
    [
        (None, (held("p-u"),), "p-u"),
        (None, (), STATION.id),
        (DAY, (held("p-u"),), "p-u"),
        (DAY - timedelta(days=1), (held("p-u"),), STATION.id),
        (None, (held("p-u", held_to=DAY),), "p-u"),
        (None, (held("p-u", held_to=DAY - timedelta(days=1)),), STATION.id),
    ],
)
def test_a_unit_is_told_through_a_post_that_stands_and_is_held_that_day_and_else_itself(
    ended_on, appointments, through
):
    posts = with_post("360222104000-unit", ended_on=ended_on, appointments=appointments)
    assert told(of(CaseAssigned), posts) == [VILLAGE_CHIEF, through]


def test_a_person_reads_for_a_unit_by_any_of_its_posts_that_acts_for_it():
    station = next(post for post in POSTS if post.id == "360222104000-unit")
    second = station.model_copy(update={"id": "360222104000-unit-2", "appointments": (held("p-second"),)})
    ranger = station.model_copy(update={"id": "r", "role": "ranger", "appointments": (held("p-third"),)})
    posts = Audience((*POSTS, second, ranger))
    assert [posts.units_of(one, DAY) for one in (UNIT, "p-second", "p-third")] == [[STATION.id], [STATION.id], []]
    assert told(of(CaseAssigned), (*POSTS, second, ranger)) == [VILLAGE_CHIEF, UNIT, "p-second"]


def test_a_post_that_has_ended_is_told_of_nothing_and_its_last_day_is_one_of_its_own():
    for ended_on, who in ((DAY, [VILLAGE_CHIEF, UNIT]), (DAY - timedelta(days=1), [TOWN_CHIEF, UNIT])):
        assert told(of(CaseAssigned), with_post("360222104201-village-chief", ended_on=ended_on)) == who


def test_a_post_that_is_not_known_is_passed_over():
    assert told(of(CaseAssigned), [post for post in POSTS if post.role != "village_chief"]) == [TOWN_CHIEF, UNIT]


def test_where_nobody_answers_now_those_are_told_who_answered_when_it_occurred():
    then = reference(chief("then", "village_chief", VILLAGE), DAY)
    now = reference(chief("town-2", "chief", TOWN), DAY)
    posts = (*POSTS, chief("then", "village_chief", VILLAGE), chief("town-2", "chief", TOWN))
    for acting, who in (((), "p-then"), ((now,), "p-town-2")):
        case = ASSIGNED.model_copy(update={"acting": acting, "answerable": (then,)})
        assert told(of(CaseAssigned, case), posts) == [who, UNIT]


def test_who_changed_hands_is_told_where_it_is_the_nearest_chief_or_a_ranger():
    fact = HAPPENED["passed_on"]
    ranger, village, town = (
        next(ref for ref in fact.case.acting if ref.role == role) for role in ("ranger", "village_chief", "chief")
    )
    for posts, who in (((ranger, village, town), [RANGER, VILLAGE_CHIEF]), ((town,), []), ((ranger,), [RANGER])):
        assert told(fact.model_copy(update={"posts": posts})) == who


def test_a_plan_that_names_no_approver_is_decided_by_the_office():
    assert told(HAPPENED["plan_submitted"].model_copy(update={"approver": None})) == [OFFICE]


@pytest.mark.parametrize(
    ("happened", "case", "who"),
    [
        # The holder is the unit, else the office; the assignee is the unit while it must act.
        ("voided", {"unit": None}, [VILLAGE_CHIEF, OFFICE]),
        ("voided", {}, [VILLAGE_CHIEF, UNIT]),
        ("imported", {}, [UNIT]),
        ("imported", {"owner": Owner(unit=COUNTY_OFFICE, due_on=DAY)}, []),
        ("imported", {"owner": None}, []),
        ("imported", {"unit": None}, []),
        ("overdue", {"owner": None}, [VILLAGE_CHIEF]),
        ("sent_back", {"unit": None}, []),
    ],
)
def test_a_unit_that_a_case_does_not_have_is_not_told(happened, case, who):
    fact = HAPPENED[happened]
    assert told(fact.model_copy(update={"case": fact.case.model_copy(update=case)})) == who


def test_an_answer_is_of_its_rule_its_posts_its_units_and_its_day():
    posts = Audience(with_post("360222104201-village-chief", appointments=(held("p-a", held_to=DAY),)))
    other = ASSIGNED.model_copy(update={"unit": COUNTY_OFFICE})
    asked = [(of(CaseAssigned), 0), (of(CaseAssigned), 1), (of(CaseClosed), 0), (of(CaseAssigned, other), 0)]
    found = [
        [one.key[1] for one in recipients(fact, posts, DAY + timedelta(days=later))] for fact, later in [*asked, *asked]
    ]
    unit = next(post.unit.id for post in POSTS if post.id == "360222104201-village-chief")
    assert found[:4] == found[4:] == [["p-a", UNIT], [unit, UNIT], [RANGER, "p-a", UNIT], ["p-a", OFFICE]]


def test_units_are_told_through_their_own_posts_and_their_offices():
    rules = TELLING.shipped.newest
    assert (rules.acts_for_its_unit, rules.language, rules.old_after) == (
        ("unit", "office"),
        "zh-CN",
        timedelta(days=7),
    )
