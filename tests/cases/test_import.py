"""Old ledgers: each row says whether it is new or carried over, and enters the ledger so, on its own day."""

import itertools
from datetime import date

import pytest

from contracts.cases import ImportCases, RelapseCase, ShowSheet
from services.runtime.problem import Problem
from tests.cases.book import ask, later
from tests.cases.county import STATION, VILLAGE
from tests.cases.test_entering import CLOSED, SHIELD, TO_UNIT, importing, row

INSPECTION = "forest-inspection-2020"
NEW = {"found_on": "2020-05-06", "verified_on": "2020-05-20"}


async def balance(tx, after, to, **asked):
    shown = (await ask(tx, ShowSheet(after=after, to=to, **asked))).body.balance
    return {line: count for line, count in shown.model_dump().items() if count}


async def test_a_list_of_this_years_inspection_is_new_on_the_day_on_which_each_was_verified(tx):
    answer = await ask(tx, importing(row("1", **NEW), row("2", **NEW, **TO_UNIT), campaign=INSPECTION, enters_as="new"))
    assert (answer.body.added, answer.body.refused) == (2, ())
    assert [[(entry.line, entry.on) for entry in fact.entries] for fact in answer.news] == [
        [("new", date(2020, 5, 20))]
    ] * 2
    assert [fact.on for fact in answer.news] == [date(2020, 5, 20)] * 2
    assert await balance(tx, "2020-05-19", "2020-05-20") == {"new": 2, "closing": 2}
    assert await balance(tx, "2020-05-20", "2020-06-15") == {"opening": 2, "closing": 2}
    assert await balance(tx, "2020-05-06", "2020-05-19") == {}


async def test_one_import_may_hold_both_and_a_row_goes_before_the_import(tx):
    rows = (row("1", **NEW, enters_as="new"), row("2", enters_as="opening"), row("3"))
    answer = await ask(tx, importing(*rows, enters_as="opening"))
    assert [fact.entries[0].line for fact in answer.news] == ["new", "opening", "opening"]


async def test_a_row_of_which_nobody_says_how_it_enters_is_refused_and_the_others_are_kept(tx):
    answer = await ask(tx, importing(row("1"), row("2", enters_as="opening"), enters_as=None))
    assert [(one.number, one.field) for one in answer.body.refused] == [("1", "enters_as")]
    assert answer.body.added == 1


def test_a_command_of_an_importer_who_does_not_know_the_field_is_still_read():
    assert ImportCases(source="old", campaign=SHIELD, rows=[row("1")]).enters_as is None


@pytest.mark.parametrize(
    ("enters_as", "changes", "field"),
    [
        ("new", {}, "verified_on"),
        ("new", {**NEW, "stocked_on": "2020-05-19"}, "stocked_on"),
        ("new", {**NEW, "verified_on": "2020-05-05"}, "verified_on"),
        ("new", {**NEW, "verified_on": "2020-06-16"}, "verified_on"),
        ("new", {**NEW, **CLOSED, "closed_on": "2020-05-19"}, "closed_on"),
        ("opening", {"verified_on": "2018-08-01"}, "verified_on"),
    ],
)
async def test_the_day_of_verification_goes_with_what_is_new_and_lies_where_it_can(tx, enters_as, changes, field):
    answer = await ask(tx, importing(row("bad", **changes), enters_as=enters_as))
    assert {one.field for one in answer.body.refused} == {field}


async def test_on_the_edges_of_its_days_a_new_row_is_taken(tx):
    today = row("1", found_on="2020-06-15", verified_on="2020-06-15", **{**CLOSED, "closed_on": "2020-06-15"})
    answer = await ask(tx, importing(today, row("2", **NEW, stocked_on="2020-05-20"), enters_as="new"))
    assert (answer.body.added, answer.body.refused) == (2, ())


async def test_the_same_row_that_now_enters_otherwise_is_not_the_same(tx):
    await ask(tx, importing(row("1")))
    assert (await ask(tx, importing(row("1", enters_as="opening"), enters_as=None))).body.unchanged == 1
    other = await ask(tx, importing(row("1", verified_on="2018-08-01"), enters_as="new"))
    assert [(one.number, one.field) for one in other.body.refused] == [("1", "number")]


async def test_the_opening_of_each_sheet_is_the_closing_of_the_one_before_wherever_an_opening_row_lies(tx):
    await ask(tx, importing(row("1", stocked_on="2019-07-01"), row("2", **CLOSED), enters_as="opening"))
    await ask(tx, importing(row("3", **NEW), enters_as="new", source="list"))
    ends = ["2018-07-31", "2019-02-28", "2019-06-30", "2019-07-01", "2020-05-19", "2020-05-20", "2020-12-31"]
    sheets = [(await balance(later(tx, 1), after, to)) for after, to in itertools.pairwise(ends)]
    for earlier, next_one in itertools.pairwise(sheets):
        assert next_one["opening"] == earlier["closing"]
    assert sheets[0] == {"opening": 2, "closing": 2}
    assert sheets[1] == {"opening": 2, "closed": 1, "closing": 1}
    assert sheets[-2] == {"opening": 1, "new": 1, "closing": 2}
    assert await balance(later(tx, 1), "2018-12-31", "2020-12-31") == {
        "opening": 2,
        "new": 1,
        "closed": 1,
        "closing": 2,
    }


@pytest.mark.parametrize(
    ("changes", "occurred"),
    [
        ({"found_on": "2020-05-06"}, ("2019-01-01", "2019-12-31")),
        ({"found_on": "2019-12-31"}, ("2019-01-01", "2019-12-31")),
        ({"found_on": "2019-12-30"}, None),
        (
            {"found_on": "2020-05-06", "occurred": {"from_on": "2019-03-01", "to_on": "2019-03-31"}},
            ("2019-03-01", "2019-03-31"),
        ),
    ],
)
async def test_what_an_inspection_finds_occurred_in_the_year_before_it_unless_it_is_known_better(tx, changes, occurred):
    (fact,) = (await ask(tx, importing(row("1", **changes), campaign=INSPECTION))).news
    found = fact.case.occurred and (str(fact.case.occurred.from_on), str(fact.case.occurred.to_on))
    assert found == occurred
    assert bool(fact.case.answerable) == (occurred is not None)


async def test_another_campaign_says_nothing_of_when_it_occurred(tx):
    (fact,) = (await ask(tx, importing(row("1")))).news
    assert (fact.case.occurred, fact.case.answerable) == (None, ())


async def test_the_unit_of_an_old_close_answers_for_a_rectification_that_was_false(tx):
    (closed,) = (await ask(tx, importing(row("1", **CLOSED, unit=STATION)))).news
    relapse = RelapseCase(case_id=closed.case.ref.id, why="false_rectification", reason="假整改")
    assert [one.unit for one in (await ask(tx, relapse)).body.also_answerable] == [STATION]


async def test_a_place_outside_the_office_that_imports_is_refused_by_row(tx):
    answer = await ask(tx, importing(row("1", division="360281000000"), row("2", division=VILLAGE)))
    assert ([(one.number, one.field) for one in answer.body.refused], answer.body.added) == ([("1", "division")], 1)
    with pytest.raises(Problem) as unknown:
        await ask(tx, importing(row("3"), campaign="blue-sky"))
    assert unknown.value.errors[0]["field"] == "campaign"
