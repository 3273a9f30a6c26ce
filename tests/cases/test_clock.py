"""What waits for the clock and when it is taken: on its day, not before, the earliest first, and once."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.cases import (
    AcceptCase,
    ApprovePlan,
    AssignCase,
    DismissCase,
    GiveNotice,
    ListCases,
    RegisterCase,
    ShowAges,
    SubmitCase,
    SubmitPlan,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.roster import PostStated
from services.cases.case import clock as case_clock
from services.cases.case import due_store
from services.cases.ladder import clock as ladder_clock
from services.cases.post import store as post_store
from services.cases.post.post import Roster, handovers
from services.cases.scope import clock as scope_clock
from services.cases.service import cases
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, POSTS, STATION, UNIT, VILLAGE, incident, post
from tests.cases.steps import MEASURES, PROOFS, TODAY
from tests.cases.test_entering import CLOSED, FOUND, SHIELD, TO_UNIT, importing, row
from tests.telling import hear, heard


async def waiting(tx, *days):
    """How much waits for the clock on each of so many days on, by what waits at all."""
    return [{what: n for what, n in (await case_clock.due(later(tx, day))).items() if n} for day in days]


async def test_a_case_waits_from_its_rungs_day_and_is_overdue_from_the_day_after_its_own(tx):
    await opened(tx, incident(1))  # to be verified by the 18th, the third day on
    assert await waiting(tx, 2, 3, 4) == [{}, {"ladder": 1}, {"ladder": 1, "overdue": 1}]
    assert len(await case_clock.tell_overdue(later(tx, 4))) == 1
    assert await waiting(tx, 4) == [{"ladder": 1}]
    await ladder_clock.climb_the_ladder(later(tx, 4))
    assert await waiting(tx, 4) == [{}]


async def test_a_look_back_waits_from_its_day_until_it_is_called_for(tx):
    await ask(tx, importing(row("1", **CLOSED)))  # with all others on the 1st of September, 78 days on
    assert [one.get("look_backs") for one in await waiting(tx, 77, 78, 79)] == [None, 1, 1]
    assert await case_clock.call_for_look_backs(later(tx, 77)) == []
    assert len(await case_clock.call_for_look_backs(later(tx, 78))) == 1
    assert [one.get("look_backs") for one in await waiting(tx, 79)] == [None]


async def on_notice(tx):
    id = (await ask(tx, RegisterCase(**FOUND, campaign=SHIELD, found_on="2020-06-10"))).body.ref.id
    for command, by in (
        (VerifyCase(case_id=id), OFFICE),
        (AssignCase(case_id=id, unit=STATION, due_on="2020-07-01"), OFFICE),
        (SubmitPlan(case_id=id, measures=MEASURES), UNIT),
        (ApprovePlan(case_id=id), OFFICE),
        (SubmitCase(case_id=id, measures="已拆除", evidence=[EVIDENCE], proofs=PROOFS), UNIT),
        (AcceptCase(case_id=id), CHIEF),
        (GiveNotice(case_id=id, cause="no_permit"), OFFICE),
    ):
        await ask(tx, command, by)


async def test_a_notice_waits_from_the_day_after_its_last_and_is_not_overdue_meanwhile(tx):
    await on_notice(tx)  # to the 22nd, seven days on
    assert await waiting(tx, 7, 8, 30) == [{}, {"notices": 1}, {"notices": 1}]
    assert await case_clock.tell_overdue(later(tx, 30)) == []


@pytest.mark.parametrize("day", [8, 12])
async def test_a_notice_has_ended_on_the_day_after_its_last_however_late_the_clock_comes(tx, day):
    await on_notice(tx)
    (told,) = await case_clock.end_notices(later(tx, day))
    assert (told.on, told.case.closed_on, told.entries[0].on) == (date(2020, 6, 23),) * 3


def successor(held_from):
    """The village's chief, who is another from a day on."""
    before = post("360222104201", "village_chief", held_to=held_from - timedelta(days=1))
    after = post("360222104201", "village_chief", holder="p-new-chief").appointments[0]
    appointments = (*before.appointments, after.model_copy(update={"held_from": held_from}))
    return before.model_copy(update={"appointments": appointments})


async def test_a_handover_waits_from_the_first_day_of_the_new_holder(tx):
    (fact,) = await opened(tx, incident(1))
    changed = successor(TODAY + timedelta(days=2))
    await hear(cases, tx, [heard(PostStated(post=changed), "roster", sequence=2)])
    assert [one.get("handovers") for one in await waiting(tx, 1, 2, 3)] == [None, 1, 1]
    assert await scope_clock.pass_on(later(tx, 1)) == []
    (told,) = await scope_clock.pass_on(later(tx, 2))
    assert (told.case.ref, [one.holder.id for one in told.posts]) == (fact.case.ref, ["p-new-chief"])
    assert [one.get("handovers") for one in await waiting(tx, 3)] == [None]


async def test_handovers_are_taken_by_their_day_and_then_by_the_post(tx):
    expected = [(TODAY, "a"), (TODAY, "b"), (TODAY + timedelta(days=1), "a")]
    await post_store.expect_handovers(tx, [(id, day) for day, id in reversed(expected)])
    taken = []
    while (found := await post_store.handover(tx, TODAY + timedelta(days=1))) is not None:
        taken.append((found[1], found[0]))
        await post_store.handed_over(tx, found[0], found[1], None)
    assert taken == expected


async def test_a_handover_goes_on_after_the_case_at_which_it_stopped_and_begins_anew_when_stated_anew(tx):
    after = UUID(int=7)
    await post_store.expect_handovers(tx, [("a", TODAY)])
    await post_store.handed_over(tx, "a", TODAY, after)
    assert await post_store.handover(tx, TODAY) == ("a", TODAY, after)
    await post_store.expect_handovers(tx, [("a", TODAY)])
    assert await post_store.handover(tx, TODAY) == ("a", TODAY, None)


async def test_the_open_cases_of_a_place_are_gone_through_by_id_each_once(tx):
    told = await opened(tx, *(incident(n) for n in range(1, 6)), incident(6, division=Division("360281101201")))
    await ask(tx, DismissCase(case_id=told[0].case.ref.id, reason="无此事"))
    ids, after, seen = sorted(fact.case.ref.id for fact in told[1:5]), None, []
    while page := await due_store.open_in(tx, FULIANG, after, 3):
        seen += [case.ref.id for case in page]
        after = UUID(seen[-1])
    assert seen == ids


async def test_the_longest_overdue_are_told_of_first(tx):
    rows = [row(str(n), **{**TO_UNIT, "due_on": f"2020-06-{day:02}"}) for n, day in enumerate((12, 10, 11))]
    await ask(tx, importing(*rows))
    days = [case.due_on.day for _ in range(3) for case in await due_store.take_overdue(tx, TODAY, 1)]
    assert days == [10, 11, 12]
    assert await due_store.take_overdue(tx, TODAY, 1) == []


@pytest.mark.parametrize(
    ("terms", "days"),
    [
        # Known otherwise: now.
        ({"holder": "p-new"}, [0]),
        ({"holder": None}, [0]),
        ({}, []),
        # Ends on a day: from the next on nobody holds it.
        ({"held_to": TODAY + timedelta(days=3)}, [4]),
        ({"held_to": TODAY}, [1]),
        ({"held_to": TODAY - timedelta(days=1)}, [0]),
    ],
    ids=str,
)
def test_a_post_is_handed_over_on_each_day_from_which_another_or_nobody_holds_it(terms, days):
    stated = post("360222104201", "village_chief", **terms)
    assert handovers(Roster(POSTS), stated, TODAY) == [(stated.id, TODAY + timedelta(days=n)) for n in days]


def test_a_successor_takes_over_once_on_the_first_day():
    stated = successor(TODAY + timedelta(days=2))
    assert handovers(Roster(POSTS), stated, TODAY) == [(stated.id, TODAY + timedelta(days=2))]
    assert handovers(Roster(POSTS), successor(TODAY), TODAY) == [(stated.id, TODAY)]


def test_a_post_that_ends_is_handed_over_the_day_after_and_one_not_known_before_on_no_day_that_was():
    ending = post("360222104201", "village_chief").model_copy(update={"ended_on": TODAY})
    assert handovers(Roster(POSTS), ending, TODAY) == [(ending.id, TODAY + timedelta(days=1))]
    assert handovers(Roster(()), post("360222104201", "village_chief"), TODAY) == []


def test_a_unit_answers_for_nothing_so_that_nothing_is_handed_over():
    assert handovers(Roster(POSTS), post("360222104000", "unit", STATION, holder="p-new"), TODAY) == []


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, "within_7"),
        (7, "within_7"),
        (8, "within_30"),
        (30, "within_30"),
        (31, "within_90"),
        (90, "within_90"),
        (91, "over_90"),
    ],
)
async def test_a_case_is_of_an_age_to_its_last_day(tx, days, age):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    ages = (await ask(later(tx, 100), ShowAges(on=TODAY + timedelta(days=days)))).body.model_dump()
    assert {name: n for name, n in ages.items() if n and name != "overdue_by_rung"} == {age: 1}
    before = (await ask(later(tx, 100), ShowAges(on=TODAY - timedelta(days=1)))).body
    assert (before.within_7, before.overdue_by_rung) == (0, {})


async def test_the_overdue_ones_are_counted_by_the_last_rung_that_was_issued_by_that_day(tx):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on=date(2020, 6, 17)))
    for day in (3, 9):  # late by a day: the letter; on the 24th the next
        await ladder_clock.climb_the_ladder(later(tx, day))
    found = [
        (await ask(later(tx, 60), ShowAges(on=date(2020, 6, day)))).body.overdue_by_rung for day in (17, 18, 23, 24, 30)
    ]
    assert found == [{}, {"letter": 1}, {"letter": 1}, {"supervision_letter": 1}, {"supervision_letter": 1}]
    for asked, n in (({"campaign": "daily-2020"}, 1), ({"campaign": SHIELD}, 0), ({"kind": "waste"}, 0)):
        ages = (await ask(later(tx, 60), ShowAges(on=date(2020, 6, 18), **asked))).body
        assert (ages.within_7, ages.overdue_by_rung) == (n, {"letter": 1} if n else {})
    elsewhere = await ask(later(tx, 60), ShowAges(on=date(2020, 6, 18)), OFFICE, Division("360281000000"))
    assert elsewhere.body.within_7 == 0


async def test_two_overdue_ones_of_one_rung_are_two(tx):
    for fact in await opened(tx, incident(1), incident(2)):
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))  # to be assigned by the 17th
    ages = (await ask(later(tx, 60), ShowAges(on=date(2020, 7, 15)))).body
    assert (ages.within_30, ages.overdue_by_rung) == (2, {"none": 2})
    earlier = (await ask(later(tx, 60), ShowAges(on=date(2020, 6, 17)))).body
    assert (earlier.within_7, earlier.overdue_by_rung) == (2, {})


@pytest.mark.parametrize(("days", "overdue"), [(3, 0), (4, 1)])
async def test_a_list_tells_the_overdue_from_the_others_on_the_day(tx, days, overdue):
    await opened(tx, incident(1))
    totals = [(await ask(later(tx, days), ListCases(overdue=one))).body.total for one in (True, False, None)]
    assert totals == [overdue, 1 - overdue, 1]


async def test_a_list_is_of_what_was_asked_for(tx):
    first, second = await opened(tx, incident(1), incident(2, kind="waste"))
    await ask(tx, VerifyCase(case_id=first.case.ref.id))
    for asked, found in (
        ({"state": "verified"}, [first]),
        ({"campaign": "daily-2020"}, [second, first]),
        ({"campaign": SHIELD}, []),
        ({"incident_id": incident(2).id}, [second]),
        ({"number": first.case.ref.number}, [first]),
        ({"kind": "felling"}, [first]),
        ({"limit": 1}, [second]),
        ({"offset": 1}, [first]),
    ):
        listed = (await ask(tx, ListCases(**asked))).body
        assert [case.ref for case in listed.cases] == [fact.case.ref for fact in found]
    assert (await ask(tx, ListCases(), OFFICE, VILLAGE)).body.total == 2
