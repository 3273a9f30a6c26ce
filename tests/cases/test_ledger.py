"""The ledger on its tables: exact to one case on any day and at any cut-off, and the same from the facts alone."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from contracts.cases import (
    AcceptCase,
    AcknowledgeReferral,
    AssignCase,
    CloseCase,
    LedgerLine,
    LinkSite,
    MergeCase,
    PublishSheet,
    ReferCase,
    RelapseCase,
    ShowAges,
    ShowNoViolation,
    ShowSheet,
    StartCase,
    SubmitCase,
    TransferCase,
    VerifyCase,
    VoidCase,
)
from contracts.language.division import Division
from contracts.roster import PostStated
from services.cases.ledger import clock as ledger_clock
from services.cases.service import cases
from services.runtime.problem import Problem
from tests.cases.book import FULIANG, ask, begun, later, opened
from tests.cases.county import CHIEF, EVIDENCE, OFFICE, POSTS, STATION, UNIT, VILLAGE, incident
from tests.cases.steps import PROOFS
from tests.telling import hear, heard
from tests.waiting import until

FIRST, LAST = date(2020, 6, 1), date(2020, 12, 31)
JINGDEZHEN = Division("360200000000")
TOWN = Division("360222104000")


async def sheet(tx, after=FIRST, to=LAST, division=FULIANG, **asked):
    return (await ask(tx, ShowSheet(after=after, to=to, **asked), OFFICE, division)).body


async def lines(tx, after=FIRST, to=LAST, division=FULIANG, **asked):
    """The lines of the equation that are not zero."""
    balance = (await sheet(tx, after, to, division, **asked)).balance
    return {name: count for name, count in balance.model_dump().items() if count}


async def close(tx, case_id):
    """From verified to closed, all on one day."""
    due_on = tx.now.date() + timedelta(days=10)
    await ask(tx, AssignCase(case_id=case_id, unit=STATION, due_on=due_on))
    await ask(tx, StartCase(case_id=case_id), UNIT)
    await ask(tx, SubmitCase(case_id=case_id, measures="已补植", evidence=[EVIDENCE]), UNIT)
    await ask(tx, AcceptCase(case_id=case_id), CHIEF)
    return await ask(tx, CloseCase(case_id=case_id, cause="profit"))


async def test_a_registered_case_is_not_in_the_ledger_and_a_verified_one_is_new(tx):
    (fact,) = await opened(tx, incident(1))
    assert await lines(tx) == {}
    await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    assert await lines(tx) == {"new": 1, "closing": 1}
    assert await lines(tx, after=date(2020, 6, 15)) == {"opening": 1, "closing": 1}
    assert await lines(tx, to=date(2020, 6, 14)) == {}


async def test_the_equation_holds_at_every_level_for_every_kind_before_and_after_folding(tx):
    facts = await opened(tx, *(incident(n, kind=kind) for n, kind in enumerate(["felling", "waste", "felling"], 1)))
    for fact in facts:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    await close(later(tx, 3), facts[0].case.ref.id)
    await ask(later(tx, 4), VoidCase(case_id=facts[1].case.ref.id, reason="重复录入"))
    await ask(later(tx, 20), RelapseCase(case_id=facts[0].case.ref.id, why="recurrence", reason="又见采伐"))

    async def everywhere():
        return [
            await lines(later(tx, 30), division=Division(division), kind=kind)
            for division in ("000000000000", "360000000000", JINGDEZHEN, FULIANG, TOWN, VILLAGE, "360281000000")
            for kind in (None, "felling", "waste")
        ]

    unfolded = await everywhere()
    assert unfolded[:3] == [
        {"new": 3, "relapsed": 1, "closed": 1, "voided": 1, "closing": 2},
        {"new": 2, "relapsed": 1, "closed": 1, "closing": 2},
        {"new": 1, "voided": 1},
    ]
    assert unfolded[3:18] == unfolded[:3] * 5
    assert unfolded[18:] == [{}, {}, {}]
    await ledger_clock.fold_ledger(later(tx, 30))
    assert await tx.sql.fetchval("SELECT count(*) FROM unfolded") == 0
    assert await everywhere() == unfolded


async def test_the_share_rectified_counts_what_is_now_closed_as_rectified(tx):
    facts = await opened(tx, *(incident(n) for n in range(1, 5)))
    for fact in facts:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))
    for fact in facts[:2]:
        await close(tx, fact.case.ref.id)
    await ask(tx, VoidCase(case_id=facts[3].case.ref.id, reason="录入有误"))
    found = await sheet(tx)
    share = found.share
    assert (share.rectified, share.counted, str(share.percent)) == (2, 3, "66.6700")
    assert found.closed_by_route == {"put_right": 2}
    await ask(later(tx, 1), RelapseCase(case_id=facts[0].case.ref.id, why="false_rectification", reason="假整改"))
    await ask(later(tx, 1), VoidCase(case_id=facts[1].case.ref.id, reason="录入有误"))
    found = await sheet(later(tx, 1))
    assert (found.share.rectified, found.share.counted) == (0, 2)
    assert found.relapsed_by_reason == {"false_rectification": 1}
    assert (await sheet(later(tx, 1), to=date(2020, 6, 15))).share.rectified == 2


async def test_a_campaign_with_a_threshold_states_it_with_its_source(tx):
    share = (await sheet(tx, campaign="green-shield-2019")).share
    assert (str(share.threshold_percent), share.threshold_due_on) == ("50.0000", date(2020, 12, 31))
    assert "原文未规定" in share.threshold_source
    assert share.percent is None


async def test_a_transfer_leaves_one_scope_for_another_and_cancels_where_both_are_covered(tx):
    (fact,) = await opened(tx, incident(1))
    id = fact.case.ref.id
    await ask(tx, VerifyCase(case_id=id))
    moving = TransferCase(case_id=id, division="360222105000", campaign="forest-inspection-2020", reason="并入督查")
    await ask(later(tx, 1), moving)
    for folded in (False, True):
        if folded:
            await ledger_clock.fold_ledger(later(tx, 1))
        assert await lines(later(tx, 1)) == {"new": 1, "closing": 1}
        assert await lines(later(tx, 1), campaign="daily-2020") == {"new": 1, "moved_out": 1}
        assert await lines(later(tx, 1), campaign="forest-inspection-2020") == {"moved_in": 1, "closing": 1}
        assert await lines(later(tx, 1), division=TOWN) == {"new": 1, "moved_out": 1}
        assert await lines(later(tx, 1), division=Division("360222105000")) == {"moved_in": 1, "closing": 1}


async def test_a_late_entry_is_in_the_sheet_of_its_day_but_not_before_it_was_known(tx):
    (fact,) = await opened(tx, incident(1))
    known = later(tx, 10)
    await ask(known, VerifyCase(case_id=fact.case.ref.id, on=date(2020, 6, 16)))
    for folded in (False, True):
        if folded:
            await ledger_clock.fold_ledger(known)
        assert await lines(known, to=date(2020, 6, 16)) == {"new": 1, "closing": 1}
        assert await lines(known, to=date(2020, 6, 16), cutoff=later(tx, 9).now) == {}
        assert await lines(known, to=date(2020, 6, 16), cutoff=later(tx, 10, seconds=-1).now) == {}
        assert await lines(known, to=date(2020, 6, 16), cutoff=known.now, division=VILLAGE) == {"new": 1, "closing": 1}
        assert await lines(known, cutoff=later(tx, 10, seconds=-1).now, division=VILLAGE) == {}


async def test_a_published_sheet_keeps_its_cut_off_and_late_entries_are_named_in_the_next(tx):
    first, second = await opened(tx, incident(1), incident(2))
    await ask(tx, VerifyCase(case_id=first.case.ref.id))
    june = later(tx, 15)
    published = (await ask(june, PublishSheet(after=FIRST, to=date(2020, 6, 30)))).news[0]
    assert (published.sheet.balance.closing, published.differences) == (1, ())
    july = later(tx, 20)
    await ask(july, VerifyCase(case_id=second.case.ref.id, on=date(2020, 6, 20)))
    next_one = (await ask(later(tx, 46), PublishSheet(after=date(2020, 6, 30), to=date(2020, 7, 31)))).news[0]
    assert (next_one.sheet.balance.opening, next_one.sheet.balance.closing) == (2, 2)
    assert [(one.case.number, one.entry.line, one.entry.on, one.known_at) for one in next_one.differences] == [
        (second.case.ref.number, "new", date(2020, 6, 20), july.now)
    ]
    again = await sheet(later(tx, 46), to=date(2020, 6, 30), cutoff=june.now)
    assert again.balance == published.sheet.balance


async def test_what_was_still_being_entered_when_a_sheet_was_published_is_known_after_it(tx):
    (fact,) = await opened(tx, incident(1))
    await ask(later(tx, 15, seconds=10), PublishSheet(after=FIRST, to=date(2020, 6, 30)))
    cutoff = later(tx, 15, seconds=10).now
    # This command began before the sheet was published, and comes after it.
    (verified,) = (await ask(later(tx, 15), VerifyCase(case_id=fact.case.ref.id))).news
    assert verified.at == cutoff + timedelta(microseconds=1)
    assert await lines(later(tx, 20), cutoff=cutoff) == {}
    (told,) = (await ask(later(tx, 20), PublishSheet(after=FIRST, to=date(2020, 6, 30)))).news
    assert [(one.entry.line, one.known_at) for one in told.differences] == [("new", verified.at)]
    assert told.differences_total == 1


async def test_a_sheet_waits_for_whoever_is_entering_something(dsn):
    entering, publishing, looking = [await asyncpg.connect(dsn) for _ in range(3)]
    now = datetime(2020, 6, 30, 2, 0, tzinfo=UTC)
    async with entering.transaction():
        await hear(cases, begun(entering, now), [heard(PostStated(post=one), "roster") for one in POSTS])
        (fact,) = await opened(begun(entering, now), incident(1))
    enters, publishes = entering.transaction(), publishing.transaction()
    await enters.start()
    await publishes.start()
    await ask(begun(entering, now), VerifyCase(case_id=fact.case.ref.id))
    sheet = PublishSheet(after=FIRST, to=date(2020, 6, 30))
    asked = asyncio.create_task(ask(begun(publishing, now + timedelta(seconds=1)), sheet))

    async def waits():
        return await looking.fetchval(
            "SELECT true FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = 'Lock'", publishing.get_server_pid()
        )

    await until(waits)
    await enters.commit()
    assert (await asked).body.balance.new == 1
    await publishes.commit()
    await entering.execute("TRUNCATE posts, cases, moves, numbers, corroborations, handovers, ledger, unfolded, sheets")
    for connection in (entering, publishing, looking):
        await connection.close()


async def standing(tx, *campaigns):
    """Verified cases of one kind, each transferred to its campaign."""
    kind = "forest_land_taken"
    facts = await opened(tx, *(incident(n, kind=kind) for n in range(1, len(campaigns) + 1)))
    for fact, campaign in zip(facts, campaigns, strict=True):
        await ask(tx, VerifyCase(case_id=fact.case.ref.id))
        if campaign != "daily-2020":
            await ask(tx, TransferCase(case_id=fact.case.ref.id, campaign=campaign, reason="督查图斑"))
    return [fact.case.ref for fact in facts]


async def problems(tx, **asked):
    share = (await sheet(tx, **asked)).share
    return share.counted, share.problems


async def test_one_site_in_two_campaigns_is_two_cases_and_one_problem(tx):
    first, second = await standing(tx, "daily-2020", "forest-inspection-2020")
    answer = await ask(tx, LinkSite(case_id=first.id, other=second.id))
    assert [fact.other.number for fact in answer.news] == [second.number, first.number]
    assert await problems(tx) == (2, 1)
    assert await problems(tx, campaign="daily-2020") == (1, 1)
    with pytest.raises(Problem) as refused:
        await ask(tx, LinkSite(case_id=first.id, other=second.id))
    assert refused.value.errors == ({"field": "other", "rule": f"{second.number} is linked already"},)


async def test_one_site_in_three_campaigns_is_one_problem_as_known_at_the_cut_off(tx):
    first, second, third = await standing(tx, "daily-2020", "forest-inspection-2020", "green-shield-2018")
    await ask(tx, LinkSite(case_id=first.id, other=second.id))
    linked = later(tx, 2)
    await ask(linked, LinkSite(case_id=first.id, other=third.id))
    await ask(linked, LinkSite(case_id=second.id, other=third.id))
    assert await problems(linked) == (3, 1)
    assert await problems(linked, cutoff=later(tx, 1).now) == (3, 2)
    assert await problems(linked, to=date(2020, 6, 16)) == (3, 2)
    # What was entered by mistake is no case any more, and the other two are still of one site.
    await ask(later(tx, 3), VoidCase(case_id=first.id, reason="录入有误"))
    assert await problems(later(tx, 3)) == (2, 1)
    assert await problems(later(tx, 3), cutoff=linked.now) == (3, 1)


async def test_a_site_that_showed_no_violation_is_no_problem_twice_over(tx):
    first, second = await standing(tx, "daily-2020", "forest-inspection-2020")
    await ask(tx, LinkSite(case_id=first.id, other=second.id))
    await ask(tx, AssignCase(case_id=first.id, unit=STATION, due_on=date(2020, 7, 1)))
    shown = ShowNoViolation(case_id=first.id, measures="无违法", proofs=PROOFS)
    await ask(tx, shown, UNIT)
    await ask(tx, AcceptCase(case_id=first.id), CHIEF)
    await ask(tx, CloseCase(case_id=first.id, cause="profit"))
    assert await problems(tx) == (1, 1)


async def test_the_survivor_of_a_merge_takes_over_what_the_duplicate_was_linked_to(tx):
    duplicate, survivor, other = await standing(tx, "daily-2020", "daily-2020", "forest-inspection-2020")
    await ask(tx, LinkSite(case_id=duplicate.id, other=other.id))
    assert await problems(tx) == (3, 2)
    answer = await ask(tx, MergeCase(case_id=duplicate.id, into=survivor.id, reason="同一地块"))
    assert [fact.name for fact in answer.news] == ["cases.merged.v1", "cases.survived.v1", "cases.site_linked.v1"]
    assert (answer.news[2].case.ref, answer.news[2].other) == (survivor, other)
    assert await problems(tx) == (2, 1)


async def test_the_survivor_of_a_merge_goes_on_with_the_duplicates_referrals(tx):
    duplicate, survivor = await standing(tx, "daily-2020", "daily-2020")
    police = {"kind": "police", "to": {"id": "u-police", "name": "浮梁县公安局"}}
    await ask(tx, ReferCase(case_id=survivor.id, **police))
    await ask(tx, ReferCase(case_id=duplicate.id, **police, flags=["grave"]))
    answer = await ask(later(tx, 1), MergeCase(case_id=duplicate.id, into=survivor.id, reason="同一地块"))
    assert [(fact.name, fact.case.ref) for fact in answer.news] == [
        ("cases.merged.v1", duplicate),
        ("cases.survived.v1", survivor),
        ("cases.referred.v1", survivor),
    ]
    known = await ask(later(tx, 2), AcknowledgeReferral(case_id=survivor.id, n=2, their_number="12号"))
    assert [(one.n, one.their_number) for one in known.body.referrals] == [(1, None), (2, "12号")]
    assert known.body.flags == ("grave",)


async def test_a_place_that_a_case_leaves_hears_so_with_what_it_takes_out_of_the_ledger_there(tx):
    (ref,) = await standing(tx, "daily-2020")
    told = (await ask(tx, TransferCase(case_id=ref.id, division="360222105000", reason="属蛟潭镇"))).news
    assert [(fact.name, getattr(fact, "left", None)) for fact in told] == [
        ("cases.transferred.v1", None),
        ("cases.left.v1", VILLAGE),
    ]
    assert [[entry.line.value for entry in fact.entries] for fact in told] == [["moved_in"], ["moved_out"]]
    assert told[1].told_in() == VILLAGE


async def test_who_answers_for_the_place_that_a_case_is_moved_to_answers_for_it_from_its_beginning(tx):
    (ref,) = await standing(tx, "daily-2020")
    moving = TransferCase(case_id=ref.id, division="360222105000", place="蛟潭镇", reason="属蛟潭镇")
    case = (await ask(tx, moving)).body
    assert (case.place, [one.id for one in case.answerable]) == ("蛟潭镇", ["360222000000-chief"])
    assert case.acting == case.answerable
    with pytest.raises(Problem) as refused:
        await ask(tx, TransferCase(case_id=ref.id, kind="felling", place="别处", reason="改名"))
    assert [error["field"] for error in refused.value.errors] == ["place"]


async def test_days_that_end_before_they_begin_are_refused(tx):
    with pytest.raises(Problem) as refused:
        await sheet(tx, after=LAST, to=FIRST)
    assert refused.value.errors[0]["field"] == "to"


async def test_ages_count_from_the_last_move_on_any_past_day(tx):
    first, second = await opened(tx, incident(1), incident(2))
    await ask(tx, VerifyCase(case_id=first.case.ref.id))
    await ask(later(tx, 20), VerifyCase(case_id=second.case.ref.id))
    await ask(later(tx, 25), AssignCase(case_id=second.case.ref.id, unit=STATION, due_on=date(2020, 7, 20)))

    async def ages(on):
        found = (await ask(later(tx, 60), ShowAges(on=on))).body
        return found.within_7, found.within_30, found.within_90, found.over_90, found.overdue_by_rung

    assert await ages(date(2020, 6, 15)) == (1, 0, 0, 0, {})
    assert await ages(date(2020, 7, 5)) == (1, 1, 0, 0, {"none": 1})
    assert await ages(date(2020, 8, 14)) == (0, 0, 2, 0, {"none": 2})


async def test_a_case_is_as_old_as_it_was_where_it_counted_that_day(tx):
    (ref,) = await standing(tx, "daily-2020")
    await ask(later(tx, 5), TransferCase(case_id=ref.id, division="360222105000", reason="属蛟潭镇"))

    async def within_7(division, on):
        return (await ask(later(tx, 9), ShowAges(on=on), OFFICE, Division(division))).body.within_7

    assert [await within_7(place, date(2020, 6, 16)) for place in (TOWN, "360222105000")] == [1, 0]
    assert [await within_7(place, date(2020, 6, 21)) for place in (TOWN, "360222105000")] == [0, 1]


def from_facts(facts):
    """The ledger as a subscriber has it: the entries of distinct facts, in any order."""
    distinct = dict(facts)
    return Counter(
        (entry.scope.campaign, entry.scope.kind.value, entry.line.value)
        for fact in distinct.values()
        for entry in fact.entries
    )


async def test_the_ledger_is_the_same_when_rebuilt_from_the_facts_alone_in_any_order_and_repetition(tx):
    told = []
    facts = await opened(tx, *(incident(n) for n in range(1, 4)))
    for fact in facts:
        told += (await ask(tx, VerifyCase(case_id=fact.case.ref.id))).news
    told += (await close(later(tx, 1), facts[0].case.ref.id)).news
    told += (await ask(later(tx, 2), VoidCase(case_id=facts[1].case.ref.id, reason="录入有误"))).news
    kinds = {"campaign": "forest-inspection-2020", "kind": "forest_land_taken"}
    told += (await ask(later(tx, 2), TransferCase(case_id=facts[2].case.ref.id, reason="督查图斑", **kinds))).news
    numbered = list(enumerate(told))
    rebuilt = from_facts([*reversed(numbered), *numbered[1:]])
    rows = await tx.sql.fetch("SELECT campaign, kind, line, count(*) AS n FROM ledger GROUP BY 1, 2, 3")
    assert rebuilt == {(row["campaign"], row["kind"], row["line"]): row["n"] for row in rows}
    assert rebuilt["daily-2020", "felling", LedgerLine.NEW] == 3


async def test_entries_cannot_be_for_a_day_after_they_were_known(tx):
    (fact,) = await opened(tx, incident(1))
    with pytest.raises(Problem) as refused:
        await ask(tx, VerifyCase(case_id=fact.case.ref.id, on=date(2020, 6, 16)))
    assert refused.value.errors[0]["field"] == "on"
    assert await tx.sql.fetchval("SELECT count(*) FROM ledger WHERE case_id = $1", UUID(fact.case.ref.id)) == 0
