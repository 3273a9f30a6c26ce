"""A directive's items open cases; it is fulfilled when they are closed, and not while one has come back (A2, D2)."""

import itertools
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from contracts.cases import (
    CaseClosed,
    CaseDismissed,
    CaseMerged,
    CaseRelapsed,
    CaseReopened,
    CaseVoided,
)
from contracts.roster import DirectiveFulfilled, ListRegister, Register
from services.roster.service import roster
from services.runtime.problem import Problem
from tests.roster.areas_and_posts import EAST, TOWN, WEST
from tests.roster.entries import OFFICE, STATED, STATION, entry
from tests.roster.registered import COUNTY, town
from tests.telling import hear, heard

pytestmark = pytest.mark.served
PAYLOADS = Path(__file__).parents[2] / "contracts" / "published" / "payloads"
ITEMS = STATED[Register.DIRECTIVE]["items"]
STATES = {
    CaseClosed: "closed",
    CaseDismissed: "dismissed",
    CaseVoided: "voided",
    CaseMerged: "merged",
    CaseReopened: "registered",
    CaseRelapsed: "relapsed",
}


@pytest.fixture
async def desk(dsn):
    async with town(dsn) as desk:
        await desk.enrol(Register.CORRESPONDENCE)
        yield desk


def ref(n):
    return {"id": f"4deb590f-728d-5a46-a94b-45f9639c044{n}", "number": f"2020-360222-00000{n}", "division": WEST}


def about(kind, n, sequence, item=None, into=None, closed_on="2020-06-20", case_kind="directive"):
    """A fact of the case number `n`, of an item or of none, as it is heard."""
    stated = json.loads((PAYLOADS / kind.name / "001.json").read_text("utf-8"))
    stated["case"] |= {
        "ref": ref(n),
        "kind": case_kind,
        "state": STATES[kind],
        "closed_on": closed_on if kind is CaseClosed else None,
        "merged_into": ref(into) if into else None,
        "item": {"directive_id": "order-2020-2", "item": item} if item else None,
    }
    return heard(kind.model_validate(stated), "cases", sequence=sequence)


async def present(desk):
    page = (await desk.ask(ListRegister(in_register="directive"))).body
    (directive,) = page.directives
    return [one.state for one in directive.items], directive.fulfilled_on and str(directive.fulfilled_on)


async def tell(desk, *facts):
    news = []
    for fact in facts:
        news += [told for _, told in await hear(roster, desk.tx, [fact])]
    return [told for told in news if isinstance(told, DirectiveFulfilled)]


CLOSED_1, CLOSED_2 = about(CaseClosed, 1, 9, "1"), about(CaseClosed, 2, 9, "2", closed_on="2020-07-02")
VOIDED_1, VOIDED_2 = about(CaseVoided, 1, 9, "1"), about(CaseVoided, 2, 9, "2")
MERGED_1 = about(CaseMerged, 1, 9, "1", into=3)


@pytest.mark.parametrize(
    ("facts", "states", "fulfilled_on", "told"),
    [
        ((), ["open", "open"], None, 0),
        ((CLOSED_1,), ["done", "open"], None, 0),
        ((CLOSED_1, CLOSED_2), ["done", "done"], "2020-07-02", 1),
        ((CLOSED_1, CLOSED_1, CLOSED_2, CLOSED_2), ["done", "done"], "2020-07-02", 1),
        ((VOIDED_1, CLOSED_2), ["dropped", "done"], "2020-07-02", 1),
        ((CLOSED_1, about(CaseDismissed, 2, 9, "2")), ["done", "dropped"], "2020-06-20", 1),
        ((VOIDED_1, VOIDED_2), ["dropped", "dropped"], None, 0),
        ((CLOSED_1, CLOSED_2, about(CaseRelapsed, 1, 10, "1")), ["open", "done"], None, 1),
        (
            (
                CLOSED_1,
                CLOSED_2,
                about(CaseRelapsed, 1, 10, "1"),
                about(CaseClosed, 1, 15, "1", closed_on="2020-08-01"),
            ),
            ["done", "done"],
            "2020-08-01",
            2,
        ),
        ((about(CaseDismissed, 1, 5, "1"), about(CaseReopened, 1, 6, "1"), CLOSED_2), ["open", "done"], None, 0),
        ((MERGED_1, CLOSED_2), ["open", "done"], None, 0),
        ((MERGED_1, CLOSED_2, about(CaseClosed, 3, 20, closed_on="2020-07-09")), ["done", "done"], "2020-07-09", 1),
        (
            (MERGED_1, about(CaseMerged, 3, 20, into=4), about(CaseClosed, 4, 30), CLOSED_2),
            ["done", "done"],
            "2020-07-02",
            1,
        ),
        ((MERGED_1, CLOSED_2, about(CaseVoided, 3, 20)), ["dropped", "done"], "2020-07-02", 1),
        ((about(CaseMerged, 1, 9, "1", into=2), CLOSED_2), ["done", "done"], "2020-07-02", 1),
    ],
)
async def test_an_item_is_what_its_case_is_and_the_directive_is_fulfilled_by_the_last(
    desk, facts, states, fulfilled_on, told
):
    await desk.enrol(Register.DIRECTIVE)
    fulfilled = await tell(desk, *facts)
    assert await present(desk) == (states, fulfilled_on)
    assert len(fulfilled) == told
    for fact in fulfilled:
        assert (fact.issuer.id, fact.issuer.holder.id) == (f"{TOWN}-chief", "p-chief")


CHAIN = (MERGED_1, about(CaseMerged, 3, 20, into=4), about(CaseClosed, 4, 30), CLOSED_2)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_in_whichever_order_they_come_the_end_is_the_same(desk, order):
    await desk.enrol(Register.DIRECTIVE)
    await tell(desk, *(CHAIN[n] for n in order))
    assert await present(desk) == (["done", "done"], "2020-07-02")


async def test_a_late_fact_of_before_changes_nothing(desk):
    await desk.enrol(Register.DIRECTIVE)
    await tell(desk, about(CaseClosed, 1, 15, "1"), about(CaseRelapsed, 1, 10, "1"))
    assert (await present(desk))[0] == ["done", "open"]


async def test_cases_of_others_are_not_kept(desk):
    await desk.enrol(Register.DIRECTIVE)
    assert await tell(desk, about(CaseClosed, 7, 3, case_kind="felling")) == []
    assert await desk.tx.sql.fetchval("SELECT count(*) FROM item_cases") == 0


async def test_an_item_that_is_added_opens_a_fulfilled_directive_again(desk):
    await desk.enrol(Register.DIRECTIVE)
    await tell(desk, CLOSED_1, CLOSED_2)
    third = {**ITEMS[0], "item": "3", "due_on": "2020-09-30"}
    await desk.enrol(Register.DIRECTIVE, entry(Register.DIRECTIVE, items=[*ITEMS, third]))
    assert await present(desk) == (["done", "done", "open"], None)


async def test_a_statement_takes_no_item_away_and_sets_no_state(desk):
    await desk.enrol(Register.DIRECTIVE)
    stated = entry(Register.DIRECTIVE, items=[{**ITEMS[0], "state": "done"}], fulfilled_on="2020-06-14")
    assert (await desk.enrol(Register.DIRECTIVE, stated)).body.changed == 0
    assert await present(desk) == (["open", "open"], None)


PAST = {**ITEMS[0], "due_on": str(date(2020, 6, 15) - timedelta(days=1))}


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"instrument": "other"}, [("instrument", "one_of")]),
        ({"issuer_post_id": f"{TOWN}-office"}, [("issuer_post_id", "issuer_post")]),
        ({"issuer_post_id": "nobody"}, [("issuer_post_id", "issuer_post")]),
        ({"issuer_post_id": f"{WEST}-village-chief"}, [("issuer_post_id", "issuer_post")]),
        ({"issued_on": "2020-06-16"}, [("issued_on", "not_after_today")]),
        ({"issued_on": "2020-06-15"}, []),
        ({"answers": "nothing"}, [("answers", "answers_submission")]),
        ({"answers": "across"}, [("answers", "answers_submission")]),
        ({"answers": None}, []),
        ({"items": [PAST]}, [("items.0.due_on", "not_before_day")]),
        ({"items": [{**ITEMS[0], "due_on": "2020-06-15"}]}, []),
        ({"items": [ITEMS[0], ITEMS[0]]}, [(f"items.{n}.item", "once_in_list") for n in (0, 1)]),
        ({"items": [{**ITEMS[0], "unit": {"id": "u-nobody", "name": "无"}}]}, [("items.0.unit.id", "unit_of_roster")]),
        ({"items": [{**ITEMS[0], "division": COUNTY}]}, [("items.0.division", "item_within")]),
        ({"items": [{**ITEMS[0], "division": EAST}]}, []),
        ({"items": []}, []),
    ],
)
async def test_what_a_directive_must_be_like(desk, otherwise, wrong):
    await desk.enrol(Register.CORRESPONDENCE, entry(Register.CORRESPONDENCE, id="across", number="8", way="across"))
    try:
        await desk.enrol(Register.DIRECTIVE, entry(Register.DIRECTIVE, **otherwise))
        found = []
    except Problem as problem:
        found = [(one["field"].removeprefix("directives.0."), one["rule"].code) for one in problem.errors]
    assert found == wrong


@pytest.mark.parametrize("field", ["unit", "due_on", "text", "place", "division", "severity"])
async def test_an_item_whose_case_was_opened_stays_as_it_is(desk, field):
    await desk.enrol(Register.DIRECTIVE)
    other = {"unit": OFFICE, "due_on": "2020-07-01", "text": "a", "place": "b", "division": EAST, "severity": "grave"}
    with pytest.raises(Problem) as refused:
        await desk.enrol(Register.DIRECTIVE, entry(Register.DIRECTIVE, items=[{**ITEMS[0], field: other[field]}]))
    assert [(one["field"], one["rule"].code) for one in refused.value.errors] == [
        (f"directives.0.items.0.{field}", "item_stands")
    ]


@pytest.mark.parametrize(
    ("register", "otherwise", "is_taken"),
    [
        (Register.DIRECTIVE, {}, True),
        (Register.DIRECTIVE, {"issued_on": "2019-06-12"}, False),
        (Register.DIRECTIVE, {"number": "第3号"}, False),
        (Register.CORRESPONDENCE, {}, True),
        (Register.CORRESPONDENCE, {"sent_on": "2019-06-12", "reply_due_on": None}, False),
        (Register.CORRESPONDENCE, {"office": STATION}, False),
    ],
)
async def test_a_number_is_used_once_by_its_sender_in_a_year(desk, register, otherwise, is_taken):
    if register is Register.DIRECTIVE:
        await desk.enrol(register)
    other = entry(register, id="other", **otherwise)
    if not is_taken:
        assert (await desk.enrol(register, other)).body.changed == 1
        return
    for entries in ((other,), (entry(register, id="one", number="x"), entry(register, id="two", number="x"))):
        with pytest.raises(Problem) as refused:
            await desk.enrol(register, *entries)
        assert [one["rule"].code for one in refused.value.errors] == ["number_once"]
