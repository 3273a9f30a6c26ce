"""Cases that no report opens: registered, asked for by a directive, found by a review, taken from old ledgers."""

from datetime import date

import pytest

from contracts.cases import (
    AcceptCase,
    AddCause,
    ApprovePlan,
    AssignCase,
    DissolveUnit,
    GiveNotice,
    ImportCases,
    OpenDirective,
    RecordReview,
    RegisterCase,
    RelapseCase,
    ShowAges,
    ShowCase,
    ShowHistory,
    ShowSheet,
    ShowWords,
    StartCase,
    SubmitCase,
    SubmitPlan,
    VerifyCase,
)
from contracts.language.division import Division
from contracts.roster import PostStated
from services.cases.case import clock as case_clock
from services.cases.case import store as case_store
from services.cases.scope import clock as scope_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, later, opened
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, STATION, UNIT, VILLAGE, incident, post
from tests.cases.steps import MEASURES, PROOFS
from tests.telling import hear, heard

SHIELD = "green-shield-2018"
FOUND = {
    "kind": "forest_land_taken",
    "severity": "serious",
    "division": VILLAGE,
    "place": "三龙镇双龙村",
    "text": "保护区内违建",
}


def row(number, **changes):
    return {**FOUND, "number": number, "found_on": "2018-08-01", **changes}


CLOSED = {"closed_on": "2019-03-01", "route": "put_right", "cause": "no_permit"}
TO_UNIT = {"unit": STATION, "due_on": "2020-06-30"}


def importing(*rows, source="old", campaign=SHIELD, enters_as="opening"):
    return ImportCases(source=source, campaign=campaign, enters_as=enters_as, rows=rows)


async def balance(tx, after, to, campaign=SHIELD):
    return (await ask(tx, ShowSheet(campaign=campaign, after=after, to=to))).body.balance


async def test_the_office_registers_what_no_report_tells_of(tx):
    asked = RegisterCase(
        **FOUND, found_on="2020-06-10", party="当事人甲", occurred={"from_on": "2019-05-01", "to_on": "2019-06-01"}
    )
    answer = await ask(tx, asked)
    case = answer.body
    assert (case.origin, case.state, case.campaign, case.ref.number) == (
        "command",
        "registered",
        "daily-2020",
        "2020-360222-000001",
    )
    assert [holder.id for holder in case.answerable] == [
        "360222104201-village-chief",
        "360222104000-chief",
        "360222000000-chief",
    ]
    assert (await ask(tx, VerifyCase(case_id=case.ref.id))).body.state == "verified"


async def test_who_answered_is_unknown_where_it_is_not_known_when_it_occurred(tx):
    case = (await ask(tx, RegisterCase(**FOUND, found_on="2020-06-10"))).body
    assert (case.occurred, case.answerable) == (None, ())
    assert [one.id for one in case.acting] == [
        "360222104201-village-chief",
        "360222104000-chief",
        "360222000000-chief",
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"found_on": "2020-06-16"}, "found_on"),
        ({"occurred": {"from_on": "2020-06-05", "to_on": "2020-06-01"}}, "occurred"),
        ({"campaign": "pine-wilt-2020"}, "kind"),
        ({"kind": "directive"}, "kind"),
        ({"division": "360222999201"}, "division"),
        ({"campaign": "blue-sky"}, "campaign"),
    ],
)
async def test_what_cannot_be_registered_is_refused_by_field(tx, changes, field):
    with pytest.raises(Problem) as refused:
        await ask(tx, RegisterCase(**{**FOUND, "found_on": "2020-06-10", **changes}))
    assert [error["field"] for error in refused.value.errors] == [field]


async def test_only_a_chief_office_registers(tx):
    with pytest.raises(Problem) as forbidden:
        await ask(tx, RegisterCase(**FOUND, found_on="2020-06-10"), CHIEF)
    assert forbidden.value.status == 403


async def test_a_directive_item_is_a_case_of_its_own_kind_with_its_unit_and_day(tx):
    directive = {
        "instrument": "order",
        "number": "第3号林长令",
        "issued_on": "2020-06-12",
        "issuer_post_id": "360222000000-chief",
    }
    about = {"division": VILLAGE, "place": "三龙镇", "text": "排查松材线虫病", "unit": STATION, "due_on": "2020-07-01"}
    answer = await ask(tx, OpenDirective(directive=directive, **about))
    case = answer.body
    assert (case.kind, case.state, case.unit, case.owner.due_on) == ("directive", "assigned", STATION, date(2020, 7, 1))
    assert [fact.name for fact in answer.news] == ["cases.opened.v1", "cases.verified.v1", "cases.assigned.v1"]
    assert (await ask(tx, StartCase(case_id=case.ref.id), UNIT)).body.state == "rectifying"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer_post_id", "nobody"),
        ("issuer_post_id", "360222104000-unit"),
        ("issuer_post_id", "360222104000-chief"),
        ("instrument", "telepathy"),
        ("issued_on", "2020-06-16"),
    ],
)
async def test_a_directive_is_by_one_of_four_instruments_of_a_chief_who_answers_for_the_place(tx, field, value):
    directive = {
        "instrument": "order",
        "number": "第3号林长令",
        "issued_on": "2020-06-12",
        "issuer_post_id": "360222000000-chief",
        field: value,
    }
    about = {"division": FULIANG, "place": "浮梁县", "text": "排查", "unit": STATION, "due_on": "2020-07-01"}
    with pytest.raises(Problem) as refused:
        await ask(tx, OpenDirective(directive=directive, **about))
    assert [error["field"] for error in refused.value.errors] == [f"directive.{field}"]


async def test_the_findings_of_a_review_become_cases_of_its_campaign(tx):
    findings = [{**FOUND, "severity": "grave"}, {**FOUND, "kind": "felling"}]
    about = {"kind": "guidance", "subject": "campaigns", "campaign": SHIELD}
    review = {**about, "division": FULIANG, "scope": "全县抽查", "sample": 20}
    answer = await ask(tx, RecordReview(**review, findings=findings))
    assert [ref.number for ref in answer.body.findings] == ["2020-360222-000001", "2020-360222-000002"]
    assert [(fact.case.origin, fact.case.campaign) for fact in answer.news[1:]] == [("review", SHIELD)] * 2
    outside = [{**FOUND, "division": "360281000000"}]
    with pytest.raises(Problem) as refused:
        await ask(tx, RecordReview(**review, findings=outside))
    assert refused.value.errors[0]["field"] == "findings.0.division"
    with pytest.raises(Problem) as refused:
        await ask(tx, RecordReview(**review, findings=[FOUND, {**FOUND, "kind": "dead_pines"}]))
    assert [error["field"] for error in refused.value.errors] == ["findings.1.kind"]


async def test_an_old_ledger_is_taken_over_as_opening_stock_and_its_closed_ones_as_closed(tx):
    rows = (row("1", **CLOSED), row("2", **TO_UNIT), row("3"))
    answer = await ask(tx, importing(*rows))
    assert (answer.body.added, answer.body.unchanged, answer.body.refused) == (3, 0, ())
    assert [fact.case.state for fact in answer.news] == ["closed", "assigned", "verified"]
    assert all(fact.case.owner for fact in answer.news[1:])
    year = await balance(tx, date(2017, 12, 31), date(2018, 12, 31))
    assert (year.opening, year.new, year.closing) == (3, 0, 3)
    later_on = await balance(tx, date(2018, 12, 31), date(2020, 6, 15))
    assert (later_on.opening, later_on.closed, later_on.closing) == (3, 1, 2)
    aged = (await ask(tx, ShowAges(campaign=SHIELD, on=date(2018, 8, 3)))).body
    assert aged.within_7 == 3
    closed = answer.news[0].case
    assert [one.move for one in (await ask(tx, ShowHistory(case_id=closed.ref.id))).body.moves] == ["import", "import"]
    assert closed.look_back_on == date(2020, 9, 1)  # its own was long ago, but all are looked at again in autumn


async def test_the_same_row_again_changes_nothing_and_a_different_one_is_refused(tx):
    await ask(tx, importing(row("1"), row("2")))
    answer = await ask(tx, importing(row("1"), row("2", text="改了内容"), row("3")))
    assert (answer.body.added, answer.body.unchanged) == (1, 1)
    assert [(one.number, one.field) for one in answer.body.refused] == [("2", "number")]
    assert answer.news[0].case.ref.number == "2020-360222-000003"
    other_source = await ask(tx, importing(row("1"), source="older"))
    assert other_source.body.added == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "dead_pines"}, "kind"),
        ({"division": "360281000000"}, "division"),
        ({"division": "360222999201"}, "division"),
        ({"found_on": "2020-06-16"}, "found_on"),
        ({"stocked_on": "2018-07-31"}, "stocked_on"),
        ({**CLOSED, "closed_on": "2018-07-31"}, "closed_on"),
        ({"closed_on": "2019-03-01"}, "route"),
        ({"route": "penalty"}, "route"),
        ({**CLOSED, "cause": "bad_luck"}, "cause"),
        ({"unit": STATION}, "due_on"),
        ({"unit": {"id": "u-gone", "name": "已撤销"}, "due_on": "2020-06-30"}, "unit.id"),
    ],
)
async def test_a_bad_row_is_named_by_field_and_the_good_ones_are_kept(tx, changes, field):
    answer = await ask(tx, importing(row("good"), row("bad", **changes)))
    assert answer.body.added == 1
    assert {(one.number, one.field) for one in answer.body.refused} >= {("bad", field)}
    assert await tx.sql.fetchval("SELECT count(*) FROM cases") == 1


async def test_the_cases_of_a_dissolved_unit_go_to_its_successor_or_back_to_the_office(tx):
    await ask(tx, importing(row("1", **TO_UNIT), row("2", **TO_UNIT)))
    successor = {"id": "u-360222104201", "name": "不论写什么"}
    gone = DissolveUnit(unit=STATION, successor=successor, reason="机构改革")
    answer = await ask(tx, gone)
    assert len(answer.body.cases) == 2
    assert {fact.case.unit.id for fact in answer.news} == {"u-360222104201"}
    assert {fact.case.owner.due_on for fact in answer.news} == {date(2020, 6, 30)}
    back = await ask(tx, DissolveUnit(unit={"id": "u-360222104201", "name": "某站"}, reason="机构改革"))
    assert {(fact.case.state, fact.case.unit) for fact in back.news} == {("verified", None)}
    assert (await ask(tx, DissolveUnit(unit=STATION, reason="机构改革"))).body.cases == ()


async def test_a_successor_answers_for_what_the_dissolved_unit_submitted_as_well(tx):
    (submitted,) = (await ask(tx, importing(row("1", **TO_UNIT), campaign="daily-2018"))).news
    id = submitted.case.ref.id
    await ask(tx, StartCase(case_id=id), UNIT)
    await ask(tx, SubmitCase(case_id=id, measures="已拆除", evidence=[EVIDENCE], proofs=PROOFS), UNIT)
    assert (await ask(tx, DissolveUnit(unit=STATION, reason="机构改革"))).body.cases == ()
    successor = {"id": "u-360222104201", "name": "不论写什么"}
    (passed,) = (await ask(tx, DissolveUnit(unit=STATION, successor=successor, reason="机构改革"))).news
    assert (passed.case.state, passed.case.unit.id) == ("submitted", "u-360222104201")
    assert passed.case.owner == passed.case.owner.model_copy(update={"unit": passed.case.office})


async def test_a_relapsed_case_of_a_dissolved_unit_is_its_successors_as_well(tx):
    (closed,) = (await ask(tx, importing(row("1", **CLOSED, unit=STATION)))).news
    await ask(tx, RelapseCase(case_id=closed.case.ref.id, why="recurrence", reason="又见违建"))
    successor = {"id": "u-360222104201", "name": "不论写什么"}
    (passed,) = (await ask(later(tx, 1), DissolveUnit(unit=STATION, successor=successor, reason="机构改革"))).news
    assert (passed.case.state, passed.case.unit.id) == ("relapsed", "u-360222104201")
    assert (passed.case.owner.unit, passed.case.owner.due_on) == (passed.case.unit, date(2020, 6, 23))


async def test_the_list_of_causes_grows(tx):
    added = await ask(tx, AddCause(cause="drone_gap", words="无人机盲区", words_en="a gap in drone cover"))
    assert [fact.cause for fact in added.news] == ["drone_gap"]
    named = (await ask(tx, ShowWords())).body
    assert {one.cause: one.words for one in named.causes}.items() >= {
        "drone_gap": "无人机盲区",
        "profit": "牟取利益",
    }.items()
    assert {one.campaign: one.words for one in named.campaigns}.items() >= {"daily": "日常", SHIELD: "绿盾2018"}.items()
    with pytest.raises(Problem) as refused:
        await ask(tx, AddCause(cause="profit", words="牟利", words_en="profit"))
    assert refused.value.errors[0]["field"] == "cause"


async def test_open_cases_pass_to_the_successor_of_whoever_answers(tx):
    (fact,) = await opened(tx, incident(1))
    (elsewhere,) = await opened(tx, incident(2, division=Division("360281101201")))
    changed = post("360222104201", "village_chief", holder="p-new-chief")
    await hear(cases, tx, [heard(PostStated(post=changed), "roster", sequence=2)])
    news = await scope_clock.pass_on(later(tx, 1))
    chiefs = [one.holder.id for one in news[0].case.acting if one.role == "village_chief"]
    assert ([told.case.ref for told in news], chiefs) == ([fact.case.ref], ["p-new-chief"])
    assert [post.holder.id for post in news[0].posts] == ["p-new-chief"]
    assert await scope_clock.pass_on(later(tx, 1)) == []
    known = (await ask(tx, ShowCase(case_id=fact.case.ref.id))).body
    assert [one.holder.id for one in known.answerable if one.role == "village_chief"] == [
        "p-360222104201-village-chief"
    ]
    assert elsewhere.case.ref.division == "360281101201"


async def test_repeats_at_the_same_place_by_the_same_party_or_cause_are_counted_and_named(tx):
    await ask(tx, importing(row("1", **CLOSED, party="甲"), row("2", **CLOSED, party="甲")))
    case = (await ask(tx, RegisterCase(**FOUND, campaign=SHIELD, found_on="2020-06-10", party="甲"))).body
    repeats = await case_store.repeats(tx, case, "no_permit", date(2018, 6, 15))
    assert (repeats.place, repeats.party, repeats.cause, len(repeats.cases)) == (2, 2, 2, 2)
    assert (await case_store.repeats(tx, case, "no_permit", date(2019, 3, 2))).place == 0
    await ask(tx, importing(row("3", **{**CLOSED, "route": "no_violation"}, party="甲")))
    assert (await case_store.repeats(tx, case, "no_permit", date(2018, 6, 15))).party == 2


async def test_a_move_that_waited_past_midnight_is_not_before_the_move_that_it_waited_for(tx):
    (fact,) = await opened(later(tx, 1), incident(1))
    (verified,) = (await ask(tx, VerifyCase(case_id=fact.case.ref.id))).news
    assert (verified.at, verified.on) == (later(tx, 1).now, date(2020, 6, 16))
    assert verified.case.owner.since_on == date(2020, 6, 16)


async def test_a_notice_ends_by_itself_on_the_day_after_its_last_and_a_look_back_is_called_for(tx):
    case = (await ask(tx, RegisterCase(**FOUND, campaign=SHIELD, found_on="2020-06-10"))).body
    id = case.ref.id
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
    assert await case_clock.end_notices(later(tx, 7)) == []  # the 22nd of June is its last day
    (closed,) = await case_clock.end_notices(later(tx, 8))
    assert (closed.case.state, closed.by, closed.entries[0].line) == ("closed", "cases", "closed")
    assert await case_clock.end_notices(later(tx, 9)) == []
    assert await case_clock.call_for_look_backs(later(tx, 77)) == []
    (due,) = await case_clock.call_for_look_backs(later(tx, 78))
    assert (due.name, due.case.look_back_on) == ("cases.look_back_due.v1", date(2020, 9, 1))
    assert await case_clock.call_for_look_backs(later(tx, 79)) == []
    moves = (await ask(later(tx, 79), ShowHistory(case_id=id))).body.moves
    assert [one.move for one in moves][-3:] == ["accept", "notice", "end_notice"]
