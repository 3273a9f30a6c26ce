"""Cases in divisions that end: their successors answer, and a code used again never names the wrong chief."""

from datetime import date

import pytest

from contracts.cases import CasePassedOn, RegisterCase
from contracts.language.division import Division
from contracts.roster import DivisionStated, NamedDivision, PostStated
from services.cases.division.division import Divisions
from services.cases.scope import clock as scope_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import POSTS, VILLAGE, incident, post
from tests.cases.test_entering import FOUND, importing, row
from tests.telling import hear, heard

TOWN, NEW_TOWN = Division("360222104000"), Division("360222105000")
CITY, PROVINCE = Division("360200000000"), Division("360000000000")
NEW = Division("360222105209")
FIRST, LAST, NEXT = date(2018, 1, 1), date(2020, 6, 20), date(2020, 6, 21)


def division(code, id=None, from_on=FIRST, ended_on=None, became=(), name="某村"):
    return NamedDivision(id=id or code, code=code, name=name, in_force_from=from_on, ended_on=ended_on, became=became)


ENDED = division(VILLAGE, ended_on=LAST, became=(NEW,))
AGAIN = division(VILLAGE, f"{VILLAGE}-2020", NEXT, name="陶艺社区")
CHAIN = (VILLAGE, TOWN, FULIANG, CITY, PROVINCE)


@pytest.mark.parametrize(
    ("stated", "day", "answering"),
    [
        ((), NEXT, CHAIN),
        ((ENDED,), LAST, CHAIN),
        ((ENDED,), NEXT, (NEW, NEW_TOWN, FULIANG, CITY, PROVINCE)),
        ((ENDED, AGAIN), NEXT, (NEW, NEW_TOWN, FULIANG, CITY, PROVINCE)),
        # Of one of which nobody says what became, those above answer.
        ((division(VILLAGE, ended_on=LAST),), NEXT, CHAIN[1:]),
        # It was divided, and one of the two has ended as well.
        (
            (
                division(VILLAGE, ended_on=LAST, became=(NEW, "360222106201")),
                division(NEW, ended_on=LAST, became=(TOWN,)),
            ),
            NEXT,
            ("360222106201", "360222106000", FULIANG, CITY, PROVINCE, TOWN),
        ),
        # Nobody's successor is oneself, however it is stated.
        (
            (division(VILLAGE, ended_on=LAST, became=(NEW,)), division(NEW, ended_on=LAST, became=(VILLAGE,))),
            NEXT,
            CHAIN[1:],
        ),
    ],
)
def test_in_place_of_a_division_that_has_ended_those_answer_that_it_became(stated, day, answering):
    assert set(Divisions(stated).in_force(CHAIN, day)) == set(answering)


def test_the_successor_answers_before_those_above_it_and_special_areas_stay():
    areas = (VILLAGE, "farm", TOWN, FULIANG, CITY, PROVINCE)
    assert Divisions([ENDED]).in_force(areas, NEXT) == (NEW, NEW_TOWN, FULIANG, CITY, PROVINCE, "farm")


@pytest.mark.parametrize(
    ("day", "meant"),
    [(date(2016, 1, 1), VILLAGE), (FIRST, VILLAGE), (LAST, VILLAGE), (NEXT, AGAIN.id), (date(2030, 1, 1), AGAIN.id)],
)
def test_a_code_means_what_it_meant_on_the_day(day, meant):
    assert Divisions([AGAIN, ENDED]).areas(VILLAGE, day) == (meant, TOWN, FULIANG, CITY, PROVINCE)


async def tell(tx, *facts):
    for kind in (PostStated, DivisionStated):
        told = [heard(one, "roster", n) for n, one in enumerate(facts, 900) if isinstance(one, kind)]
        if told:
            await hear(cases, tx, told)


async def told_of_the_end(tx):
    """The village ends, its posts with it; the one that it became has a chief, and its code a new one."""
    ended = [one.model_copy(update={"ended_on": LAST}) for one in POSTS if one.division == VILLAGE]
    new = post(NEW, "village_chief")
    again = post(AGAIN.id, "village_chief", holder="p-again")
    stated = (
        *(PostStated(post=one) for one in (*ended, new, again)),
        *(DivisionStated(division=one) for one in (ENDED, AGAIN)),
    )
    await tell(tx, *stated)


def chiefs(case):
    return [one.holder.id for one in case.acting if one.role == "village_chief" and one.holder]


async def test_open_cases_pass_to_the_chief_of_what_the_village_became_on_the_next_day(tx):
    (fact,) = await opened(tx, incident())
    assert chiefs(fact.case) == [f"p-{VILLAGE}-village-chief"]
    await told_of_the_end(tx)
    last, after = later(tx, days=5), later(tx, days=6)
    assert await scope_clock.pass_on(last) == []
    passed = [one for one in await scope_clock.pass_on(after) if isinstance(one, CasePassedOn)]
    assert {one.case.ref.id for one in passed} == {fact.case.ref.id}
    assert chiefs(passed[-1].case) == [f"p-{NEW}-village-chief"]
    assert [one.holder.id for one in passed[-1].case.answerable if one.role == "village_chief"] == [
        f"p-{VILLAGE}-village-chief"
    ]


async def test_a_row_of_an_old_ledger_is_of_the_village_that_its_code_meant_then(tx):
    await told_of_the_end(tx)
    after = later(tx, days=6)
    answer = await ask(after, importing(row("B-1")))
    assert (answer.body.added, answer.body.refused) == (1, ())
    assert (answer.news[0].case.area_id, chiefs(answer.news[0].case)) == (VILLAGE, [f"p-{NEW}-village-chief"])


async def test_what_is_found_after_the_end_of_a_code_is_of_the_new_village_or_is_told_what_became(tx):
    await told_of_the_end(tx)
    after = later(tx, days=6)
    case = (await ask(after, RegisterCase(**FOUND, found_on=NEXT))).body
    assert (case.area_id, chiefs(case)) == (AGAIN.id, ["p-again"])


async def test_a_code_that_means_nothing_any_more_is_refused_with_what_became_of_it(tx):
    await tell(tx, DivisionStated(division=ENDED))
    after = later(tx, days=6)
    with pytest.raises(Problem) as refused:
        await ask(after, RegisterCase(**FOUND, found_on=NEXT))
    (error,) = refused.value.errors
    assert (error["field"], error["rule"].code) == ("division", "division_became")
    assert dict(error["rule"].figures)["became"] == NEW
    assert (await ask(after, RegisterCase(**FOUND, found_on=LAST))).body.area_id == VILLAGE
