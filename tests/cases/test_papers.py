"""Letters are official papers: whose number they bear, whom they address, and what they ask for."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from contracts.cases import AssignCase, Objection, ReceiptLetter, Referral, ShowHistory, ShowLetter, VerifyCase
from contracts.roster import PostStated
from services.cases.ladder import clock as ladder_clock
from services.cases.ladder import ladder, letter
from services.cases.ladder.store import Paper, counted
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import ask, begun, later, opened
from tests.cases.county import COUNTY_OFFICE, STATION, UNIT, incident, post
from tests.cases.steps import case_in
from tests.servers import NOW
from tests.telling import hear, heard
from tests.turns import committed, overlapping

NEW_YEAR = date(2021, 1, 1)
SAID = Objection(by="p-1", reason="没有", days_left=2)


async def assigned(tx, *numbers, due_on=date(2020, 7, 1)):
    """Cases in the hands of the station."""
    facts = await opened(tx, *(incident(n) for n in numbers))
    for fact in facts:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))
        await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on=due_on))
    return [fact.case.ref.id for fact in facts]


def paper(office="u-office", to="u-1", campaign="daily-2020", rung="letter", issued_on=date(2020, 7, 1)):
    return Paper(office, to, campaign, rung, issued_on)


async def test_what_goes_to_one_addressee_on_one_day_is_one_paper_with_one_number(tx):
    await assigned(tx, 1, 2)
    numbers = [fact.letter.number for fact in await ladder_clock.climb_the_ladder(later(tx, 16))]
    assert numbers == ["浮林长办〔2020〕1号"] * 2


async def test_the_next_paper_has_the_next_number_and_a_letter_keeps_the_one_it_has(tx):
    (case_id,) = await assigned(tx, 1)
    for day in (8, 16, 23):
        await ladder_clock.climb_the_ladder(later(tx, day))
    history = (await ask(later(tx, 23), ShowHistory(case_id=case_id))).body
    assert [one.number for one in history.letters] == [f"浮林长办〔2020〕{n}号" for n in (1, 2, 3)]
    signed = await ask(later(tx, 24), ReceiptLetter(case_id=case_id, letter_id=history.letters[0].id), UNIT)
    assert signed.news[0].letter.number == "浮林长办〔2020〕1号"


@pytest.mark.parametrize(
    "other",
    [
        paper(to="u-2"),
        paper(campaign="green-shield-2018"),
        paper(rung="circular"),
        paper(issued_on=date(2020, 7, 2)),
    ],
)
async def test_another_addressee_campaign_rung_or_day_is_another_paper(tx, other):
    assert await counted(tx, [paper()]) == {paper(): 1}
    assert await counted(tx, [other, paper()]) == {paper(): 1, other: 2}


async def test_numbers_are_counted_for_each_office_and_begin_anew_with_the_year(tx):
    assert await counted(tx, [paper(), paper(to="u-2")]) == {paper(): 1, paper(to="u-2"): 2}
    elsewhere, next_year = paper("u-other"), paper(issued_on=NEW_YEAR)
    last_day = paper(issued_on=NEW_YEAR - timedelta(days=1))
    assert await counted(tx, [elsewhere, next_year, last_day]) == {elsewhere: 1, next_year: 1, last_day: 3}


async def test_the_year_of_a_number_is_that_of_the_day_in_china(tx):
    await assigned(tx, 1, due_on=date(2021, 1, 4))
    # Its reminder is due on the 25th of December. At 16:00 UTC on New Year's Eve it is New Year in China.
    new_year = datetime(2020, 12, 31, 16, tzinfo=UTC)
    (before,) = await ladder_clock.climb_the_ladder(begun(tx.sql, new_year - timedelta(seconds=1)))
    assert (before.letter.issued_on, before.letter.number) == (date(2020, 12, 31), "浮林长办〔2020〕1号")
    await assigned(tx, 2, due_on=date(2021, 1, 4))
    (after,) = await ladder_clock.climb_the_ladder(begun(tx.sql, new_year))
    assert (after.letter.issued_on, after.letter.number) == (date(2021, 1, 1), "浮林长办〔2021〕1号")


async def test_two_at_once_never_give_one_number_twice(dsn):
    try:
        first, second = await overlapping(
            dsn, lambda tx: counted(tx, [paper()]), lambda tx: counted(tx, [paper(to="u-2"), paper()])
        )
        assert (first, second) == ({paper(): 1}, {paper(): 1, paper(to="u-2"): 2})
    finally:
        async with committed(dsn, begin=begun) as tx:
            await tx.sql.execute("TRUNCATE letter_books, papers")


async def test_a_number_whose_transaction_fails_is_given_again(dsn):
    connection = await asyncpg.connect(dsn)
    failing = connection.transaction()
    await failing.start()
    assert await counted(begun(connection, NOW), [paper()]) == {paper(): 1}
    await failing.rollback()
    await connection.close()
    try:
        async with committed(dsn, begin=begun) as tx:
            assert await counted(tx, [paper(to="u-2")]) == {paper(to="u-2"): 1}
    finally:
        async with committed(dsn, begin=begun) as tx:
            await tx.sql.execute("TRUNCATE letter_books, papers")


async def test_a_paper_is_shown_with_all_its_cases_and_only_those(tx):
    first, second = await assigned(tx, 1, 2)
    await assigned(tx, 3, due_on=date(2020, 7, 2))
    letters = [fact.letter for fact in await ladder_clock.climb_the_ladder(later(tx, 16))]
    shown = (await ask(later(tx, 16), ShowLetter(case_id=first, letter_id=letters[0].id))).body
    assert ([line.case.id for line in shown.lines], shown.total) == ([first, second], 2)
    assert [(line.asked, line.due_on) for line in shown.lines] == [("rectify", date(2020, 7, 1))] * 2


async def test_a_letter_about_another_case_is_not_shown(tx):
    first, second = await assigned(tx, 1, 2)
    letters = {fact.case.ref.id: fact.letter for fact in await ladder_clock.climb_the_ladder(later(tx, 16))}
    with pytest.raises(Problem) as refused:
        await ask(later(tx, 16), ShowLetter(case_id=first, letter_id=letters[second].id))
    assert refused.value.errors[0]["field"] == "letter_id"


async def test_the_supervision_letter_speaks_to_the_chief_who_can_move_the_unit_by_title_and_unit(tx):
    """The station is the town's: the chief of the village has no say over it."""
    changed = post("360222104000", "chief").model_copy(update={"title": "林长"})
    await hear(cases, tx, [heard(PostStated(post=changed), "roster", sequence=2)])
    await assigned(tx, 1)
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 23))
    assert fact.letter.rung == "supervision_letter"
    assert fact.letter.addressed == ("单位 360222104000林长", "三龙镇林业工作站")
    assert (fact.letter.copies, fact.letter.called) == ((), "浮梁县林长办公室")


async def test_a_circular_goes_to_the_unit_with_copies_to_the_chiefs(tx):
    await assigned(tx, 1)
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 37))
    assert (fact.letter.addressed, fact.letter.copies) == (("三龙镇林业工作站",), ("单位 360222104000chief",))


@pytest.mark.parametrize(
    ("state", "more", "asked"),
    [
        ("registered", {}, "verify"),
        ("verified", {}, "assign"),
        ("assigned", {}, "rectify"),
        ("rectifying", {}, "rectify"),
        ("relapsed", {}, "rectify"),
        ("submitted", {}, "accept"),
        ("accepted", {}, "close"),
        ("on_notice", {"objection": SAID}, "answer_objection"),
    ],
)
def test_a_letter_asks_for_what_its_addressee_must_do_in_that_state(state, more, asked):
    case = case_in(state, "green-shield-2018" if state == "on_notice" else None).model_copy(update=more)
    above = COUNTY_OFFICE.model_copy(update={"id": "u-city"})
    (letter,) = ladder.due(case, (), date(2020, 12, 31), above)
    assert letter.asked == asked


def test_the_receiver_of_a_referral_is_asked_to_acknowledge_it():
    referral = Referral(n=1, kind="police", to=STATION, sent_on=date(2020, 6, 15), due_on=date(2020, 6, 30))
    case = case_in("assigned").model_copy(update={"referrals": (referral,)})
    asked = {letter.about: letter.asked for letter in ladder.due(case, (), date(2020, 12, 31))}
    assert asked == {"owner": "rectify", "referral-1": "acknowledge"}


async def test_a_letter_knows_which_rungs_went_before_it(tx):
    await assigned(tx, 1)
    before = []
    for day in (8, 23, 37):
        before += [fact.letter.before for fact in await ladder_clock.climb_the_ladder(later(tx, day))]
    assert before == [(), ("reminder",), ("reminder", "supervision_letter")]


async def test_nothing_went_before_a_circular_that_is_the_first(tx):
    await assigned(tx, 1)
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 37))
    assert (fact.letter.rung, fact.letter.before) == ("circular", ())


def test_an_office_signs_by_its_whole_name_and_another_body_as_it_is():
    assert letter.called("景德镇市林长办") == "景德镇市林长办公室"
    assert letter.called("浮梁县林长办公室") == "浮梁县林长办公室"


def test_no_two_offices_have_one_code():
    codes = [one["word"] for one in letter.OFFICES.values()]
    assert len(codes) == len(set(codes))
