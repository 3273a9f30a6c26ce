"""Targets on its tables: the plan and exact sums."""

from decimal import Decimal
from functools import partial

import pytest

from cli.target.plan import shipped
from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.targets import (
    ProgressRecorded,
    SetTarget,
    ShowPlan,
    TargetSet,
)
from services.runtime.messages import Refused
from services.runtime.problem import Problem
from services.targets import service
from services.targets.service import targets
from tests.servers import migrated, transaction
from tests.targets.plan import TARGET, reported, target
from tests.telling import answered, asking, hear
from tests.turns import committed, overlapping


async def test_a_target_is_set_once_and_the_same_again_changes_nothing(tx):
    again = await answered(targets, tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
    assert list(again.news) == []
    more = target(amount=Decimal(12000))
    changed = await answered(targets, tx, asking(SetTarget(target=more), OPERATOR, UNKNOWN))
    assert [type(fact) for fact in changed.news] == [TargetSet]
    shown = await answered(targets, tx, asking(ShowPlan(year=2020), OPERATOR, UNKNOWN))
    assert [one.target.amount for one in shown.body.targets] == [Decimal(12000)]


async def test_only_the_operator_sets_the_plan(tx):
    with pytest.raises(Problem) as refused:
        await answered(targets, tx, asking(SetTarget(target=TARGET), "p-360222000000-office", UNKNOWN))
    assert refused.value.status == 403


async def test_a_target_is_set_only_within_the_division_of_the_subject(tx):
    more = asking(SetTarget(target=target(amount=Decimal(1))), OPERATOR, Division("360222000000"))
    with pytest.raises(Problem) as refused:
        await answered(targets, tx, more)
    assert (refused.value.status, refused.value.word) == (403, "outside-division")


async def test_progress_adds_up_and_every_report_has_a_fate(tx):
    news = await hear(
        targets,
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
    (late,) = await hear(targets, tx, [reported()])
    assert [problem.field for problem in late.problems] == ["revision"]
    assert await hear(targets, tx, [reported(revision=2, amount="10")]) == []


async def test_a_target_with_progress_keeps_its_unit(tx):
    await hear(targets, tx, [reported()])
    with pytest.raises(Problem) as refused:
        await answered(targets, tx, asking(SetTarget(target=target(unit="m3")), OPERATOR, UNKNOWN))
    assert [error["field"] for error in refused.value.errors] == ["target.unit"]


def test_what_targets_hears_and_answers_is_what_the_wiring_says():
    service.targets.check()


@pytest.mark.served
async def test_two_reports_on_one_target_that_are_heard_at_once_are_both_counted():
    dsn = await migrated("targets")
    async with committed(dsn) as tx:
        await answered(targets, tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
    work = [partial(hear, targets, told=[reported(id, "12.5")]) for id in ("a", "b")]
    ((_, first),), ((_, second),) = await overlapping(dsn, *work)
    assert [fact.total.reported for fact in (first, second)] == [Decimal("12.5"), Decimal(25)]
    async with committed(dsn) as tx:
        assert await tx.sql.fetchval("SELECT reported FROM targets") == Decimal(25)


@pytest.mark.served
async def test_a_target_is_not_changed_under_a_report_that_is_being_counted():
    dsn = await migrated("targets")
    async with committed(dsn) as tx:
        await answered(targets, tx, asking(SetTarget(target=TARGET), OPERATOR, UNKNOWN))
    in_m3 = asking(SetTarget(target=target(unit="m3")), OPERATOR, UNKNOWN)
    with pytest.raises(Problem) as refused:
        await overlapping(
            dsn,
            partial(hear, targets, told=[reported()]),
            partial(answered, targets, ask=in_m3),
        )
    assert [error["field"] for error in refused.value.errors] == ["target.unit"]


def test_the_plan_of_2020_is_lawful_and_has_the_sources_quantities():
    amounts = {one.id: one.amount for one in shipped() if one.unit == "mu" and one.amount}
    assert sorted(amounts.values()) == [Decimal(n) for n in (1500, 11000, 16000, 28000, 54800)]
    assert all(one.known_from.isoformat() >= "2020-05-21" for one in shipped())


async def test_what_two_replicas_count_at_once_against_one_target_adds_up(dsn):
    async with committed(dsn) as tx:
        await answered(targets, tx, asking(SetTarget(target=target(id="2020-shared")), OPERATOR, UNKNOWN))

    async def first(tx):
        return await hear(targets, tx, [reported("one", "12.5", target_id="2020-shared")])

    async def second(tx):
        return await hear(targets, tx, [reported("two", "0.0001", target_id="2020-shared")])

    ((_, one),), ((_, two),) = await overlapping(dsn, first, second)
    assert (one.total.reported, two.total.reported) == (Decimal("12.5"), Decimal("12.5001"))
    async with transaction(dsn) as tx:
        stored = await tx.sql.fetchval("SELECT reported FROM targets WHERE id = '2020-shared'")
    assert stored == Decimal("12.5001")
