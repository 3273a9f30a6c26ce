"""The supervision ladder: each rung once, on its day, to the present owner, and none once its cause is gone."""

from datetime import date
from uuid import UUID

import pytest

from contracts.cases import (
    AcknowledgeReferral,
    AssignCase,
    DissolveUnit,
    HandUp,
    LadderStopped,
    LetterIssued,
    RaiseObjection,
    ReceiptLetter,
    ReferCase,
    ReplyLetter,
    SendBackCase,
    ShowHistory,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from services.cases.ladder import clock as ladder_clock
from services.cases.ladder import ladder
from services.runtime.problem import Problem
from tests.cases.book import ask, later, opened
from tests.cases.county import COUNTY_OFFICE, EVIDENCE, OFFICE, STATION, UNIT, incident
from tests.cases.steps import case_in, decide
from tests.cases.test_entering import importing, row


async def assigned(tx, due_on=date(2020, 7, 1)):
    """A case in the hands of its unit."""
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on=due_on))
    return fact.case.ref.id


async def climbed(tx, days):
    """The letters issued on each of so many days on."""
    found = []
    for day in days:
        for fact in await ladder_clock.climb_the_ladder(later(tx, day)):
            found.append((day, fact.letter.rung, fact.letter.to.id))
    return found


async def test_every_rung_is_issued_on_its_day_and_once(tx):
    await assigned(tx)
    # Due on Wednesday the 1st of July; the dragon boat festival lies before it.
    assert await climbed(tx, range(60)) == [
        (8, "reminder", STATION.id),
        (16, "letter", STATION.id),
        (23, "supervision_letter", STATION.id),
        (37, "circular", STATION.id),
    ]
    assert await climbed(tx, [60, 60]) == []
    assert [rung.name for _, rung in ladder.ahead(case_in("assigned"), ladder.pressed(case_in("assigned"))[0], ())] == [
        "reminder",
        "letter",
        "supervision_letter",
        "circular",
    ]


async def test_a_circular_names_the_chief_of_the_unit_besides(tx):
    case_id = await assigned(tx)
    await climbed(tx, [37])
    (letter,) = (await ask(later(tx, 37), ShowHistory(case_id=case_id))).body.letters
    assert (letter.rung, [post.id for post in letter.posts]) == ("circular", ["360222104000-chief"])
    assert (letter.due_on, letter.reply_due_on) == (date(2020, 7, 1), date(2020, 7, 29))


async def test_after_a_standstill_only_the_highest_rung_is_issued(tx):
    await assigned(tx)
    assert await climbed(tx, [30]) == [(30, "supervision_letter", STATION.id)]
    assert await climbed(tx, [30, 31, 37]) == [(37, "circular", STATION.id)]


async def test_a_rung_that_lay_before_the_duty_began_is_not_issued(tx):
    await assigned(tx, due_on=date(2020, 6, 16))
    assert await climbed(tx, [0]) == []
    assert await climbed(tx, [1]) == [(1, "letter", STATION.id)]


async def test_a_case_that_has_moved_on_gets_no_letter_and_the_ladder_is_told_to_have_stopped(tx):
    case_id = await assigned(tx)
    await climbed(tx, [16])
    started = await ask(later(tx, 17), StartCase(case_id=case_id), UNIT)
    assert [type(fact) for fact in started.news if isinstance(fact, LadderStopped)] == []
    submitted = await ask(later(tx, 17), SubmitCase(case_id=case_id, measures="已补植", evidence=[EVIDENCE]), UNIT)
    (stopped,) = [fact for fact in submitted.news if isinstance(fact, LadderStopped)]
    assert (stopped.about, stopped.last_rung) == ("owner", "letter")
    assert await climbed(tx, [23, 24]) == [(24, "letter", COUNTY_OFFICE.id)]


async def test_a_letter_is_signed_for_and_answered_by_its_addressee_once(tx):
    case_id = await assigned(tx)
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 16))
    assert isinstance(fact, LetterIssued)
    letter_id = fact.letter.id
    with pytest.raises(Problem) as forbidden:
        await ask(later(tx, 17), ReceiptLetter(case_id=case_id, letter_id=letter_id), OFFICE)
    assert (forbidden.value.status, STATION.name in forbidden.value.detail) == (403, True)
    (receipt,) = (await ask(later(tx, 17), ReceiptLetter(case_id=case_id, letter_id=letter_id), UNIT)).news
    assert receipt.letter.receipted_on == date(2020, 7, 2)
    with pytest.raises(Problem, match="was signed for on 2020-07-02"):
        await ask(later(tx, 18), ReceiptLetter(case_id=case_id, letter_id=letter_id), UNIT)
    (reply,) = (
        await ask(later(tx, 18), ReplyLetter(case_id=case_id, letter_id=letter_id, reply="下周完成"), UNIT)
    ).news
    assert (reply.letter.reply, reply.letter.receipted_on) == ("下周完成", date(2020, 7, 2))
    with pytest.raises(Problem) as unknown:
        await ask(later(tx, 18), ReceiptLetter(case_id=case_id, letter_id=case_id), UNIT)
    assert unknown.value.errors[0]["field"] == "letter_id"


async def test_a_letter_was_answered_on_its_own_day_even_if_the_case_has_moved_since(tx):
    case_id = await assigned(tx)
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 16))
    await ask(later(tx, 18), StartCase(case_id=case_id), UNIT)
    late = {"case_id": case_id, "letter_id": fact.letter.id}
    for on in (date(2020, 6, 30), date(2020, 7, 5)):
        with pytest.raises(Problem) as refused:
            await ask(later(tx, 19), ReceiptLetter(**late, on=on), UNIT)
        assert refused.value.errors[0]["field"] == "on"
    (told,) = (await ask(later(tx, 19), ReceiptLetter(**late, on=date(2020, 7, 2)), UNIT)).news
    assert (told.on, told.letter.receipted_on, told.case.moved_on) == (date(2020, 7, 2),) * 2 + (date(2020, 7, 3),)


async def test_a_referral_that_nobody_acknowledges_climbs_until_it_is_acknowledged(tx):
    case_id = await assigned(tx, due_on=date(2020, 12, 1))
    police = {"id": "u-police", "name": "浮梁县公安局"}
    await ask(tx, ReferCase(case_id=case_id, kind="police", to=police))
    assert await climbed(tx, [7, 15, 22]) == [
        (8 - 1, "reminder", "u-police"),
        (15, "letter", "u-police"),
        (22, "supervision_letter", "u-police"),
    ]
    known = await ask(later(tx, 23), AcknowledgeReferral(case_id=case_id, n=1, their_number="12号"))
    assert [fact.about for fact in known.news if isinstance(fact, LadderStopped)] == ["referral-1"]
    assert await climbed(tx, [60]) == []


async def test_the_office_above_presses_once_a_case_was_handed_up(tx):
    case_id = await assigned(tx)
    await ask(later(tx, 16), HandUp(case_id=case_id, reason="县级协调不动"))
    (fact,) = await ladder_clock.climb_the_ladder(later(tx, 23))
    assert (fact.letter.office.id, fact.letter.to) == ("u-360200000000-office", STATION)


async def test_a_case_that_was_late_when_it_was_taken_over_is_pressed_from_that_day_on(tx):
    """Its day was in 2019: the letter on the day on which it became known, then as from that day."""
    await ask(tx, importing(row("1", unit=STATION, due_on="2019-06-30")))
    assert await climbed(tx, range(30)) == [
        (0, "letter", STATION.id),
        (7, "supervision_letter", STATION.id),
        (22, "circular", STATION.id),
    ]
    assert await climbed(tx, [40]) == []


async def test_the_successor_of_a_dissolved_unit_is_pressed_for_what_is_late_already(tx):
    await ask(tx, importing(row("1", unit=STATION, due_on="2019-06-30")))
    assert await climbed(tx, [0, 7]) == [(0, "letter", STATION.id), (7, "supervision_letter", STATION.id)]
    successor = {"id": "u-360222105000", "name": "蛟潭镇"}
    await ask(later(tx, 8), DissolveUnit(unit=STATION, successor=successor, reason="机构改革"))
    assert await climbed(tx, range(8, 31)) == [
        (8, "letter", successor["id"]),
        (16, "supervision_letter", successor["id"]),
        (30, "circular", successor["id"]),
    ]


async def test_a_late_case_that_comes_back_to_its_unit_goes_on_with_the_next_rung(tx):
    case_id = await assigned(tx, due_on=date(2020, 6, 16))
    assert await climbed(tx, [1]) == [(1, "letter", STATION.id)]
    await ask(later(tx, 2), StartCase(case_id=case_id), UNIT)
    await ask(later(tx, 3), SubmitCase(case_id=case_id, measures="已补植", evidence=[EVIDENCE]), UNIT)
    await ask(later(tx, 3), SendBackCase(case_id=case_id, reason="数量不足"))
    assert [rung for _, rung, to in await climbed(tx, range(3, 40)) if to == STATION.id] == [
        "supervision_letter",
        "circular",
    ]


async def test_no_office_writes_to_itself_the_one_above_presses_it(tx):
    await opened(tx, incident(1))  # to be verified by the 18th of June
    told = [fact.letter for day in (3, 13, 25) for fact in await ladder_clock.climb_the_ladder(later(tx, day))]
    assert [(one.rung, one.office.id, one.to) for one in told] == [
        (rung, "u-360200000000-office", COUNTY_OFFICE) for rung in ("letter", "supervision_letter", "circular")
    ]


async def test_where_no_office_stands_above_nothing_is_written_and_the_clock_goes_on_to_the_next_rung(tx):
    case_id = await assigned(tx, due_on=date(2020, 12, 1))
    await ask(tx, HandUp(case_id=case_id, reason="县级协调不动"))
    (other,) = await opened(tx, incident(2))
    await ask(tx, HandUp(case_id=other.case.ref.id, reason="县级协调不动"))
    assert await climbed(tx, [4]) == []
    waiting = "SELECT ladder_on FROM cases WHERE id = $1"
    assert await tx.sql.fetchval(waiting, UUID(other.case.ref.id)) == date(2020, 6, 28)
    assert await climbed(tx, range(5, 60)) == []


def test_a_notice_that_runs_is_not_pressed_and_one_that_was_objected_to_is():
    running = case_in("on_notice", "green-shield-2018")
    objected = decide(running, RaiseObjection, UNIT, reason="面积不符").case
    assert [[press.about for press in ladder.pressed(case)] for case in (running, objected)] == [[], ["owner"]]
