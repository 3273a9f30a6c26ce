"""Who is told what, as one table, and in which words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.cases import CaseAssigned, CaseClosed, CaseOpened, CaseOverdue
from contracts.patrol import AlarmRaised
from contracts.roster import Appointment
from contracts.wiring import HEARS, is_reference
from services.cases import case as cases
from services.cases.post import Posts as CasePosts
from services.notify import telling, text
from services.notify.telling import Fate, Posts, RuleRefused, fate_of, recipients
from services.runtime.posts import reference
from tests.cases.world import COUNTY_OFFICE, OFFICE, POSTS, STATION, UNIT, incident
from tests.posts import OF_ONE_COUNTY, chief

NOW = datetime(2020, 6, 15, 2, 0, tzinfo=UTC)
DAY = date(2020, 6, 15)
CASE = cases.open_case(incident(), "2020-360222-000001", 1, CasePosts(POSTS), NOW)
ASSIGNED = CASE.model_copy(
    update={"state": "assigned", "unit": STATION, "owner": cases.Owner(unit=STATION, due_on=date(2020, 7, 1))}
)
RANGER, VILLAGE_CHIEF = "p-360222104201-g1-ranger", "p-360222104201-village-chief"
TOWN_CHIEF, COUNTY_CHIEF = "p-360222104000-chief", "p-360222000000-chief"


def told_of(kind, case=CASE, **more):
    return kind(case=case, by="cases", at=NOW, **more)


def keys(told, posts=POSTS):
    return [key for _, key in (one.key for one in recipients(told, Posts(posts), DAY))]


OVERDUE = told_of(CaseOverdue, ASSIGNED, overdue_since=date(2020, 6, 14))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (told_of(CaseOpened), [RANGER, VILLAGE_CHIEF, TOWN_CHIEF, OFFICE]),
        (told_of(CaseAssigned, ASSIGNED), [VILLAGE_CHIEF, UNIT]),
        (OVERDUE, [VILLAGE_CHIEF, UNIT]),
        (told_of(CaseClosed, ASSIGNED), [RANGER, VILLAGE_CHIEF, UNIT]),
        (AlarmRaised(incident=incident(kind="fire")), [RANGER, VILLAGE_CHIEF, TOWN_CHIEF, COUNTY_CHIEF]),
    ],
)
def test_each_fact_is_told_to_whom_it_concerns(told, expected):
    assert keys(told) == expected


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


def test_who_holds_several_of_the_posts_is_told_once():
    assert keys(told_of(CaseOpened), with_village_chief(held(RANGER))) == [RANGER, TOWN_CHIEF, OFFICE]


@pytest.mark.parametrize(
    ("age", "to", "fate"),
    [(0, True, Fate.TOLD), (7, True, Fate.TOLD), (8, True, Fate.OLD), (8, False, Fate.OLD), (0, False, Fate.NOBODY)],
)
def test_old_facts_and_facts_that_concern_nobody_tell_nobody(age, to, fate):
    told = told_of(CaseOpened)
    whom = recipients(told, Posts(POSTS), DAY) if to else ()
    assert fate_of(told, whom, NOW + timedelta(days=age)) is fate


def test_the_words_say_what_where_who_and_by_when_and_what_people_wrote_is_only_text():
    case = CASE.model_copy(update={"text": "$office {0} <b>"})
    title, body = text.words_of(told_of(CaseOpened, case))
    assert title == "新问题 2020-360222-000001：林木采伐问题"
    assert body == (
        "浮梁县三龙镇双龙村 发现林木采伐问题（较重），发现时间 2020年06月14日 11:00。$office {0} <b>\n"
        f"请 {COUNTY_OFFICE.name} 核实，2020-06-18 前办理。"
    )


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "told", [told_of(CaseOpened), told_of(CaseClosed), OVERDUE, AlarmRaised(incident=incident(kind="fire"))]
)
def test_every_fact_has_its_words_in_both_languages(told, language):
    title, body = text.words_of(told, language)
    assert title
    assert "$" not in title + body


def test_every_fact_that_is_told_has_a_rule():
    assert set(telling.RULES.facts) == {message.name for message in HEARS["notify"] if not is_reference(message)}


@pytest.mark.parametrize(
    ("posts", "units", "said"),
    [
        (["emperor@village"], [], "'emperor' is not one of"),
        (["ranger@moon"], [], "'moon' is not one of"),
        ([], ["army"], "not 'army'"),
    ],
)
def test_a_word_that_means_nothing_is_named_at_start(tmp_path, posts, units, said):
    file = tmp_path / "telling.json"
    file.write_text(
        telling.json.dumps(
            {
                "old_after_days": 7,
                "language": "zh-CN",
                "acts_for_its_unit": [],
                "facts": {"cases.opened.v1": {"posts": posts, "units": units}},
            }
        )
    )
    with pytest.raises(RuleRefused, match=said):
        telling.Rules.read(file)
