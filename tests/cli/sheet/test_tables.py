"""The tables of a sheet are found and read whole: over what headings, between what titles and sums they stand."""

from decimal import Decimal

import pytest

from cli.say import say
from cli.sheet.file.worksheet import SheetUnreadable
from tests.cli.sheet.samples import FIELDS, HEADINGS, ids, problems, row, sheet, taken, workbook


def lines(page, first, *rows):
    for down, line in enumerate(rows, first):
        page.write_row(down, 0, line)


def test_rows_are_read_by_their_headings_in_any_order(tmp_path):
    headings, cells = HEADINGS[::-1], row(1)[::-1]
    [record] = taken(sheet(tmp_path, cells, headings=headings)).good
    assert (record.stated["id"], record.stated["division"]) == ("t-1", "360222105203")
    assert record.stated["crown_mu"] == Decimal("0.5")


@pytest.mark.parametrize("at", [0, 1, 4, 30])
def test_headings_are_found_wherever_they_stand(tmp_path, at):
    assert ids(taken(sheet(tmp_path, row(1), row(2), at=at))) == ["t-1", "t-2"]


@pytest.mark.parametrize(
    "heading", ["*古树编号", "古树编号（必填）", "古 树 编 号", "古树\n编号", "编号", "TREE", "古树编号："]
)
def test_a_heading_is_known_by_its_words(tmp_path, heading):
    assert ids(taken(sheet(tmp_path, row(1), headings=[heading, *HEADINGS[1:]]))) == ["t-1"]


def two_lines(page, bold):
    """`养护人` over two columns, the other headings over two lines."""
    for at, heading in enumerate(HEADINGS[:6]):
        page.merge_range(1, at, 2, at, heading, bold)
    page.merge_range(1, 6, 1, 7, "养护人", bold)
    page.write_row(2, 6, ["姓名", "电话"])


def test_headings_over_two_lines_are_read_with_their_groups(tmp_path):
    def draw(book, page):
        page.merge_range(0, 0, 0, 7, "浮梁县古树名木登记表", book.add_format())
        two_lines(page, book.add_format())
        lines(page, 3, row(1), row(2))

    found = taken(workbook(tmp_path, draw))
    assert [(one.row, one.stated["keeper_name"], one.stated["keeper_phone"]) for one in found.good] == [
        (4, "张三", "13912345678"),
        (5, "张三", "13912345678"),
    ]


def test_two_groups_with_the_same_headings_are_told_apart(tmp_path):
    headings = [*HEADINGS[:6], "养护人", None, "责任人", None]
    under = [*[None] * 6, "姓名", "电话", "姓名", "电话"]

    def draw(book, page):
        page.merge_range(0, 6, 0, 7, "", book.add_format())
        page.merge_range(0, 8, 0, 9, "", book.add_format())
        lines(page, 0, headings, under, [*row(1), "李四", "13987654321"])

    [record] = taken(workbook(tmp_path, draw)).good
    assert (record.stated["keeper_name"], record.stated["keeper_phone"]) == ("张三", "13912345678")


def test_a_missing_column_is_named_with_the_row_of_the_headings(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        taken(sheet(tmp_path, row(1), headings=["古树编号", "树", *HEADINGS[2:]], at=2))
    assert str(refused.value) == say("sheet.no_column", row=3, missing="树种")


def test_a_column_that_stands_twice_is_not_guessed(tmp_path):
    with pytest.raises(SheetUnreadable) as refused:
        taken(sheet(tmp_path, [*row(1), "榕"], headings=[*HEADINGS, "树种"]))
    assert str(refused.value) == say("sheet.column_twice", row=1, twice="树种")


def test_columns_that_nobody_asked_for_are_told(tmp_path):
    found = taken(sheet(tmp_path, [*row(1), "很老"], headings=[*HEADINGS, "传说"]))
    assert (ids(found), found.told) == (["t-1"], [say("sheet.columns_unread", sheet="古树", columns="传说")])


def test_a_division_spread_over_columns_is_read_and_the_lower_ones_may_be_blank(tmp_path):
    headings = ["古树编号", "树种", "县（市、区）", "乡镇", "村"]
    rows = [
        ["t-1", "樟", "浮梁县", "瑶里镇", "长明村"],
        ["t-2", "樟", "浮梁县", "瑶里镇", None],
        ["t-3", "樟", "浮梁县"],
    ]
    found = taken(sheet(tmp_path, *rows, headings=headings))
    assert [one.stated["division"] for one in found.good] == ["360222105203", "360222105000", "360222000000"]


FOOTERS = [
    ["合  计", "57"],
    ["57", "合计"],
    ["共57个图斑，其中已整改12个"],
    ["共计12株"],
    ["注:本表一式三份"],
    ["备注：古树以挂牌为准"],
    ["填报人：某某\u3000审核人：某某"],
    ["（盖章）"],
    ["2018年12月25日"],
    ["某某林业局"],
    [None, None, None, "小计"],
]


@pytest.mark.parametrize("footer", FOOTERS, ids=str)
def test_sums_remarks_and_signatures_are_no_records_and_are_told(tmp_path, footer):
    found = taken(sheet(tmp_path, row(1), footer))
    assert (ids(found), found.refused) == (["t-1"], [])
    assert found.told == [say("sheet.no_records", sheet="古树", rows="3")]


def test_a_row_that_has_all_that_is_required_is_a_record_whatever_it_begins_with(tmp_path):
    headings = ["树种", "古树编号", "区划"]
    rows = [
        ["合计树", "t-1", "浮梁县"],
        ["共三株", "t-2", "浮梁县"],
        ["备注：樟", "t-3", "浮梁县"],
        ["小计", "t-4", "浮梁县"],
    ]
    assert ids(taken(sheet(tmp_path, *rows, headings=headings))) == ["t-1", "t-2", "t-3", "t-4"]


def test_a_row_that_lacks_the_rest_is_no_signature_while_records_follow_it(tmp_path):
    found = taken(sheet(tmp_path, row(1), ["t-2"], row(3)))
    assert ids(found) == ["t-1", "t-3"]
    assert problems(found) == [("古树!B3", say("sheet.blank")), ("古树!C3", say("sheet.blank"))]


def test_a_line_that_parts_the_table_is_no_record(tmp_path):
    def draw(book, page):
        lines(page, 0, HEADINGS, row(1))
        page.merge_range(2, 0, 2, 7, "瑶里镇（共12株）", book.add_format())
        lines(page, 3, ["二、湘湖镇"], row(2))

    found = taken(workbook(tmp_path, draw))
    assert (ids(found), found.told) == (["t-1", "t-2"], [say("sheet.no_records", sheet="古树", rows="3-4")])


@pytest.mark.parametrize("first", [1, "1", "（1）", "甲"])
def test_a_row_that_counts_the_columns_is_no_record(tmp_path, first):
    stems = "甲乙丙丁戊己庚辛"
    numbers = [n if first == 1 else stems[n - 1] if first == "甲" else first.replace("1", str(n)) for n in range(1, 9)]
    found = taken(sheet(tmp_path, numbers, row(1)))
    assert (ids(found), found.refused) == (["t-1"], [])
    assert found.told == [say("sheet.no_records", sheet="古树", rows="2")]


@pytest.mark.parametrize("ditto", ["同上", "〃", "″", "同前"])
@pytest.mark.parametrize("name", ["species", "division", "found_on", "grade", "keeper_name"])
def test_what_says_the_same_as_another_cell_is_asked(tmp_path, ditto, name):
    found = taken(sheet(tmp_path, row(1), row(2, **{name: ditto})))
    column = "ABCDEFGH"[FIELDS.index(name)]
    assert problems(found) == [(f"古树!{column}3", say("sheet.ditto", value=ditto))]


def test_headings_that_come_again_on_each_page_are_no_records(tmp_path):
    found = taken(sheet(tmp_path, row(1), HEADINGS, row(2), HEADINGS, row(3)))
    assert (ids(found), found.refused) == (["t-1", "t-2", "t-3"], [])


def test_a_second_table_with_its_columns_in_another_order_is_read_by_its_own_headings(tmp_path):
    found = taken(sheet(tmp_path, row(1), [], ["乡镇古树"], HEADINGS[::-1], row(2)[::-1]))
    assert [one.stated for one in found.good] == [taken(sheet(tmp_path, row(n))).good[0].stated for n in (1, 2)]


def test_a_second_table_that_lacks_a_column_is_refused_by_its_row_and_the_first_is_kept(tmp_path):
    found = taken(sheet(tmp_path, row(1), ["古树编号", "树种", "数量"], ["t-2", "樟", 3]))
    rule = say("sheet.other_table", missing="区划")
    assert (ids(found), problems(found)) == (["t-1"], [("古树!3", rule)])


def merged(tmp_path, column, value):
    def draw(book, page):
        lines(page, 0, HEADINGS, row(1), row(2), row(3))
        page.merge_range(1, column, 3, column, value, book.add_format())

    return taken(workbook(tmp_path, draw))


@pytest.mark.parametrize(("column", "value"), [(1, "榕"), (2, "浮梁县"), (4, "2020.1.2"), (6, "李四")])
def test_what_is_merged_downwards_is_said_in_every_row(tmp_path, column, value):
    alone = [
        row(n, **{["id", "species", "division", "", "found_on", "", "keeper_name"][column]: value}) for n in (1, 2, 3)
    ]
    expected = taken(sheet(tmp_path, *alone)).good
    assert [one.stated for one in merged(tmp_path, column, value).good] == [one.stated for one in expected]


def test_an_amount_that_is_merged_over_several_rows_belongs_to_none_of_them(tmp_path):
    found = merged(tmp_path, 3, 12.5)
    assert problems(found) == [(f"古树!D{at}", say("sheet.shared_amount")) for at in (2, 3, 4)]


def test_a_name_that_is_merged_over_several_rows_is_refused_where_it_comes_again(tmp_path):
    found = merged(tmp_path, 0, "t-9")
    assert ids(found) == ["t-9"]
    assert problems(found) == [(f"古树!A{at}", say("sheet.duplicate", value="t-9", row="2")) for at in (3, 4)]


@pytest.mark.parametrize("none", ["/", "／", "—", "——", "-", "无", " 无 ", "N/A"])
def test_a_mark_for_nothing_is_nothing_and_is_shown(tmp_path, none):
    found = taken(sheet(tmp_path, row(1, found_on=none, crown_mu=none, keeper_phone=none)))
    assert not {"found_on", "crown_mu", "keeper_phone"} & found.good[0].stated.keys()
    assert [one.read_as for one in found.readings] == [say("sheet.none")] * 3


def test_a_mark_for_nothing_where_something_is_required_is_refused(tmp_path):
    assert problems(taken(sheet(tmp_path, row(1, species="无")))) == [("古树!B2", say("sheet.blank"))]


@pytest.mark.parametrize("written", ["III级", "Ⅲ 级", "iii级", "ⅢⅠ级", "Ⅰ级、Ⅲ级"])
def test_a_word_is_known_by_what_it_shows_and_two_are_asked(tmp_path, written):
    found = taken(sheet(tmp_path, row(1, grade=written)))
    if written in ("III级", "Ⅲ 级", "iii级"):
        assert ([one.stated["grade"] for one in found.good], found.readings[0].read_as) == (["third"], "Ⅲ级")
    else:
        assert problems(found) == [("古树!F2", say("sheet.unknown_word", value=written, known="Ⅰ级、Ⅱ级、Ⅲ级"))]


def test_an_offices_own_columns_and_words_are_data(tmp_path):
    headings = ["树号", "名称", "镇", "村", "级别"]
    columns = {
        "columns": {"id": ["树号"], "species": ["名称"], "division": ["镇", "村"], "grade": ["级别"]},
        "words": {"grade": {"一": "first"}},
    }
    found = taken(sheet(tmp_path, ["t-1", "樟", "瑶里镇", "长明村", "一"], headings=headings), columns=columns)
    assert [(one.stated["division"], one.stated["grade"]) for one in found.good] == [("360222105203", "first")]


def test_an_error_says_file_sheet_cell_field_and_rule(tmp_path):
    file = sheet(tmp_path, row(1, found_on="2018年5月"))
    [problem] = taken(file).refused
    assert problem.said(file) == f"trees.xlsx: 古树!E2: 发现日期: {say('sheet.only_a_month', value='2018年5月')}"


def test_what_was_read_otherwise_than_written_is_shown_by_its_cell(tmp_path):
    [reading] = taken(sheet(tmp_path, row(1, found_on="18.5.21"))).readings
    assert (reading.cell, reading.column, reading.written, reading.read_as) == (
        *("古树!E2", "E 发现日期"),
        *("18.5.21", "2018-05-21"),
    )
