"""What is asked of the service by people: who may, on which ground, what of it is refused, and what is answered."""

from datetime import date, timedelta

import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    AddCause,
    AssignCase,
    CaseKind,
    CloseCase,
    DissolveUnit,
    OpenDirective,
    PublishSheet,
    ReceiptLetter,
    ReferCase,
    RegisterCase,
    RelapseCase,
    ReplyLetter,
    ShowCase,
    ShowLetter,
    StartCase,
    SubmitCase,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.language.values import UnitRef
from contracts.roster import PostStated
from services.cases.case import clock as case_clock
from services.cases.case import store as case_store
from services.cases.case.store import AT_ONCE
from services.cases.ladder import clock as ladder_clock
from services.cases.ladder import ladder
from services.cases.ladder import letter as letters
from services.cases.ladder import store as ladder_store
from services.cases.post import store as post_store
from services.cases.post.post import Roster
from services.cases.scope import clock as scope_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import CHIEF, COUNTY_OFFICE, EVIDENCE, OFFICE, STATION, UNIT, VILLAGE, incident, post
from tests.cases.steps import ROSTER, TODAY, case_in
from tests.cases.test_clock import on_notice, successor
from tests.cases.test_entering import CLOSED, FOUND, SHIELD, TO_UNIT, importing, row
from tests.cases.test_following import follow, revised
from tests.telling import hear, heard

CITY_OFFICE, LEPING = "p-360200000000-office", Division("360281000000")
POLICE = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
NEXT = {"id": "u-360222105000", "name": "蛟潭镇"}
ORDER = {"instrument": "order", "number": "第3号林长令", "issued_on": "2020-06-12"}
ITEM = {"place": "三龙镇", "text": "排查", "unit": STATION, "due_on": "2020-07-01"}


async def refused(tx, command, by=OFFICE, division=FULIANG):
    with pytest.raises(Problem) as problem:
        await ask(tx, command, by, division)
    return problem.value


async def test_nothing_is_entered_for_a_place_outside_the_subject_on_which_it_is_asked(tx):
    command = RegisterCase(**FOUND, found_on="2020-06-10")
    assert (await refused(tx, command, CITY_OFFICE, LEPING)).word == "outside-division"
    assert (await ask(tx, command, CITY_OFFICE, FULIANG)).body.state == "registered"


@pytest.mark.parametrize(
    "command",
    [
        RegisterCase(**FOUND, found_on="2020-06-10"),
        DissolveUnit(unit=STATION, reason="机构改革"),
        AddCause(cause="drone_gap", words="无人机盲区", words_en="a gap in drone cover"),
        PublishSheet(after=date(2020, 6, 1), to=TODAY),
        importing(row("1")),
    ],
    ids=lambda command: command.parts()[1],
)
@pytest.mark.parametrize("by", [UNIT, CHIEF, "p-360281000000-office", "operator"])
async def test_only_an_office_of_the_place_keeps_its_book(tx, command, by):
    assert (await refused(tx, command, by)).status == 403


@pytest.mark.parametrize("issuer", ["360222000000-office", "360222104201-village-chief", "360281000000-office"])
async def test_a_directive_is_a_chiefs_whose_ground_has_the_place_in_it(tx, issuer):
    town = Division("360222104000")
    asked = OpenDirective(directive={**ORDER, "issuer_post_id": issuer}, division=town, **ITEM)
    assert [error["field"] for error in (await refused(tx, asked)).errors] == ["directive.issuer_post_id"]
    for chief in ("360222104000-chief", "360222000000-chief"):
        asked = OpenDirective(directive={**ORDER, "issuer_post_id": chief}, division=town, **ITEM)
        assert (await ask(tx, asked)).body.directive.issuer_post_id == chief


@pytest.mark.parametrize(
    ("successor_id", "rule"),
    [("u-nobody", "must be the unit of a post in the roster"), (STATION.id, "must be another unit")],
)
async def test_a_dissolved_unit_is_succeeded_by_another_that_there_is(tx, successor_id, rule):
    asked = DissolveUnit(unit=STATION, successor={"id": successor_id, "name": "?"}, reason="机构改革")
    assert (await refused(tx, asked)).errors == ({"field": "successor.id", "rule": rule},)


async def test_a_dissolution_reaches_only_the_cases_of_the_unit_in_the_place(tx):
    rows = (row("1", **TO_UNIT), row("2", **TO_UNIT), row("3", unit=NEXT, due_on="2020-06-30"), row("4"))
    facts = (await ask(tx, importing(*rows))).news
    town = Division("360222105000")
    assert (await ask(tx, DissolveUnit(unit=STATION, reason="机构改革"), OFFICE, town)).body.cases == ()
    passed = await ask(tx, DissolveUnit(unit=STATION, successor=NEXT, reason="机构改革"))
    assert set(passed.body.cases) == {fact.case.ref.id for fact in facts[:2]}
    assert [(fact.case.state, fact.case.owner.unit.id) for fact in passed.news] == [("assigned", NEXT["id"])] * 2
    # It has its hours to return it from now on.
    assert {fact.case.assigned_at for fact in passed.news} == {tx.now}


async def test_a_closed_row_has_no_day_and_an_open_one_without_a_unit_is_the_offices(tx):
    rows = (row("1", **CLOSED, **TO_UNIT), row("2", due_on="2020-06-30"))
    closed, verified = [fact.case for fact in (await ask(tx, importing(*rows))).news]
    assert (closed.state, closed.unit, closed.due_on, closed.assigned_at, closed.owner) == (
        "closed",
        STATION,
        None,
        None,
        None,
    )
    assert (verified.state, verified.unit, verified.owner.unit, verified.owner.due_on) == (
        "verified",
        None,
        COUNTY_OFFICE,
        date(2020, 6, 17),
    )


async def closed_anew(tx, case_id, **said):
    """From a relapse to the next close."""
    for command, by in (
        (RelapseCase(case_id=case_id, why="recurrence", reason="又见"), OFFICE),
        (AssignCase(case_id=case_id, unit=STATION, due_on="2020-07-01"), OFFICE),
        (StartCase(case_id=case_id), UNIT),
        (SubmitCase(case_id=case_id, measures="已拆除", evidence=[EVIDENCE]), UNIT),
        (AcceptCase(case_id=case_id), CHIEF),
        (CloseCase(case_id=case_id, **said), OFFICE),
    ):
        answer = await ask(tx, command, by)
    return answer.body


@pytest.mark.parametrize(("said", "repeats"), [({}, 1), ({"cause": "no_permit"}, 1), ({"cause": "profit"}, 0)])
async def test_repeats_are_counted_by_the_cause_that_is_named_or_was_before(tx, said, repeats):
    rows = [
        row(n, **{**CLOSED, "closed_on": "2019-03-01"}, kind=kind) for n, kind in (("1", "felling"), ("2", "waste"))
    ]
    first, _ = (await ask(tx, importing(*rows, campaign="daily-2018"))).news
    closed = await closed_anew(tx, first.case.ref.id, **said)
    assert (closed.repeats.cause, closed.repeats.place) == (repeats, 0)


async def test_repeats_are_of_two_years_to_the_day_of_the_county_and_the_ten_latest_are_named(tx):
    far = post("360222205000", "unit")
    await hear(cases, tx, [heard(PostStated(post=far), "roster")])
    days = [f"2019-03-{day:02}" for day in range(1, 12)]
    rows = [row(str(n), **{**CLOSED, "closed_on": day}, party="甲") for n, day in enumerate(days)]
    rows.append(row("far", **{**CLOSED, "closed_on": "2019-02-01"}, division=far.division))
    await ask(tx, importing(*rows))
    await ask(
        tx,
        importing(row("other", **CLOSED, division=LEPING), source="leping"),
        CITY_OFFICE,
        Division("360200000000"),
    )
    case = (await ask(tx, RegisterCase(**FOUND, campaign=SHIELD, found_on="2020-06-10", party="甲"))).body
    found = await case_store.repeats(tx, case, "no_permit", date(2019, 2, 1))
    assert (found.place, found.party, found.cause) == (11, 11, 12)
    numbers = [f"2020-360222-{n:06}" for n in range(11, 1, -1)]
    assert [ref.number for ref in found.cases] == numbers  # the latest first
    since = await case_store.repeats(tx, case, "no_permit", date(2019, 3, 11))
    assert (since.place, since.party, since.cause, [ref.number for ref in since.cases]) == (1, 1, 1, numbers[:1])
    assert (await case_store.repeats(tx, case, "no_permit", date(2019, 3, 12))).cause == 0
    other_kind = case.model_copy(update={"kind": CaseKind.WASTE})
    assert (await case_store.repeats(tx, other_kind, "no_permit", date(2019, 3, 11))).place == 0


async def test_a_letter_to_somebody_outside_the_roster_is_signed_for_by_the_office(tx):
    (fact,) = await opened(tx, incident(1))
    case_id = fact.case.ref.id
    await ask(tx, ReferCase(case_id=case_id, **POLICE))
    (letter,) = [
        one.letter
        for one in await ladder_clock.climb_the_ladder(later(tx, 7))
        if one.letter.to.id == POLICE["to"]["id"]
    ]
    said = {"case_id": case_id, "letter_id": letter.id}
    assert (await refused(later(tx, 8), ReceiptLetter(**said), UNIT)).status == 403
    (told,) = (await ask(later(tx, 8), ReceiptLetter(**said), OFFICE)).news
    assert told.letter.receipted_on == date(2020, 6, 23)


@pytest.mark.parametrize(("day", "may"), [(-1, False), (0, True), (3, True), (4, False)])
@pytest.mark.parametrize(("command", "field"), [(ReceiptLetter, "receipted_on"), (ReplyLetter, "replied_on")])
async def test_a_letter_is_answered_from_the_day_of_its_issue_to_today(tx, command, field, day, may):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on="2020-07-01"))
    (issued,) = await ladder_clock.climb_the_ladder(later(tx, 16))
    said = {"case_id": fact.case.ref.id, "letter_id": issued.letter.id, "on": date(2020, 7, 1) + timedelta(days=day)}
    said |= {"reply": "下周完成"} if command is ReplyLetter else {}
    if not may:
        problem = await refused(later(tx, 19), command(**said), UNIT)
        assert [error["field"] for error in problem.errors] == ["on"]
        return
    (told,) = (await ask(later(tx, 19), command(**said), UNIT)).news
    assert (getattr(told.letter, field), told.on) == (said["on"], said["on"])
    again = await refused(later(tx, 20), command(**said), UNIT)
    assert [error["field"] for error in again.errors] == ["letter_id"]
    kept = (await ladder_store.letters(tx, [fact.case.ref.id]))[fact.case.ref.id]
    assert kept == [told.letter]


async def test_a_letter_without_a_number_is_shown_alone(tx):
    first, second = await opened(tx, incident(1), incident(2))
    for fact in (first, second):
        (letter,) = ladder.due(fact.case, (), date(2020, 6, 18), UnitRef(id="u-city", name="市林长办"))
        await ladder_store.put_letters(tx, [(fact.case, letter)])
    (letter,) = (await ladder_store.letters(tx, [first.case.ref.id]))[first.case.ref.id]
    shown = (await ask(tx, ShowLetter(case_id=first.case.ref.id, letter_id=letter.id))).body
    assert ([line.case for line in shown.lines], shown.total) == ([first.case.ref], 1)


async def test_the_cases_of_a_paper_are_in_the_order_of_their_numbers_and_then_of_what_they_are_about(tx):
    station = {"kind": "department", "to": STATION}
    facts = await opened(tx, *(incident(n) for n in range(1, 4)))
    for fact in facts:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))
        await ask(tx, AssignCase(case_id=fact.case.ref.id, unit=STATION, due_on="2020-06-30"))
        await ask(tx, ReferCase(case_id=fact.case.ref.id, **station))
    letters = [fact.letter for fact in await ladder_clock.climb_the_ladder(later(tx, 15))]
    assert {letter.number for letter in letters} == {"浮林长办〔2020〕1号"}
    shown = (await ask(later(tx, 15), ShowLetter(case_id=facts[0].case.ref.id, letter_id=letters[0].id))).body
    assert [(line.case, line.about) for line in shown.lines] == [
        (fact.case.ref, about) for fact in facts for about in ("owner", "referral-1")
    ]


@pytest.mark.parametrize(
    ("rung", "addressed", "copies"),
    [
        ("reminder", ("三龙镇林业工作站",), ("单位 360222104000chief", "某机关")),
        ("letter", ("三龙镇林业工作站",), ("单位 360222104000chief", "某机关")),
        ("supervision_letter", ("单位 360222104000chief", "某机关", "三龙镇林业工作站"), ()),
        ("circular", ("三龙镇林业工作站",), ("单位 360222104000chief", "某机关")),
    ],
)
def test_a_letter_is_signed_and_addressed_as_its_rung_says(rung, addressed, copies):
    (letter,) = ladder.due(case_in("assigned"), (), date(2020, 7, 1))
    known = next(one for one in case_in("assigned").acting if one.id == "360222104000-chief")
    gone = known.model_copy(update={"id": "gone", "unit": UnitRef(id="u-gone", name="某机关")})
    signed = letters.signed(letter.model_copy(update={"rung": rung, "posts": (known, gone)}), 7, ROSTER)
    assert (signed.number, signed.called, signed.contact) == ("浮林长办〔2020〕7号", "浮梁县林长办公室", None)
    assert (signed.addressed, signed.copies) == (addressed, copies)


def test_an_office_without_a_code_signs_its_papers_by_its_name():
    (letter,) = ladder.due(case_in("assigned"), (), date(2020, 7, 1))
    other = letter.model_copy(update={"office": UnitRef(id="u-1", name="某县林业局")})
    signed = letters.signed(other, 1, Roster(()))
    assert (signed.number, signed.called) == ("某县林业局〔2020〕1号", "某县林业局")


async def test_a_revision_that_waited_is_not_before_the_move_that_it_waited_for(tx):
    (fact,) = await opened(later(tx, 1), incident(1))
    (told,) = await follow(tx, revised(kind="waste"))
    assert (told.at, told.on, told.case.since) == (later(tx, 1).now, date(2020, 6, 16), fact.case.since)


@pytest.mark.parametrize(("moved_on_day", "ended_on"), [(7, date(2020, 6, 23)), (10, date(2020, 6, 25))])
async def test_a_notice_does_not_end_before_the_last_move(tx, moved_on_day, ended_on):
    await on_notice(tx)  # to the 22nd of June
    case_id = str(await tx.sql.fetchval("SELECT id FROM cases"))
    await ask(later(tx, moved_on_day), ReferCase(case_id=case_id, **POLICE))
    (told,) = await case_clock.end_notices(later(tx, 12))
    assert (told.on, told.case.closed_on) == (ended_on, ended_on)


async def test_a_handover_is_carried_out_in_pages_and_of_a_post_that_is_not_known_not_at_all(tx):
    await opened(tx, *(incident(n) for n in range(1, AT_ONCE + 2)))
    await hear(cases, tx, [heard(PostStated(post=successor(TODAY)), "roster", sequence=2)])
    pages = [await scope_clock.pass_on(tx) for _ in range(3)]
    assert [len(page) for page in pages] == [AT_ONCE, 1, 0] == [200, 1, 0]
    passed = [fact.case.ref.id for page in pages for fact in page]
    assert passed == sorted(set(passed))
    kept = (await ask(tx, ShowCase(case_id=passed[0]))).body
    assert "p-new-chief" in [one.holder.id for one in kept.acting if one.holder]
    await post_store.expect_handovers(tx, [("nobody", TODAY)])
    assert await scope_clock.pass_on(tx) == []
    assert await post_store.handover(tx, TODAY) is None


async def test_cases_that_a_handover_does_not_concern_are_passed_by(tx):
    """The ranger of one grid is another; the cases of the next village are none of theirs."""
    await opened(tx, incident(1, division=Division("360222105201")), incident(2))
    changed = post("360222104201-g1", "ranger", holder="p-new-ranger")
    await hear(cases, tx, [heard(PostStated(post=changed), "roster", sequence=2)])
    (told,) = await scope_clock.pass_on(tx)
    assert (told.case.ref.division, [one.holder.id for one in told.posts]) == (VILLAGE, ["p-new-ranger"])
    assert await post_store.handover(tx, TODAY) is None


async def test_an_acknowledged_referral_is_no_longer_pressed_and_its_number_goes_with_the_case(tx):
    (fact,) = await opened(tx, incident(1))
    await ask(tx, ReferCase(case_id=fact.case.ref.id, **POLICE))
    known = await ask(tx, AcknowledgeReferral(case_id=fact.case.ref.id, n=1, their_number="12号"))
    assert [one.about for one in ladder.pressed(known.body)] == ["owner"]
    assert known.body.referrals[0].acknowledged_on == TODAY
