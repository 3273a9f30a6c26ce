"""What becomes of a progress report, exactly."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.targets import Amounts, TargetKind
from services.targets.progress import Fate, Standing, count
from tests.targets.plan import TARGET, reported, standing

TODAY = date(2020, 6, 15)
BEFORE = {("forestry", "a"): Standing(1, TARGET.id, Amounts(reported="12.5"))}


@pytest.mark.parametrize(
    ("report", "before", "fate", "counted", "total"),
    [
        (reported(), {}, Fate.COUNTED, "12.5", "112.5"),
        (reported(amount="0.0001"), {}, Fate.COUNTED, "0.0001", "100.0001"),
        (reported(), BEFORE, Fate.REPEAT, "0", None),
        (reported(revision=2, amount="20"), BEFORE, Fate.REVISED, "7.5", "107.5"),
        (reported(revision=2, amount="10"), BEFORE, Fate.REVISED, "-2.5", "97.5"),
        (reported(source="other"), BEFORE, Fate.COUNTED, "12.5", "112.5"),
        (reported(amount="20000"), {}, Fate.COUNTED, "20000", "20100"),
    ],
)
def test_a_report_is_counted_exactly_and_more_than_the_plan_is_lawful(report, before, fate, counted, total):
    (outcome,) = count([report], standing("100"), before, TODAY)
    found = None if outcome.total is None else outcome.total.reported
    assert (outcome.fate, outcome.counted, found) == (fate, Decimal(counted), total and Decimal(total))


@pytest.mark.parametrize(
    ("report", "plan", "field"),
    [
        (reported(target_id="unknown"), {}, "target_id"),
        (reported(), {"kind": TargetKind.RATIO}, "target_id"),
        (reported(period={"first": "2019-12-01", "last": "2020-01-31"}), {}, "period"),
        (reported(period={"first": "2020-06-01", "last": "2020-06-16"}), {}, "period.last"),
        (reported(amount="9999999999999999"), {}, "amounts.reported"),
    ],
)
def test_a_report_that_cannot_be_counted_is_refused_by_field(report, plan, field):
    (outcome,) = count([report], standing("100", **plan), {}, TODAY)
    assert (outcome.fate, [problem.field for problem in outcome.problems]) == (Fate.REFUSED, [field])


def test_a_revision_that_changes_its_target_is_refused():
    before = {("forestry", "a"): Standing(1, "another", Amounts(reported="1"))}
    (outcome,) = count([reported(revision=2)], standing(), before, TODAY)
    assert outcome.problems[0].rule == "stays another in every revision of a report"


def test_reports_of_one_batch_see_each_other():
    batch = [reported(), reported(), reported(revision=2, amount="1"), reported("b", amount="2")]
    outcomes = count(batch, standing(), {}, TODAY)
    assert [outcome.fate for outcome in outcomes] == [Fate.COUNTED, Fate.REPEAT, Fate.REVISED, Fate.COUNTED]
    assert outcomes[-1].total.reported == Decimal(3)
