"""A sheet of parts says how the plan is broken down: each row a share of the target above it, each bad cell by name."""

from datetime import date
from decimal import Decimal

from cli.sheet.asked import known
from cli.sheet.file.given import given
from cli.sheet.layout import laid_out
from cli.sheet.table import read
from cli.sheet.write import write_sheet
from cli.target.breakdown import description, parts_of, row_of
from cli.target.plan import in_tree
from contracts.language.division import UNKNOWN, Division
from contracts.language.values import AreaKind
from contracts.roster import Place
from contracts.targets import Amounts, TargetProgress, TargetShare
from tests.cli.sheet.samples import NAMES, problems, sheet
from tests.targets.plan import TARGET, target

COUNTY, TOWN = Division("360222000000"), Division("360222105000")
PLACES = [
    Place(id=code, kind=AreaKind.DIVISION, name=name, division=code, in_force_from=date(2018, 1, 1))
    for code, name in NAMES.items()
]
THERE = known(PLACES, (), UNKNOWN, date(2020, 6, 15))
HEADINGS = ["上级任务", "任务编号", "区划", "承担单位", "任务量（亩）"]
LAYOUT = laid_out(description())


def taken_of(tmp_path, *rows, headings=HEADINGS, under=None, plan=()):
    taken = read(given(sheet(tmp_path, *rows, headings=headings)), LAYOUT, THERE)
    parts = parts_of(taken, under, plan)
    said = {of: [(one.id, one.division, one.entity, one.amount) for _, one in shares] for of, shares in parts.items()}
    return taken, said


def test_upper_targets_come_first_and_a_part_without_an_id_is_called_by_its_division(tmp_path):
    taken, parts = taken_of(
        tmp_path,
        ["a-360222", "", TOWN, "", "300"],
        ["a", "", COUNTY, "", "1,000.5亩"],
        ["a", "farm", COUNTY, "枫树山林场", 500],
    )
    assert list(parts) == ["a", "a-360222"]
    assert parts["a"] == [("a-360222", COUNTY, None, Decimal("1000.5")), ("farm", COUNTY, "枫树山林场", Decimal(500))]
    assert parts["a-360222"] == [("a-360222-360222105", TOWN, None, Decimal(300))]
    assert taken.refused == []


def test_rows_without_a_target_above_them_are_those_of_the_one_that_is_named(tmp_path):
    headings = ["区划", "任务量"]
    _, parts = taken_of(tmp_path, [COUNTY, "7"], headings=headings, under="a")
    assert list(parts) == ["a"]
    _, parts = taken_of(tmp_path, [COUNTY, "7"], headings=headings)
    assert parts == {}


def test_each_bad_cell_is_named_and_the_other_rows_are_taken(tmp_path):
    taken, parts = taken_of(
        tmp_path,
        ["a", "", COUNTY, "枫树山林场", "1"],
        ["a", "", COUNTY, "", ""],
        ["a", "", TOWN, "", "0.00001"],
        ["a", "x", "无此地", "", "1"],
        ["a", "good", COUNTY, "", "2"],
        ["", "top", COUNTY, "", ""],
    )
    assert [cell for cell, _ in problems(taken)] == ["古树!C5", "古树!B2", "古树!E3", "古树!E4"]
    assert [one[0] for one in parts["a"]] == ["good"]


def stands(id, amount, **changes):
    wanted = target(id=id, amount=Decimal(amount), parent_id="top", **changes)
    return TargetProgress(target=wanted, total=Amounts())


def test_a_target_that_falls_comes_before_those_above_it_and_one_that_rises_after(tmp_path):
    rows = (
        ["top", "a", COUNTY, "", "50"],
        ["top", "b", COUNTY, "", "50"],
        ["a", "a1", TOWN, "", "50"],
        ["b", "b1", TOWN, "", "50"],
    )
    _, parts = taken_of(tmp_path, *rows, plan=[stands("a", 60), stands("b", 40)])
    assert list(parts) == ["a", "top", "b"]


def test_an_amount_in_another_unit_is_refused_by_its_cell(tmp_path):
    rows = [["a", TOWN, "1.1", unit] for unit in ("万亩", "立方米", "亩", "")]
    headings = ["上级任务", "区划", "任务量", "单位"]
    taken, parts = taken_of(tmp_path, *rows[:2], headings=headings, plan=[stands("a", 60)])
    assert ([cell for cell, _ in problems(taken)], parts) == (["古树!D2", "古树!D3"], {})
    for row in rows[2:]:
        taken, parts = taken_of(tmp_path, row, headings=headings, plan=[stands("a", 60)])
        assert (taken.refused, len(parts["a"])) == ([], 1)


def test_a_plan_that_was_exported_reads_the_same(tmp_path):
    parts = [
        target(id="a-360222", parent_id=TARGET.id, division=COUNTY, amount=Decimal("1000.5")),
        target(id="farm", parent_id="a-360222", division=TOWN, entity="枫树山林场", amount=Decimal("0.5")),
    ]
    top = [TARGET, target(id="open", amount=None)]
    plan = [TargetProgress(target=one, total=Amounts(reported="2.5")) for one in (*top, *parts)]
    assert [(depth, one.target.id) for depth, one in in_tree(plan)] == [
        (0, TARGET.id),
        (1, "a-360222"),
        (2, "farm"),
        (0, "open"),
    ]
    for name in ("out.xlsx", "out.csv"):
        file = tmp_path / name
        rows = [row_of(one) for _, one in in_tree(plan)]
        assert write_sheet(file, "x", LAYOUT, rows, THERE) == []
        read_back = read(given(file), LAYOUT, THERE)
        found = parts_of(read_back, None, plan)
        assert {of: [one for _, one in shares] for of, shares in found.items()} == {
            TARGET.id: [_share(parts[0])],
            "a-360222": [_share(parts[1])],
        }
        assert read_back.refused == []


def _share(one):
    return TargetShare(id=one.id, division=one.division, entity=one.entity, amount=one.amount)
