"""What is written is read again as it was, whatever people have typed; and what would not be is told."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from cli.given_file import BadFile
from cli.say import say
from cli.sheet.entry import entries
from cli.sheet.layout import Columns, Description, laid_out
from cli.sheet.write import flat_rows, write_sheet
from tests.cli.sheet.samples import KNOWN, NAMES, REGISTER, taken

LAYOUT = laid_out(REGISTER)
SEEN = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp"))
HARD = st.sampled_from(
    ["=1+1", "'x", "+86", "-", "@SUM(A1)", "𠮷䶮", "#N/A", "合计", "a,b;c", '"', "12.50", "007", "1E+5"]
)
TEXT = st.text(SEEN, min_size=1, max_size=12) | HARD
TREE = st.fixed_dictionaries(
    {"species": TEXT, "division": st.sampled_from(sorted(NAMES))},
    optional={
        "crown_mu": st.decimals(0, 10**8, places=4, allow_nan=False),
        "found_on": st.dates(date(1949, 10, 1), date(2199, 12, 31)),
        "grade": st.sampled_from(["first", "second", "third"]),
        "keeper_name": TEXT,
        "keeper_phone": st.sampled_from(["13912345678", "0798-8521234", "12119"]),
        "fenced": st.booleans(),
        "remark": st.lists(TEXT, min_size=1, max_size=3).map("\n".join),
    },
)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["trees.xlsx", "trees.csv"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TREE, min_size=1, max_size=5))
def test_what_is_written_is_read_the_same_or_told(tmp_path, name, trees):
    trees = [{"id": f"t-{n}", **tree} for n, tree in enumerate(trees)]
    told = write_sheet(tmp_path / name, "古树", LAYOUT, trees, KNOWN)
    found = taken(tmp_path / name)
    same = [one.stated for one in found.records] == trees and not found.refused
    assert same == (told == []), (trees, found)


@pytest.mark.parametrize("name", ["trees.xlsx", "trees.csv"])
@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "+86 1", "-x", "@SUM(A1)", "'quoted", "''", "𠮷", "a\nb", '"', "x,y", "合计"]
)
def test_no_text_becomes_a_formula_and_none_is_lost(tmp_path, name, text):
    tree = {"id": "t-1", "species": "樟", "division": "360222000000", "remark": text}
    assert write_sheet(tmp_path / name, "古树", LAYOUT, [tree], KNOWN) == []
    assert [one.stated for one in taken(tmp_path / name).records] == [tree]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("where", [".", "no/such", "x" * 300, "a\0b"])
def test_a_file_that_cannot_be_written_is_named(tmp_path, where, suffix):
    file = tmp_path / where if where == "." else tmp_path / f"{where}.{suffix}"
    with pytest.raises(BadFile):
        write_sheet(file, "古树", LAYOUT, [], KNOWN)


def test_every_cell_of_a_workbook_is_a_text(tmp_path):
    tree = {"id": "t-1", "species": "=1", "division": "360222000000", "crown_mu": Decimal("0.5"), "fenced": True}
    write_sheet(tmp_path / "trees.xlsx", "古树", LAYOUT, [{**tree, "found_on": date(2020, 2, 29)}], KNOWN)
    rows = CalamineWorkbook.from_path(tmp_path / "trees.xlsx").get_sheet_by_index(0).to_python()
    assert {type(cell) for row in rows for cell in row} == {str}
    assert rows[1][:5] == ["t-1", "=1", "360222000000", "0.5", "2020-02-29"]


def test_what_would_be_read_otherwise_is_told_by_its_column_and_row(tmp_path):
    trees = [{"id": f"t-{n}", "species": one, "division": "360222000000"} for n, one in enumerate(["樟", "无", "1E+5"])]
    told = write_sheet(tmp_path / "trees.xlsx", "古树", LAYOUT, trees, KNOWN)
    column = "树种" if told == [say("sheet.not_read_back", column="树种", rows="3-4")] else "species"
    assert told == [say("sheet.not_read_back", column=column, rows="3-4")]


def test_an_offices_own_columns_are_written_in_its_order_and_read_again(tmp_path):
    stated = {
        "columns": {"division": ["县", "镇", "村"], "grade": ["级别"], "id": ["树号"], "species": ["树名"]},
        "words": {"grade": {"一": "first", "二": "second", "三": "third"}},
    }
    trees = [
        {"id": "t-1", "species": "樟", "division": "360222105203", "grade": "first"},
        {"id": "t-2", "species": "榕", "division": "360222105000", "grade": "third", "found_on": date(2020, 2, 29)},
        {"id": "t-3", "species": "榕", "division": "360222000000"},
    ]
    layout = laid_out(REGISTER, Columns.model_validate(stated))
    file = tmp_path / "trees.xlsx"
    assert write_sheet(file, "古树", layout, trees, KNOWN) == []
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows[0][:6] == ["县", "镇", "村", "级别", "树号", "树名"]
    assert rows[1][:6] == ["浮梁县", "瑶里镇", "长明村委会", "一", "t-1", "樟"]
    assert [one.stated for one in taken(file, columns=stated).records] == trees


RANGERS = Description.model_validate(
    {
        "title": ["护林员", "rangers"],
        "identity": "id",
        "lists": ["kit", "rewards", "rewards.evidence"],
        "fields": {
            "id": {"headings": ["标识"], "type": "token"},
            "person.name": {"headings": ["姓名"], "type": "person"},
            "kit.item": {"headings": ["装备"]},
            "kit.pieces": {"headings": ["件数"], "type": "whole"},
            "rewards.rule": {"headings": ["奖惩"]},
            "rewards.evidence.sha256": {"headings": ["证据"]},
        },
    }
)
ENTRIES = [
    {
        "id": "r-1",
        "person": {"name": "张三"},
        "kit": [{"item": "衣", "pieces": 2}, {"item": "刀", "pieces": 1}, {"item": "鞋", "pieces": 1}],
        "rewards": [
            {"rule": "a", "evidence": [{"sha256": "1"}, {"sha256": "2"}]},
            {"rule": "b"},
            {"rule": "c", "evidence": [{"sha256": "3"}]},
        ],
    },
    {"id": "r-2", "person": {"name": "李四"}, "rewards": [{"rule": "d", "evidence": [{"sha256": "4"}]}]},
    {"id": "r-3", "person": {"name": "王五"}},
]


@pytest.mark.parametrize("name", ["rangers.xlsx", "rangers.csv"])
def test_what_a_thing_has_several_of_stands_in_a_row_each_and_is_put_together_again(tmp_path, name):
    layout = laid_out(RANGERS)
    rows = [row for one in ENTRIES for row in flat_rows(one, layout)]
    assert (len(rows), write_sheet(tmp_path / name, "护林员", layout, rows, KNOWN)) == (6, [])
    found = taken(tmp_path / name, description=RANGERS)
    put = entries(found.records, layout.lists, "id", lambda record: record.stated.get("id"), found)
    assert ([one.nested() for one in put], found.refused) == (ENTRIES, [])
    assert [put[0].spot(path)[0].row for path in ("kit.2.item", "rewards.1.rule", "rewards.0.evidence.1.sha256")] == [
        *(4, 4, 3)
    ]
