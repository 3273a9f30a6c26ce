"""The records of chiefs on their tables: what cases enter and undo, once, in whatever order they are heard."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from contracts.cases import (
    AlsoAnswerable,
    CaseClosed,
    CaseDismissed,
    CaseOpened,
    CaseRelapsed,
    CaseReopened,
    CaseVoided,
)
from contracts.language.command import OPERATOR
from contracts.language.division import Division
from contracts.language.values import day_of
from contracts.targets import (
    AlsoRecorded,
    RecordEntered,
    RecordUndone,
    ShowRecord,
)
from services.cases.case import case as rules
from services.cases.post.post import Roster
from services.runtime.problem import Problem
from services.runtime.reference.posts import reference
from services.targets.service import targets
from tests.cases.county import POSTS, SEEN, STATION, closed_case, incident
from tests.cases.steps import case_in
from tests.posts import OF_ONE_COUNTY, chief
from tests.servers import migrated
from tests.telling import answered, asking, hear, heard
from tests.turns import overlapping

MIGRATIONS = Path(__file__).parents[2] / "services" / "targets" / "migrations"
CHIEF_OF_VILLAGE = "360222104201-village-chief"


def opened(**changes):
    case = rules.open_case(incident(), "2020-360222-000001", 1, Roster(POSTS), SEEN)
    return CaseOpened(case=case.model_copy(update=changes), by="cases", at=SEEN)


def voided():
    return CaseVoided(case=case_in("voided"), by="p-1", at=SEEN + timedelta(days=1), reason="录入有误")


async def kept(tx, *facts):
    """The news of facts that are heard in this order, numbered as the case made them."""
    news = []
    for n, fact in facts:
        news += await hear(targets, tx, [heard(fact, "cases", sequence=n)])
    return [fact for _, fact in news]


async def shown(tx, post_id=CHIEF_OF_VILLAGE, **more):
    asked = asking(ShowRecord(post_id=post_id, **more), OPERATOR, Division("360222000000"))
    return (await answered(targets, tx, asked)).body


async def test_a_case_stands_once_in_the_record_of_its_chief(tx):
    one = heard(opened(), "cases")
    ((cause, entered),) = await hear(targets, tx, [one, one])
    assert (type(entered), entered.post.id, entered.what) == (RecordEntered, CHIEF_OF_VILLAGE, "opened")
    assert cause.envelope == one.envelope
    assert await hear(targets, tx, [one]) == []
    closed = CaseClosed(case=closed_case(incident()), by="p-1", at=SEEN)
    assert [fact.what for fact in await kept(tx, (2, closed))] == ["closed"]
    assert (await shown(tx)).counts == {"opened": 1, "closed": 1}


async def test_of_several_chiefs_of_one_area_the_case_counts_for_the_nearest(tx):
    answerable = tuple(reference(post, day_of(SEEN)) for post in OF_ONE_COUNTY)
    (entered,) = await kept(tx, (1, opened(answerable=answerable)))
    assert entered.post.id == "b-002"


@pytest.mark.parametrize("number", [1, None], ids=["numbered", "without a number"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_what_undoes_a_case_undoes_its_entry_which_stays_to_be_seen(tx, order, number):
    numbered = [(number, opened()), ((number or 0) + 1, voided())]
    news = await kept(tx, *(numbered[n] for n in order))
    assert [type(fact) for fact in news] == [RecordEntered, RecordUndone]
    assert (news[1].post.id, news[1].what, news[1].undone_by) == (CHIEF_OF_VILLAGE, "opened", "voided")
    record = await shown(tx)
    assert record.counts == {}
    assert [(line.what, line.at, line.undone_by, line.undone_at) for line in record.lines] == [
        ("opened", SEEN, "voided", SEEN + timedelta(days=1))
    ]
    assert await kept(tx, *numbered, *numbered) == []


async def test_a_reopened_case_is_entered_again(tx):
    dismissed = CaseDismissed(case=case_in("dismissed"), by="p-1", at=SEEN, reason="无此事")
    reopened = CaseReopened(case=opened().case, by="p-1", at=SEEN, reason="有新照片")
    news = await kept(tx, (1, opened()), (2, dismissed), (3, reopened))
    assert [type(fact) for fact in news] == [RecordEntered, RecordUndone, RecordEntered]
    record = await shown(tx)
    assert (record.counts, [line.undone_by for line in record.lines]) == ({"opened": 1}, [None])


async def test_a_case_that_nobody_answers_for_is_written_down_and_told_to_nobody(tx):
    assert await kept(tx, (1, opened(answerable=()))) == []
    assert await tx.sql.fetchval("SELECT what FROM records WHERE post_id IS NULL") == "opened"


async def test_a_false_rectification_is_entered_for_the_acceptor_and_the_unit_of_that_time(tx):
    also = (
        AlsoAnswerable(why="false_rectification", account="p-acceptor"),
        AlsoAnswerable(why="false_rectification", unit=STATION),
    )
    case = case_in("relapsed", also_answerable=also)
    relapsed = CaseRelapsed(case=case, by="p-1", at=SEEN, why="false_rectification", reason="照片是旧的")
    told = await kept(tx, (1, relapsed))
    assert [(type(fact), fact.unit, fact.account, fact.undone_by) for fact in told] == [
        (AlsoRecorded, STATION, None, None),
        (AlsoRecorded, None, "p-acceptor", None),
    ]
    told = await kept(tx, (2, voided()))
    assert [(type(fact), fact.undone_by) for fact in told] == [(AlsoRecorded, "voided")] * 2


async def test_a_record_shows_the_newest_lines_first_and_counts_all_that_stand(tx):
    for n in range(3):
        case = rules.open_case(incident(n), f"2020-360222-{n:06d}", 1, Roster(POSTS), SEEN)
        await kept(tx, (1, CaseOpened(case=case, by="cases", at=SEEN + timedelta(hours=n % 2))))
    record = await shown(tx, limit=2)
    assert [line.case.number for line in record.lines] == ["2020-360222-000001", "2020-360222-000002"]
    assert record.counts == {"opened": 3}


async def test_a_case_of_two_holders_counts_once_for_the_post_and_names_both(tx):
    then, now = (
        reference(post, day_of(SEEN)) for post in (OF_ONE_COUNTY[0], chief("a-001", "general_chief", vacant=True))
    )
    news = await kept(tx, (1, opened(answerable=(then, now))))
    assert [(fact.post.id, fact.post.holder and fact.post.holder.id) for fact in news] == [
        ("a-001", "p-a-001"),
        ("a-001", None),
    ]
    record = await shown(tx, "a-001")
    assert record.counts == {"opened": 1}
    assert sorted(line.holder.id if line.holder else "" for line in record.lines) == ["", "p-a-001"]


async def test_a_record_is_shown_only_within_the_subjects_division(tx):
    await kept(tx, (1, opened()))
    with pytest.raises(Problem) as refused:
        await answered(targets, tx, asking(ShowRecord(post_id=CHIEF_OF_VILLAGE), "p-1", Division("360281000000")))
    assert refused.value.status == 403


async def test_records_written_before_undoing_was_known_can_be_undone_too(tx):
    await tx.sql.execute("DROP TABLE reports, fates, targets, records, case_steps")
    await tx.sql.execute((MIGRATIONS / "0001_targets.sql").read_text(encoding="utf-8"))
    case, post = opened().case, reference(OF_ONE_COUNTY[0], day_of(SEEN))
    for what, whose in [("opened", post), ("overdue", post), ("closed", None)]:
        row = (case.ref.id, what, case.ref.number, case.ref.division, SEEN)
        of_post = (None, None, None) if whose is None else (whose.id, whose.division, whose.model_dump_json())
        await tx.sql.execute(
            """
            INSERT INTO records (case_id, what, case_number, case_division, at, post_id, post_division, post)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            *row,
            *of_post,
        )
    await tx.sql.execute((MIGRATIONS / "0002_undone.sql").read_text(encoding="utf-8"))
    assert [(fact.what, fact.undone_by) for fact in await kept(tx, (7, voided()))] == [
        ("opened", "voided"),
        ("overdue", "voided"),
    ]


@pytest.mark.served
async def test_two_facts_of_one_case_that_are_heard_at_once_end_as_one_after_the_other():
    dsn = await migrated("targets")
    facts = [heard(opened(), "cases", sequence=1), heard(voided(), "cases", sequence=2)]
    entered, undone = await overlapping(dsn, *(partial(hear, targets, told=[fact]) for fact in facts))
    assert [type(fact) for _, fact in [*entered, *undone]] == [RecordEntered, RecordUndone]
