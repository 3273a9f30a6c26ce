"""How a target is broken down and moved, exactly: what its parts have and what is left are always the whole."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.language.command import OPERATOR
from contracts.language.division import UNKNOWN, Division
from contracts.targets import (
    Allocate,
    Allocation,
    SetTarget,
    ShowPlan,
    Target,
    TargetAllocated,
    TargetKind,
    TargetSet,
)
from services.runtime.problem import Problem
from services.targets.allocation.allocation import after, moves, problems_of, shown
from services.targets.service import targets
from tests.targets.plan import CHANGJIANG, FULIANG, LEPING, TARGET, allocate, asked, reported, share, stands, target
from tests.telling import hear

TODAY = date(2020, 6, 15)


def wrong(wanted, *standing, whole=TARGET):
    """The fields that forbid it, where these stand in the plan."""
    parts = {}
    for one in standing:
        parts.setdefault(one.parent_id or "", {})[one.id] = one
    found = {one.id: one for one in (whole, *standing)}
    return [problem["field"] for problem in problems_of(whole, wanted, found, parts)]


FARM = share(amount="500", id="farm", division="360222104000", entity="枫树山林场")
OUTSIDE = "361100000000"


@pytest.mark.parametrize(
    ("wanted", "standing", "fields"),
    [
        (allocate(share(), share(LEPING, "10000")), (), []),
        (allocate(share(), share(LEPING, "10000.0001")), (), ["shares"]),
        (allocate(share(amount="11000")), (stands(LEPING, "0"),), []),
        (allocate(share(amount="11000")), (stands(LEPING, "0.0001"),), ["shares"]),
        (allocate(share(amount="11000")), (stands(LEPING, None),), []),
        (allocate(share(), share()), (), ["shares.0.id", "shares.1.id"]),
        (allocate(share(id=TARGET.id)), (), ["shares.0.id"]),
        (allocate(share(id="2020-tending")), (target(id="2020-tending"),), ["shares.0.id"]),
        (allocate(share()), (stands(parent_id="2020-tending"),), ["shares.0.id"]),
        (allocate(share(OUTSIDE)), (), ["shares.0.division"]),
        (allocate(share(OUTSIDE, entity="省属林场")), (), []),
        (allocate(FARM), (), []),
        (allocate(share(entity="林场")), (stands(),), ["shares.0.entity"]),
        (allocate(share(LEPING, id=stands().id)), (stands(),), ["shares.0.division"]),
        (allocate(share()), (stands(),), []),
        (allocate(share(amount="999")), (stands(),), ["reason"]),
        (allocate(share(amount="999"), reason="乐平多认领"), (stands(),), []),
        (allocate(share(), share(LEPING)), (stands(),), []),
        (allocate(share(amount="1")), (stands(amount=None),), []),
        (
            allocate(share(amount="299.9999"), reason="调减"),
            (stands(), stands("360222104000", "300", id="town", parent_id=stands().id)),
            ["shares.0.amount"],
        ),
        (
            allocate(share(amount="300"), reason="调减"),
            (stands(), stands("360222104000", "300", id="town", parent_id=stands().id)),
            [],
        ),
    ],
)
def test_shares_are_allocated_within_the_whole_and_moved_for_a_reason(wanted, standing, fields):
    assert wrong(wanted, *standing) == fields


@pytest.mark.parametrize(("amount", "lawful"), [("999.9999", False), ("1000", True), ("1000.0001", True)])
def test_a_quota_is_not_taken_from_a_unit(amount, lawful):
    quota = target(kind=TargetKind.CEILING)
    fields = wrong(allocate(share(amount=amount), reason="调剂"), stands(), whole=quota)
    assert fields == ([] if lawful else ["shares.0.amount"])


def test_of_a_ratio_and_of_what_has_no_number_each_share_has_its_own():
    much = allocate(share(amount="60"), share(LEPING, "95"))
    for whole in (target(kind=TargetKind.RATIO, amount=Decimal(50)), target(amount=None)):
        assert wrong(much, whole=whole) == []
        assert shown(whole, after(whole, much, {}, TODAY)).unallocated is None


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([FULIANG, LEPING, CHANGJIANG]),
            st.decimals(0, 12_000, places=4, allow_nan=False),
            min_size=1,
        ),
        max_size=8,
    )
)
def test_after_any_allocations_the_shares_and_what_is_left_are_the_whole(steps):
    """What is lawful is known by an account of its own; what is refused changes nothing."""
    parts, account = {}, {}
    for step in steps:
        wanted = allocate(*(share(division, str(amount)) for division, amount in step.items()), reason="调整")
        lawful = sum({**account, **step}.values()) <= 11_000
        fields = wrong(wanted, *parts.values())
        assert fields == ([] if lawful else ["shares"])
        if lawful:
            before = dict(account)
            account |= step
            moved = {one.id: (one.before, one.amount) for one in moves(wanted, parts)}
            assert moved == {
                stands(division).id: (before.get(division), amount)
                for division, amount in step.items()
                if before.get(division) != amount
            }
            parts = after(TARGET, wanted, parts, TODAY)
    told = shown(TARGET, parts)
    assert {one.division: one.amount for one in told.shares} == account
    assert sum(account.values()) + told.unallocated == 11_000


async def test_a_breakdown_is_told_with_what_is_left_and_once(tx):
    wanted = allocate(share(amount="1000.5"), FARM, paper="景林办字〔2020〕9号")
    done = await asked(tx, wanted)
    assert done.body.unallocated == Decimal("9499.5")
    told, county, farm = done.news
    assert isinstance(told, TargetAllocated)
    assert (told.division, told.amount, told.unallocated) == ("360200000000", 11000, Decimal("9499.5"))
    assert [(one.id, one.before, one.amount) for one in told.moved] == [
        ("2020-afforestation-360222", None, Decimal("1000.5")),
        ("farm", None, 500),
    ]
    assert (county.target.parent_id, county.target.kind, county.target.unit) == (TARGET.id, "quantity", "mu")
    assert (farm.target.entity, farm.target.division, farm.target.source) == (
        "枫树山林场",
        "360222104000",
        "景林办字〔2020〕9号",
    )
    again = await asked(tx, wanted)
    assert (again.body, list(again.news)) == (done.body, [])


async def test_amounts_move_between_shares_and_the_part_of_a_part_stays_whole(tx):
    await asked(tx, allocate(share(), share(LEPING, "10000")))
    county = stands().id
    town = {"id": "town", "division": "360222104000", "amount": "700"}
    below = await asked(tx, Allocate.model_validate({"target_id": county, "shares": [town]}))
    assert below.body.unallocated == 300
    with pytest.raises(Problem) as refused:
        await asked(tx, allocate(share(amount="699"), share(LEPING, "10301"), reason="调整"))
    assert [one["field"] for one in refused.value.errors] == ["shares.0.amount"]
    moved = await asked(tx, allocate(share(amount="700"), share(LEPING, "10300"), reason="调整"))
    told = moved.news[0]
    assert [(one.before, one.amount) for one in told.moved] == [(1000, 700), (10000, 10300)]
    assert (told.reason, told.unallocated) == ("调整", 0)


@pytest.mark.parametrize(
    ("actor", "division", "told"),
    [
        ("p-360222000000-office", UNKNOWN, (403, "not-the-operator")),
        (OPERATOR, Division(FULIANG), (403, "outside-division")),
    ],
)
async def test_the_operator_allocates_within_the_division_of_the_subject(tx, actor, division, told):
    with pytest.raises(Problem) as refused:
        await asked(tx, allocate(share()), actor, division)
    assert (refused.value.status, refused.value.word) == told


async def test_what_is_not_in_the_plan_is_not_broken_down(tx):
    with pytest.raises(Problem) as refused:
        await asked(tx, allocate(share()).model_copy(update={"target_id": "2020-none"}))
    assert (refused.value.status, refused.value.word) == (404, "no-such-target")


async def test_the_plan_cannot_be_set_below_what_is_allocated_nor_in_a_circle(tx):
    await asked(tx, allocate(share()))
    for changes, field in (
        ({"amount": Decimal("999.9999")}, "target.amount"),
        ({"unit": "m3"}, "target.id"),
        ({"parent_id": stands().id}, "target.parent_id"),
    ):
        with pytest.raises(Problem) as refused:
            await asked(tx, SetTarget(target=target(**changes)))
        assert [one["field"] for one in refused.value.errors][:1] == [field]
    with pytest.raises(Problem) as refused:
        await asked(tx, SetTarget(target=stands(LEPING, "10000.0001")))
    assert [one["field"] for one in refused.value.errors] == ["target.amount"]


async def test_the_plan_shows_with_each_target_what_its_parts_have_reached_and_what_is_left(tx):
    await asked(tx, allocate(share(), share(LEPING, "2000")))
    town = {"id": "town", "division": "360222104000", "amount": "700"}
    await asked(tx, Allocate.model_validate({"target_id": stands().id, "shares": [town]}))
    amounts = {"reported": "10", "mapped": "8", "accepted": "6", "preserved": "4"}
    await hear(targets, tx, [reported("a", target_id="town", amounts=amounts), reported("b", target_id=stands().id)])
    await hear(targets, tx, [reported("c", amount="0.5")])
    plan = (await asked(tx, ShowPlan(year=2020))).body
    assert plan.more is False
    assert [(one.target.id, one.total.reported, one.total.preserved, one.unallocated) for one in plan.targets] == [
        (TARGET.id, 23, 4, 8000),
        (stands().id, Decimal("22.5"), 4, 300),
        ("town", 10, 4, 700),
        (stands(LEPING).id, 0, 0, 2000),
    ]
    county = (await asked(tx, ShowPlan(year=2020), division=Division(FULIANG))).body
    assert [one.target.id for one in county.targets] == [stands().id, "town"]


async def test_a_plan_is_shown_page_by_page(tx):
    await asked(tx, allocate(share(), share(LEPING), share(CHANGJIANG)))
    found, after_id, more = [], None, True
    while more:
        page = (await asked(tx, ShowPlan(year=2020, after=after_id, limit=2))).body
        found += [one.target.id for one in page.targets]
        after_id, more = found[-1], page.more
    order = [TARGET.id, *(stands(one).id for one in (CHANGJIANG, FULIANG, LEPING))]
    assert found == order


async def test_a_sum_too_large_for_the_whole_is_refused_on_its_part(tx):
    most = "9999999999999999.9999"
    await asked(tx, allocate(share()))
    await hear(targets, tx, [reported(amount=most)])
    (refused,) = await hear(targets, tx, [reported("b", target_id=stands().id, amount="0.0001")])
    assert [problem.field for problem in refused.problems] == ["amounts.reported"]
    plan = (await asked(tx, ShowPlan(year=2020))).body
    assert plan.targets[0].total.reported == Decimal(most)


def test_an_allocation_reads_as_it_is_written():
    told = shown(TARGET, {one.id: one for one in (stands(), stands(LEPING, None))})
    assert Allocation.model_validate_json(told.model_dump_json()) == told
    assert isinstance(TargetSet(target=stands()).target, Target)
