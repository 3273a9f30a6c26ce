"""One tree of the plan: its amounts, quotas, sums, and what counts by itself, whoever comes at once."""

from decimal import Decimal

import pytest

from contracts.language.division import Division
from contracts.targets import CountedWork, ShowPlan, TargetKind
from services.runtime.problem import Problem
from services.targets.service import targets
from tests.servers import migrated
from tests.targets.plan import FULIANG, TARGET, allocate, asked, put, reported, share, target, under
from tests.telling import hear
from tests.turns import committed, overlapping


@pytest.mark.served
@pytest.mark.parametrize(
    "second",
    [
        lambda tx: put(tx, under(TARGET.id, "second", "2000")),
        lambda tx: asked(tx, allocate(share(amount="2000"))),
        lambda tx: put(tx, target(amount=Decimal(9999))),
    ],
)
async def test_two_who_share_a_target_out_at_once_share_out_no_more_than_there_is(second):
    dsn = await migrated("targets")
    async with committed(dsn) as tx:
        await put(tx, TARGET)
    with pytest.raises(Problem) as refused:
        await overlapping(dsn, lambda tx: put(tx, under(TARGET.id, "first", "10000")), second)
    assert refused.value.word in ("target-not-lawful", "allocation-not-lawful")


@pytest.mark.served
async def test_two_who_put_trees_under_each_other_at_once_close_no_circle():
    dsn = await migrated("targets")
    async with committed(dsn) as tx:
        for one in (target(id="a"), target(id="b"), under("a", "d", "1"), under("b", "e", "1")):
            await put(tx, one)
    with pytest.raises(Problem) as refused:
        await overlapping(dsn, lambda tx: put(tx, under("e", "a", "0.5")), lambda tx: put(tx, under("d", "b", "0.5")))
    assert refused.value.word == "target-not-lawful"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"amount": Decimal("999.9999")}, ["target.amount"]),
        ({"amount": None}, ["target.amount"]),
        ({"amount": Decimal(1001)}, []),
        ({"name": "限额"}, []),
        ({"parent_id": None}, ["target.parent_id"]),
        ({"kind": TargetKind.QUANTITY}, ["target.kind"]),
    ],
)
async def test_a_quota_is_not_taken_from_a_unit_by_setting_it_anew_either(tx, changes, fields):
    await put(tx, target(id="quota", kind=TargetKind.CEILING))
    part = under("quota", "unit", "1000", kind=TargetKind.CEILING)
    await put(tx, part)
    if fields:
        with pytest.raises(Problem) as refused:
            await put(tx, part.model_copy(update=changes))
        assert [one["field"] for one in refused.value.errors] == fields
    else:
        await put(tx, part.model_copy(update=changes))


@pytest.mark.parametrize(
    ("division", "lawful"), [("360222104000", False), ("360200000000", False), ("360281000000", True)]
)
async def test_of_two_parts_only_one_counts_by_itself_what_lies_in_both(tx, division, lawful):
    counts = {"counts": CountedWork.CLEARANCE}
    await put(tx, under(TARGET.id, "county", "1", division=Division(FULIANG), **counts))
    await put(tx, under(TARGET.id, "reported", "1", division=Division(division)))
    if lawful:
        await put(tx, under(TARGET.id, "other", "1", division=Division(division), **counts))
    else:
        with pytest.raises(Problem) as refused:
            await put(tx, under(TARGET.id, "other", "1", division=Division(division), **counts))
        assert [one["field"] for one in refused.value.errors] == ["target.counts"]


@pytest.mark.parametrize(("more", "lawful"), [("0.9999", True), ("1", False)])
async def test_trees_are_put_together_only_as_far_as_their_sum_travels(tx, more, lawful):
    for one in (target(id="other"), under("other", "leaf", "1")):
        await put(tx, one)
    await hear(targets, tx, [reported(amount="9999999999999999"), reported("b", target_id="leaf", amount=more)])
    joined = under(TARGET.id, "other", "1")
    if lawful:
        await put(tx, joined)
        plan = (await asked(tx, ShowPlan(year=2020))).body
        assert plan.targets[0].total.reported == Decimal("9999999999999999.9999")
    else:
        with pytest.raises(Problem) as refused:
            await put(tx, joined)
        assert [one["field"] for one in refused.value.errors] == ["target.parent_id"]
