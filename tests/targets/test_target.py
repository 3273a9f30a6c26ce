"""How a target may stand in the plan, and what stays once progress has been counted against it."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.language.division import Division
from contracts.language.values import Period
from contracts.targets import Amounts, TargetProgress
from services.targets.target.target import problems_of
from tests.targets.plan import TARGET, target

CITYS = target(id="2020-city")
IN_FORCE = Period(first=date(2020, 1, 1), last=date(2020, 12, 31))


def fields(wanted, parent=None, before=None):
    return [problem["field"] for problem in problems_of(wanted, before, parent)]


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
        (target(id="2020-city", parent_id="2020-city"), CITYS, False),
        (target(parent_id="2020-city", year=2021), CITYS, False),
        (target(parent_id="2020-city", unit="m3"), CITYS, False),
        (target(parent_id="2020-city", kind="count"), CITYS, True),
        (target(parent_id=None), None, True),
    ],
)
def test_a_part_stands_under_another_target_of_the_same_year_and_unit(wanted, parent, lawful):
    assert fields(wanted, parent) == ([] if lawful else ["target.parent_id"])


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({"year": 2021}, ["target.year"]),
        ({"kind": "count"}, ["target.kind"]),
        ({"unit": "m3"}, ["target.unit"]),
        ({"division": Division("360222000000")}, ["target.division"]),
        ({"amount": Decimal(1), "name": "造林"}, []),
        ({"year": 2021, "unit": "m3"}, ["target.year", "target.unit"]),
    ],
)
@pytest.mark.parametrize("amount", ["reported", "mapped", "accepted", "preserved"])
def test_what_a_target_counts_stays_once_anything_has_been_counted(changes, stays, amount):
    counted = TargetProgress(target=TARGET, total=Amounts(**{amount: "0.0001"}))
    assert fields(target(**changes), before=counted) == stays
    assert fields(target(**changes), before=TargetProgress(target=TARGET, total=Amounts())) == []
    assert fields(target(**changes)) == []
