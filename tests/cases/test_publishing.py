"""Published sheets: which one came before, what is late for it, and which windows may be asked for."""

from datetime import date, timedelta

import pytest

from contracts.cases import LinkSite, PublishSheet, ShowSheet, TransferCase, VerifyCase
from services.cases.ledger import store as ledger_store
from services.runtime.problem import Problem
from tests.cases.book import ask, later, opened
from tests.cases.county import OFFICE, UNIT, incident
from tests.cases.test_entering import CLOSED, SHIELD, importing, row

FIRST, MID, LAST = date(2020, 6, 1), date(2020, 6, 30), date(2020, 7, 31)


async def published(tx, day, after=FIRST, to=MID, by=OFFICE, **scope):
    (told,) = (await ask(later(tx, day), PublishSheet(after=after, to=to, **scope), by)).news
    return told


def named(told):
    return [one.case.number[-1] for one in told.differences]


async def registered(tx, count):
    return [fact.case.ref for fact in await opened(tx, *(incident(n) for n in range(1, count + 1)))]


async def verify(tx, day, ref, on=date(2020, 6, 20)):
    await ask(later(tx, day), VerifyCase(case_id=ref.id, on=on))


async def test_what_is_late_is_named_once_and_only_after_the_sheet_for_which_it_is_late(tx):
    first, second, third = await registered(tx, 3)
    await verify(tx, 10, first)
    told = [await published(tx, 15)]
    await verify(tx, 16, second)
    told += [await published(tx, 17), await published(tx, 18)]
    await verify(tx, 19, third)
    told.append(await published(tx, 20))
    assert [named(one) for one in told] == [[], ["2"], [], ["3"]]
    assert [one.differences_total for one in told] == [0, 1, 0, 1]
    assert [one.sheet.balance.new for one in told] == [1, 2, 2, 3]


async def test_the_sheet_before_is_the_one_that_was_published_last_whatever_its_days(tx):
    first, second = await registered(tx, 2)
    await published(tx, 15, MID, date(2020, 6, 30))
    await verify(tx, 16, first)
    await published(tx, 17, FIRST, date(2020, 6, 29))
    await verify(tx, 18, second)
    assert named(await published(tx, 46, MID, LAST)) == ["2"]


@pytest.mark.parametrize(("on", "late"), [(date(2020, 6, 29), True), (MID, True), (date(2020, 7, 1), False)])
async def test_what_counts_after_the_last_day_of_a_sheet_is_not_late_for_it(tx, on, late):
    (ref,) = await registered(tx, 1)
    await published(tx, 15)
    await verify(tx, 20, ref, on)
    assert named(await published(tx, 46, MID, LAST)) == (["1"] if late else [])


async def test_old_stock_is_late_on_whatever_day_it_is_stated(tx):
    await published(tx, 15, to=date(2020, 6, 10))
    await ask(later(tx, 16), importing(row("1", stocked_on="2020-06-12")))
    assert [one.entry.line for one in (await published(tx, 17)).differences] == ["opening"]


@pytest.mark.parametrize("scope", [{"kind": "felling"}, {"campaign": "daily-2020"}], ids=str)
async def test_each_scope_has_its_own_sheets(tx, scope):
    first, second = await registered(tx, 2)
    await published(tx, 15)
    await verify(tx, 16, first)
    assert named(await published(tx, 17, **scope)) == []
    assert named(await published(tx, 18)) == ["1"]
    await verify(tx, 19, second)
    assert [named(await published(tx, 20, **scope)), named(await published(tx, 20))] == [["2"], ["2"]]
    assert named(await published(tx, 21, kind="waste")) == []


async def test_a_late_entry_is_named_as_its_fact_told_it(tx):
    (ref,) = await registered(tx, 1)
    await verify(tx, 10, ref)
    await published(tx, 15)
    moved = TransferCase(case_id=ref.id, campaign="forest-inspection-2020", on=date(2020, 6, 29), reason="督查图斑")
    facts = (await ask(later(tx, 16), moved)).news
    facts += (await ask(later(tx, 16), importing(row("1", **{**CLOSED, "closed_on": "2020-06-29"})))).news
    told = await published(tx, 17)
    # Both lines of the transfer cancel in a sheet that covers both.
    expected = [entry for fact in facts for entry in fact.entries if entry.other is None]
    assert [one.entry for one in told.differences] == expected
    assert [(one.line, one.reason, one.route) for one in expected] == [
        ("opening", None, None),
        ("closed", "put_right", "put_right"),
    ]
    await published(tx, 17, campaign="daily-2020")
    back = TransferCase(case_id=ref.id, campaign="daily-2020", on=date(2020, 6, 30), reason="退回")
    (fact,) = (await ask(later(tx, 18), back)).news
    (difference,) = (await published(tx, 19, campaign="daily-2020")).differences
    assert difference.entry == next(entry for entry in fact.entries if entry.line == "moved_in")
    assert difference.entry.other.campaign == "forest-inspection-2020"


async def test_an_entry_that_began_before_two_sheets_is_known_after_the_later_one(tx):
    (ref,) = await registered(tx, 1)
    for hours in (2, 1):
        await ask(later(tx, 15, hours=hours), PublishSheet(after=FIRST, to=MID))
    (fact,) = (await ask(later(tx, 15), VerifyCase(case_id=ref.id))).news
    assert fact.at == later(tx, 15, hours=2).now + timedelta(microseconds=1)


async def test_only_an_office_publishes_and_only_days_that_have_been(tx):
    with pytest.raises(Problem) as refused:
        await published(tx, 15, by=UNIT)
    assert refused.value.status == 403
    assert (await published(tx, 15, to=date(2020, 6, 30))).sheet.to == date(2020, 6, 30)
    with pytest.raises(Problem) as refused:
        await published(tx, 15, to=date(2020, 7, 1))
    assert [error["field"] for error in refused.value.errors] == ["to"]


async def test_a_window_may_be_of_no_day_and_its_campaign_is_one_of_the_list(tx):
    await verify(tx, 5, (await registered(tx, 1))[0], date(2020, 6, 15))
    empty = (await ask(later(tx, 6), ShowSheet(after=date(2020, 6, 16), to=date(2020, 6, 16)))).body.balance
    assert (empty.opening, empty.new, empty.closing) == (1, 0, 1)
    with pytest.raises(Problem) as refused:
        await ask(tx, ShowSheet(campaign="blue-sky", after=FIRST, to=MID))
    assert [error["field"] for error in refused.value.errors] == ["campaign"]


async def test_each_entry_is_folded_once(tx):
    for ref in await registered(tx, 3):
        await verify(tx, 5, ref, date(2020, 6, 15))
    assert [await ledger_store.fold(tx) for _ in range(2)] == [3, 0]


async def test_a_link_counts_from_its_business_date_on(tx):
    (ref,) = await registered(tx, 1)
    await verify(tx, 0, ref, date(2020, 6, 15))
    (other,) = (await ask(tx, importing(row("1", kind="felling"), campaign="forest-inspection-2020"))).news
    await ask(later(tx, 5), LinkSite(case_id=ref.id, other=other.case.ref.id, on=date(2020, 6, 17)))

    async def problems(to, campaign=None):
        return (await ask(later(tx, 6), ShowSheet(after=FIRST, to=to, campaign=campaign))).body.share.problems

    assert [await problems(date(2020, 6, day)) for day in (16, 17, 18)] == [2, 1, 1]
    assert [await problems(MID, campaign) for campaign in ("daily-2020", "forest-inspection-2020", SHIELD)] == [1, 1, 0]
