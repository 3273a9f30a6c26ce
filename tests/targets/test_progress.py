"""What becomes of a progress report, exactly."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.targets import Amounts, TargetKind
from services.targets.progress.progress import ProgressFate, Standing, count
from tests.targets.plan import TARGET, alone, reported, standing

TODAY = date(2020, 6, 15)
EVIDENCE = {"sha256": "a" * 64, "media_type": "image/jpeg", "size_bytes": 1000}


def stood(**said):
    """A report as it stands."""
    return {("forestry", "a"): Standing.of(reported(**said).body)}


def counting(reports, plan, before, today=TODAY):
    """What becomes of reports on a target that is its whole tree."""
    return count(reports, plan, alone(plan), before, today)


BEFORE = stood()


@pytest.mark.parametrize(
    ("report", "before", "fate", "counted", "total"),
    [
        (reported(), {}, ProgressFate.COUNTED, "12.5", "112.5"),
        (reported(amount="0.0001"), {}, ProgressFate.COUNTED, "0.0001", "100.0001"),
        (reported(), BEFORE, ProgressFate.REPEAT, "0", None),
        (reported(amount="12.50"), BEFORE, ProgressFate.REPEAT, "0", None),
        (reported(evidence=[EVIDENCE]), stood(evidence=[EVIDENCE]), ProgressFate.REPEAT, "0", None),
        (reported(revision=2), BEFORE, ProgressFate.REVISED, "0", "100"),
        (reported(revision=2, amount="20"), BEFORE, ProgressFate.REVISED, "7.5", "107.5"),
        (reported(revision=2, amount="10"), BEFORE, ProgressFate.REVISED, "-2.5", "97.5"),
        (reported(source="other"), BEFORE, ProgressFate.COUNTED, "12.5", "112.5"),
        (reported(amount="20000"), {}, ProgressFate.COUNTED, "20000", "20100"),
    ],
)
def test_a_report_is_counted_exactly_and_more_than_the_plan_is_lawful(report, before, fate, counted, total):
    (outcome,) = counting([report], standing("100"), before)
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
    (outcome,) = counting([report], standing("100", **plan), {})
    assert (outcome.fate, [problem.field for problem in outcome.problems]) == (ProgressFate.REFUSED, [field])


def test_a_revision_that_changes_its_target_is_refused():
    (outcome,) = counting([reported(revision=2)], standing(), stood(target_id="another"))
    assert outcome.problems[0].rule == "stays another in every revision of a report"


def test_reports_of_one_batch_see_each_other():
    batch = [reported(), reported(), reported(revision=2, amount="1"), reported("b", amount="2")]
    outcomes = counting(batch, standing(), {})
    assert [outcome.fate for outcome in outcomes] == [
        ProgressFate.COUNTED,
        ProgressFate.REPEAT,
        ProgressFate.REVISED,
        ProgressFate.COUNTED,
    ]
    assert outcomes[-1].total.reported == Decimal(3)


@pytest.mark.parametrize(
    ("report", "rule"),
    [
        (reported(amount="12.5001", revision=3), "3 was sent before with other content"),
        (reported(entity="别的林场", revision=3), "3 was sent before with other content"),
        (reported(plot="4 号小班", revision=3), "3 was sent before with other content"),
        (reported(period={"first": "2020-05-01", "last": "2020-05-30"}, revision=3), "3 was sent before with other"),
        (reported(evidence=[EVIDENCE], revision=3), "3 was sent before with other content"),
        (reported(target_id="another", revision=3), "3 was sent before with other content"),
        (reported(revision=2), "must be higher than 3, the revision that stands"),
        (reported(amount="1", revision=1), "must be higher than 3, the revision that stands"),
    ],
)
def test_a_revision_that_comes_late_or_says_something_else_is_refused_by_name_and_counts_nothing(report, rule):
    late, again = counting([report, reported(revision=3)], standing("100"), stood(revision=3))
    assert (late.fate, [problem.field for problem in late.problems]) == (ProgressFate.REFUSED, ["revision"])
    assert late.problems[0].rule.startswith(rule)
    assert (late.total, again.fate) == (None, ProgressFate.REPEAT)


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"first": "2020-01-01", "last": "2020-01-01"}, None),
        ({"first": "2019-12-31", "last": "2020-01-01"}, "period"),
        ({"first": "2020-06-15", "last": "2020-06-15"}, None),
        ({"first": "2020-06-15", "last": "2020-06-16"}, "period.last"),
        ({"first": "2020-12-31", "last": "2020-12-31"}, "period.last"),
        ({"first": "2020-12-31", "last": "2021-01-01"}, "period"),
    ],
)
def test_a_period_of_one_day_and_the_first_and_last_day_in_force_are_lawful(period, field):
    (outcome,) = counting([reported(period=period)], standing(), {})
    assert [problem.field for problem in outcome.problems[:1]] == ([field] if field else [])


def test_the_last_day_in_force_is_lawful_when_it_has_come():
    report = reported(period={"first": "2020-12-31", "last": "2020-12-31"})
    (outcome,) = counting([report], standing(), {}, date(2020, 12, 31))
    assert outcome.fate is ProgressFate.COUNTED


def test_a_sum_of_sixteen_digits_is_exact_to_its_fourth_place():
    (outcome,) = counting([reported(amount="1")], standing("9999999999999998.9999"), {})
    assert outcome.total.reported == Decimal("9999999999999999.9999")


def test_a_sum_of_seventeen_digits_is_refused():
    (outcome,) = counting([reported(amount="1.0001")], standing("9999999999999998.9999"), {})
    assert [problem.field for problem in outcome.problems] == ["amounts.reported"]


def test_a_sum_of_seventeen_digits_of_the_whole_tree_is_refused_though_its_part_has_few():
    plan = standing("1")
    trees = {TARGET.id: ("2020-city", Amounts(reported="9999999999999998.9999"))}
    outcomes = count([reported(amount="1"), reported("b", amount="0.0001")], plan, trees, {}, TODAY)
    assert [outcome.fate for outcome in outcomes] == [ProgressFate.COUNTED, ProgressFate.REFUSED]


def test_ten_times_a_tenth_is_one():
    outcomes = counting([reported(f"r-{n}", amount="0.1") for n in range(10)], standing(), {})
    assert outcomes[-1].total.reported == Decimal(1)


def test_a_revision_replaces_each_of_the_four_amounts():
    first = {"reported": "10", "mapped": "8", "accepted": "6", "preserved": "4"}
    second = {"reported": "9", "mapped": "9", "accepted": "9", "preserved": "9"}
    outcomes = counting([reported(amounts=first), reported(amounts=second, revision=2)], standing("100"), {})
    assert [dict(outcome.total) for outcome in outcomes] == [
        {"reported": 110, "mapped": 8, "accepted": 6, "preserved": 4},
        {"reported": 109, "mapped": 9, "accepted": 9, "preserved": 9},
    ]
    assert [outcome.counted for outcome in outcomes] == [10, -1]
