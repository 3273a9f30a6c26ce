"""How a target may stand in the plan, and what stays once progress has been counted against it."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.language.division import Division
from contracts.language.values import Period
from contracts.targets import Amounts, TargetKind, TargetProgress
from services.targets.target.target import Around, problems_of
from tests.targets.plan import TARGET, target

CITYS = target(id="2020-city")
IN_FORCE = Period(first=date(2020, 1, 1), last=date(2020, 12, 31))


def fields(wanted, parent=None, before=None, siblings=(), parts=(), above=()):
    return [problem["field"] for problem in problems_of(wanted, before, Around(parent, siblings, parts, above))]


@pytest.mark.parametrize(
    ("due_on", "lawful"),
    [
        (None, True),
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2020, 8, 31), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_a_target_is_due_on_a_day_on_which_it_is_in_force(due_on, lawful):
    assert fields(target(due_on=due_on, in_force=IN_FORCE)) == ([] if lawful else ["target.due_on"])


@pytest.mark.parametrize(
    ("wanted", "parent", "lawful"),
    [
        (target(parent_id="2020-city"), CITYS, True),
        (target(parent_id="2020-city"), None, False),
        (target(parent_id="2020-city", year=2021), CITYS, False),
        (target(parent_id="2020-city", unit="m3"), CITYS, False),
        (target(parent_id="2020-city", kind="count"), CITYS, True),
        (target(parent_id=None), None, True),
    ],
)
def test_a_part_stands_under_another_target_of_the_same_year_and_unit(wanted, parent, lawful):
    assert fields(wanted, parent) == ([] if lawful else ["target.parent_id"])


@pytest.mark.parametrize("above", [["2020-town"], ["2020-city", "2020-town"]])
def test_nothing_is_a_part_of_itself_however_far_above(above):
    assert fields(target(id="2020-town", parent_id=above[0]), CITYS, above=above) == ["target.parent_id"]


def part(amount, **changes):
    return target(id=f"2020-part-{amount}", parent_id=TARGET.id, amount=amount and Decimal(amount), **changes)


@pytest.mark.parametrize("kind", ["quantity", "count", "milestone", "ceiling"])
@pytest.mark.parametrize(
    ("amount", "lawful"), [("10999.9999", False), ("11000", True), ("11000.0001", True), (None, True)]
)
def test_a_target_has_at_least_what_its_parts_have(kind, amount, lawful):
    wanted = target(kind=TargetKind(kind), amount=amount and Decimal(amount))
    assert fields(wanted, parts=[part("6000"), part("5000"), part(None)]) == ([] if lawful else ["target.amount"])


@pytest.mark.parametrize(("amount", "lawful"), [("5000", True), ("5000.0001", False), (None, True), ("0", True)])
def test_parts_have_together_no_more_than_the_whole_and_what_a_part_had_counts_no_longer(amount, lawful):
    wanted = part("6000").model_copy(update={"amount": amount and Decimal(amount)})
    siblings = [part("6000"), part("4000"), part("2000"), part(None)]
    assert fields(wanted, TARGET, siblings=siblings) == ([] if lawful else ["target.amount"])


def test_the_parts_of_a_ratio_and_of_what_has_no_number_are_not_summed():
    ratio = target(kind=TargetKind.RATIO, amount=Decimal(50))
    assert fields(ratio, parts=[part("95"), part("60")]) == []
    assert fields(part("95"), ratio, siblings=[part("60")]) == []
    assert fields(part("95"), target(amount=None), siblings=[part("99999")]) == []


@pytest.mark.parametrize(
    ("changes", "wrong"), [({"year": 2021}, True), ({"unit": "m3"}, True), ({"name": "林"}, False)]
)
def test_a_target_stays_alike_with_its_parts(changes, wrong):
    assert fields(target(**changes), parts=[part("1")]) == (["target.id"] if wrong else [])


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({"year": 2021}, ["target.year"]),
        ({"kind": "count"}, ["target.kind"]),
        ({"unit": "m3"}, ["target.unit"]),
        ({"division": Division("360222000000")}, ["target.division"]),
        ({"parent_id": "2020-city"}, ["target.parent_id"]),
        ({"amount": Decimal(1), "name": "造林"}, []),
        ({"year": 2021, "unit": "m3"}, ["target.year", "target.unit"]),
    ],
)
@pytest.mark.parametrize("amount", ["reported", "mapped", "accepted", "preserved"])
def test_what_a_target_counts_stays_once_anything_has_been_counted(changes, stays, amount):
    counted = TargetProgress(target=TARGET, total=Amounts(**{amount: "0.0001"}))
    parent = target(id="2020-city", **{name: to for name, to in changes.items() if name in ("year", "unit")})
    assert fields(target(**changes), parent, before=counted) == stays
    assert fields(target(**changes), parent, before=TargetProgress(target=TARGET, total=Amounts())) == []
    assert fields(target(**changes), parent) == []
