"""Targets on its tables: the plan, exact sums, records."""

from decimal import Decimal

import pytest

from contracts.cases import CaseClosed, CaseOpened
from contracts.commands import OPERATOR, SetTarget, ShowPlan, ShowRecord
from contracts.division import UNKNOWN, Division
from contracts.targets import ProgressRecorded, RecordEntered, TargetSet
from contracts.values import day_of
from services.cases import case as cases
from services.cases.post import Posts
from services.runtime.messages import Refused
from services.runtime.posts import reference
from services.runtime.problem import Problem
from services.targets import handlers
from tests.cases.world import POSTS, SEEN, closed_case, incident
from tests.posts import OF_ONE_COUNTY
from tests.servers import migrated, transaction
from tests.targets.plan import TARGET, reported, target
from tests.telling import asking, heard


@pytest.fixture(scope="module")
async def dsn():
    return await migrated("targets")


@pytest.fixture
async def tx(dsn):
    async with transaction(dsn) as tx:
        await handlers.set_target(tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
        yield tx


async def test_a_target_is_set_once_and_the_same_again_changes_nothing(tx):
    again = await handlers.set_target(tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
    assert list(again.news) == []
    more = target(amount=Decimal(12000))
    changed = await handlers.set_target(tx, asking(SetTarget(target=more), OPERATOR, UNKNOWN))
    assert [type(fact) for fact in changed.news] == [TargetSet]
    shown = await handlers.show_plan(tx, asking(ShowPlan(year=2020), OPERATOR, UNKNOWN))
    assert [one.target.amount for one in shown.body.targets] == [Decimal(12000)]


async def test_only_the_operator_sets_the_plan(tx):
    with pytest.raises(Problem) as refused:
        await handlers.set_target(tx, asking(SetTarget(target=TARGET), "p-360222000000-office", UNKNOWN))
    assert refused.value.status == 403


async def test_progress_adds_up_and_every_report_has_a_fate(tx):
    news = await handlers.count_progress(
        tx,
        [
            reported(),
            reported(),
            reported("b", "0.0001"),
            reported(revision=2, amount="10"),
            reported("c", target_id="x"),
        ],
    )
    facts = [item[1] for item in news if not isinstance(item, Refused)]
    assert [type(fact) for fact in facts] == [ProgressRecorded] * 3
    assert [fact.total.reported for fact in facts] == [Decimal("12.5"), Decimal("12.5001"), Decimal("10.0001")]
    assert await tx.sql.fetchval("SELECT reported FROM targets") == Decimal("10.0001")
    rows = await tx.sql.fetch("SELECT fate FROM fates ORDER BY id")
    assert [row["fate"] for row in rows] == ["counted", "repeat", "counted", "revised", "refused"]
    assert await handlers.count_progress(tx, [reported()]) == []


async def test_a_target_with_progress_keeps_its_unit(tx):
    await handlers.count_progress(tx, [reported()])
    with pytest.raises(Problem) as refused:
        await handlers.set_target(tx, asking(SetTarget(target=target(unit="m3")), OPERATOR, UNKNOWN))
    assert [error["field"] for error in refused.value.errors] == ["target.unit"]


async def test_a_case_stands_once_in_the_record_of_its_chief(tx):
    case = cases.open_case(incident(), "2020-360222-000001", 1, Posts(POSTS), SEEN)
    opened = heard(CaseOpened(case=case, by="cases", at=SEEN), "cases")
    ((_, entered),) = await handlers.enter_opened(tx, [opened, opened])
    assert (type(entered), entered.post.id) == (RecordEntered, "360222104201-village-chief")
    assert await handlers.enter_opened(tx, [opened]) == []
    closed = CaseClosed(case=closed_case(incident()), by="p-1", at=SEEN)
    await handlers.enter_closed(tx, [heard(closed, "cases")])
    ask = asking(ShowRecord(post_id="360222104201-village-chief"), OPERATOR, Division("360222000000"))
    assert (await handlers.show_record(tx, ask)).body.counts == {"opened": 1, "closed": 1}


async def test_of_several_chiefs_of_one_area_the_case_counts_for_the_nearest(tx):
    case = cases.open_case(incident(), "2020-360222-000001", 1, Posts(POSTS), SEEN)
    answerable = tuple(reference(post, day_of(SEEN)) for post in OF_ONE_COUNTY)
    opened = CaseOpened(case=case.model_copy(update={"answerable": answerable}), by="cases", at=SEEN)
    ((_, entered),) = await handlers.enter_opened(tx, [heard(opened, "cases")])
    assert entered.post.id == "b-002"


def test_the_plan_of_2020_is_lawful_and_has_the_sources_quantities():
    from cli.demo.load import plan

    amounts = {one.id: one.amount for one in plan() if one.unit == "mu" and one.amount}
    assert sorted(amounts.values()) == [Decimal(n) for n in (1500, 11000, 16000, 28000, 54800)]
    assert all(one.known_from.isoformat() >= "2020-05-21" for one in plan())
