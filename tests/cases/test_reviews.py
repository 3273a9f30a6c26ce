"""Reviews (G2): of what, of which cases, and a look-back that nobody makes is pressed like any other duty."""

from datetime import date

import pytest

from contracts.cases import LadderStopped, ListCases, PassLookBack, RecordReview, RelapseCase, ShowHistory, VerifyCase
from services.cases.ladder import clock as ladder_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import COUNTY_OFFICE, OFFICE, incident
from tests.cases.test_entering import CLOSED, SHIELD, importing, row
from tests.telling import answered, asking

GUIDANCE = {"kind": "guidance", "subject": "campaigns", "division": FULIANG, "scope": "全县抽查", "sample": 20}
FOUND = {"kind": "felling", "division": "360222104201", "place": "三龙镇", "text": "无证采伐"}
SUBJECTS = ("resource_management", "forest_inspection", "campaigns", "afforestation", "under_forest_projects")


async def closed_and_open(tx):
    """A closed case of the campaign, one that is open, and an everyday one."""
    told = (await ask(tx, importing(row("1", **CLOSED), row("2")))).news
    return *(fact.case.ref for fact in told), (await opened(tx, incident(1)))[0].case.ref


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_a_review_is_about_one_of_the_five_subjects(tx, subject):
    answer = await ask(tx, RecordReview(**{**GUIDANCE, "subject": subject}))
    assert (answer.body.subject, answer.body.on) == (subject, date(2020, 6, 15))


async def test_a_review_that_does_not_say_of_what_is_refused(tx):
    with pytest.raises(Problem) as refused:
        await ask(tx, RecordReview(**{**GUIDANCE, "subject": None}))
    assert [error["field"] for error in refused.value.errors] == ["subject"]


async def test_a_review_of_no_campaign_opens_everyday_cases(tx):
    answer = await ask(tx, RecordReview(**{**GUIDANCE, "subject": "afforestation"}, findings=[FOUND]))
    assert answer.body.campaign == "daily-2020"
    assert [fact.case.campaign for fact in answer.news[1:]] == ["daily-2020"]


async def test_the_cases_of_a_sample_show_the_review_in_their_history(tx):
    closed, still_open, _ = await closed_and_open(tx)
    asked = RecordReview(**GUIDANCE, campaign=SHIELD, sampled=[still_open.id, closed.id])
    review = (await ask(tx, asked)).body
    assert review.sampled == (still_open, closed)
    for ref in (closed, still_open):
        assert (await ask(tx, ShowHistory(case_id=ref.id))).body.reviews == (review,)


async def test_a_sample_is_of_the_campaign_of_the_place_and_no_more_than_were_looked_at(tx):
    closed, still_open, everyday = await closed_and_open(tx)

    async def refused(**said):
        with pytest.raises(Problem) as problem:
            await ask(tx, RecordReview(**{**GUIDANCE, "campaign": SHIELD, **said}))
        return [error["field"] for error in problem.value.errors]

    assert await refused(sampled=[everyday.id]) == ["sampled.0"]
    assert await refused(sampled=[closed.id, still_open.id], sample=1) == ["sampled"]
    assert await refused(sampled=[closed.id, closed.id]) == ["sampled"]
    assert await refused(sampled=[closed.id], division="360222105000") == ["sampled.0"]
    assert await refused(kind="look_back", sampled=[closed.id, still_open.id]) == ["sampled.1"]
    assert await refused(sampled=["4deb590f-728d-5a46-a94b-45f9639c0445"]) == ["case_id"]
    assert (await ask(tx, RecordReview(**{**GUIDANCE, "sample": 2}, sampled=[closed.id, everyday.id]))).body.sample == 2


async def pressed(tx, days):
    """The letters about look-backs issued on each of so many days on."""
    found = []
    for day in days:
        for fact in await ladder_clock.climb_the_ladder(later(tx, day)):
            if fact.letter.about == "look_back":
                found.append((day, fact.letter.rung, fact.letter.office.id, fact.letter.to))
    return found


async def test_a_look_back_that_is_due_is_listed_and_pressed_by_the_office_above_until_it_is_made(tx):
    """With all others from the 1st of September, within ten working days: by the 15th."""
    (fact,) = (await ask(tx, importing(row("1", **CLOSED)))).news
    assert fact.case.look_back_on == date(2020, 9, 1)
    case_id = fact.case.ref.id
    city = "u-360200000000-office"

    async def listed(day, due):
        answer = await answered(
            cases, later(tx, day), asking(ListCases(look_back_due=due), OFFICE, FULIANG, later(tx, day).now)
        )
        return answer.body.total

    assert [await listed(day, due) for day in (77, 78) for due in (True, False)] == [0, 1, 1, 0]
    assert await pressed(tx, range(77, 100)) == [
        (85, "reminder", city, COUNTY_OFFICE),
        (92, "letter", city, COUNTY_OFFICE),
        (99, "supervision_letter", city, COUNTY_OFFICE),
    ]
    passed = await ask(later(tx, 101), PassLookBack(case_id=case_id))
    stopped = [told for told in passed.news if isinstance(told, LadderStopped)]
    assert [(told.about, told.last_rung) for told in stopped] == [("look_back", "supervision_letter")]
    assert await pressed(tx, range(101, 160)) == []


async def test_a_relapse_ends_the_pressing_for_a_look_back(tx):
    (fact,) = (await ask(tx, importing(row("1", **CLOSED)))).news
    assert len(await pressed(tx, [85])) == 1
    await ask(later(tx, 86), RelapseCase(case_id=fact.case.ref.id, why="recurrence", reason="又见"))
    assert await pressed(tx, range(86, 140)) == []


async def test_a_case_that_is_open_is_not_due_to_be_looked_back_at(tx):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    assert (await ask(later(tx, 400), ListCases(look_back_due=True))).body.total == 0
